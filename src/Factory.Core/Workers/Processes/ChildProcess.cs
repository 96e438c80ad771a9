using Factory.Core.Contracts;

namespace Factory.Core.Workers.Processes;

/// <summary>
/// A child with a tree of its own: a session and process group on Unix, a job object on Windows. So it can be stopped
/// with everything that it started, a terminal's Ctrl+C does not reach it, and it inherits only its standard streams.
/// Processes that open a session of their own leave the tree on Unix; <see cref="ProcessSweep"/> finds those.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private readonly IProcessTree _tree;

    private ChildProcess(IProcessTree tree, Stream output, Stream error) => (_tree, Output, Error) = (tree, output, error);

    /// <summary>The process id of the main child.</summary>
    public int Id => _tree.Id;

    /// <summary>Whether the main child has ended.</summary>
    public bool HasEnded => _tree.Exit.IsCompleted;

    /// <summary>What the tree writes to standard output; ends when the last process that holds it ends. Must be drained.</summary>
    public Stream Output { get; }

    /// <summary>What the tree writes to standard error; ends when the last process that holds it ends. Must be drained.</summary>
    public Stream Error { get; }

    /// <summary>Starts a program.</summary>
    /// <exception cref="FactoryException">It cannot be started; the message names program, directory and the system's reason.</exception>
    public static ChildProcess Start(ChildProcessSpec spec)
    {
        LaunchProblem.RequireSound(spec);
        using var streams = OpenStreams(spec);
        var tree = OperatingSystem.IsWindows() ? WindowsLaunch.Start(spec, streams) : PosixLaunch.Start(spec, streams);
        var (output, error) = streams.Take();
        return new ChildProcess(tree, output, error);
    }

    /// <summary>Waits for the main child.</summary>
    /// <returns>Its exit code; on Unix 128 + N when signal N ended it.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled; the child goes on.</exception>
    /// <exception cref="FactoryException">The exit code was lost, for example because something else in this process waits for every child.</exception>
    public Task<int> WaitForExitAsync(CancellationToken cancellationToken = default) => _tree.Exit.WaitAsync(cancellationToken);

    /// <summary>
    /// Stops the whole tree. Unix: INT, after <paramref name="grace"/> TERM, after another KILL; ends as soon as the tree is
    /// empty, and gives up a few seconds after KILL. Windows: the job is terminated at once.
    /// </summary>
    public Task StopAsync(TimeSpan grace) => _tree.StopAsync(grace);

    /// <summary>Kills the processes of the tree that are alive although the main child ended.</summary>
    /// <returns>How many they were; on macOS 1 stands for any number.</returns>
    /// <exception cref="InvalidOperationException">The main child has not ended.</exception>
    public int KillLeftovers() => _tree.KillLeftovers();

    /// <summary>What those were called that <see cref="KillLeftovers"/> found, with their ids; Linux only.</summary>
    public IReadOnlyList<string> Leftovers => _tree.Leftovers;

    /// <summary>Kills what is left of the tree and closes the streams.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tree.DisposeAsync().ConfigureAwait(false);
        await Output.DisposeAsync().ConfigureAwait(false);
        await Error.DisposeAsync().ConfigureAwait(false);
    }

    private static ChildStreams OpenStreams(ChildProcessSpec spec)
    {
        try
        {
            return ChildStreams.Open(spec.InputFile);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LaunchProblem.NoStreams(spec, error);
        }
    }
}
