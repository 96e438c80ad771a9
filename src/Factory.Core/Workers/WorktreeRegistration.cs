using System.Diagnostics;
using Factory.Core.Contracts;
using Factory.Core.Locking;

namespace Factory.Core.Workers;

/// <summary>
/// One change at a time to the repository's list of worktrees. git reads the registration of every worktree while it adds
/// or removes one, and fails on one that another git is half-way through writing.
/// </summary>
internal sealed class WorktreeRegistration : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(3);

    // Waiters in this process are woken at once; the file is for other processes, which are rare.
    private static readonly SemaphoreSlim InThisProcess = new(1, 1);
    private readonly FileLock _lock;

    private WorktreeRegistration(FileLock held) => _lock = held;

    /// <summary>Waits for the turn.</summary>
    /// <param name="commonDirectory">The administrative folder that all worktrees share.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="FactoryException">Another process did not end its change in time.</exception>
    public static async Task<WorktreeRegistration> EnterAsync(string commonDirectory, CancellationToken cancellationToken)
    {
        var path = Path.Combine(commonDirectory, "factory", "worktrees.lock");
        await InThisProcess.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var clock = Stopwatch.StartNew();
            while (true)
            {
                if (FileLock.TryAcquire(path, holder: null) is { } held) return new WorktreeRegistration(held);
                if (clock.Elapsed > Patience)
                    throw new FactoryException(BlockerKind.Lock, $"another process has been changing the list of worktrees for {Patience.TotalSeconds:0} s", "see which Factory process hangs, end it, and run again", path);
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            InThisProcess.Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        InThisProcess.Release();
    }
}
