using System.Diagnostics;
using Factory.Core.Contracts;

namespace Factory.Core.Workers.Processes;

/// <summary>Runs one command to its end, whatever the command does, and leaves none of its processes behind.</summary>
public static class WorkerCommand
{
    /// <summary>
    /// Resolves, starts, logs, limits and tidies up after a command. Its environment is this process's, without the
    /// variables by which git points into another repository, with <see cref="WorkerCommandSpec.Environment"/> over it.
    /// </summary>
    /// <param name="spec">The command.</param>
    /// <param name="cancellationToken">Stops the command with its tree; the result says so, no exception is thrown.</param>
    /// <exception cref="ArgumentException">The name is not a file name, or a limit is negative.</exception>
    public static async Task<WorkerCommandResult> RunAsync(WorkerCommandSpec spec, CancellationToken cancellationToken = default)
    {
        RequireSound(spec);
        var clock = Stopwatch.StartNew();
        if (cancellationToken.IsCancellationRequested) return NotStarted(clock, isCancelled: true, null);
        try
        {
            await using var child = Start(spec);
            return await new WorkerExecution(spec, child, clock).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (FactoryException error)
        {
            return NotStarted(clock, isCancelled: false, error.Blocker);
        }
    }

    /// <summary>Why a command could not be started, or null; nothing is started.</summary>
    /// <param name="spec">The command; its working directory must exist.</param>
    public static Blocker? FindProblem(WorkerCommandSpec spec)
    {
        try
        {
            CommandResolver.Resolve(spec.Command, spec.WorkingDirectory, WorkerEnvironment.Of(spec));
            return null;
        }
        catch (FactoryException error)
        {
            return error.Blocker;
        }
    }

    private static ChildProcess Start(WorkerCommandSpec spec)
    {
        if (spec.CreateLog is null) CreateLogDirectory(spec);
        var environment = WorkerEnvironment.Of(spec);
        var command = CommandResolver.Resolve(spec.Command, spec.WorkingDirectory, environment);
        return ChildProcess.Start(new ChildProcessSpec(command, spec.WorkingDirectory, environment, spec.InputFile));
    }

    private static void CreateLogDirectory(WorkerCommandSpec spec)
    {
        try
        {
            Directory.CreateDirectory(spec.LogDirectory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LaunchProblem.Of(
                $"the folder '{spec.LogDirectory}' for the logs of '{spec.Name}' cannot be created: {error.Message}",
                "make room on the disk, or make the folder of the runs writable",
                spec.LogDirectory,
                error);
        }
    }

    private static void RequireSound(WorkerCommandSpec spec)
    {
        if (spec.Name.Length == 0 || spec.Name.AsSpan().IndexOfAny(@"/\:") >= 0)
            throw new ArgumentException($"'{spec.Name}' is not a file name", nameof(spec));
        if (spec.Timeout <= TimeSpan.Zero && spec.Timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentException("the timeout is not positive", nameof(spec));
        if (spec.Grace < TimeSpan.Zero) throw new ArgumentException("the grace is negative", nameof(spec));
    }

    private static WorkerCommandResult NotStarted(Stopwatch clock, bool isCancelled, Blocker? blocker) =>
        new(null, false, isCancelled, blocker?.Message, blocker, clock.ElapsedMilliseconds, 0, []);
}
