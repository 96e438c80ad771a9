using Factory.Core.Contracts;
using Factory.Core.Repository;
using Factory.Core.Workers;

namespace Factory.Core.Pipeline.Launching;

/// <summary>
/// Keeps whole what was captured while other workers run. A worker's <c>git prune</c> or <c>git gc --prune=now</c> deletes what
/// no ref named when it began to look, also when one names it by the time of the deletion; git itself is not safe from that.
/// What a worktree still holds can be written again, under the same ids.
/// </summary>
/// <param name="session">The run.</param>
public sealed class CapturedObjects(RunSession session)
{
    private const string Cause = "as 'git gc --prune=now' or 'git prune' of another worker does";
    private const int MostAttempts = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    // A prune also deletes the folder that git is about to write an object into.
    private static readonly string[] Signs =
    [
        "invalid object", "missing blob", "missing tree", "missing commit", "bad object", "unable to read", "not a valid object", "nonexistent object", "could not read", "bad tree object",
        "unable to create temporary file: No such file", "unable to write file",
    ];

    /// <summary>Says what a failure of git may come from, when it names an object that is not there.</summary>
    public static string Explain(FactoryException error) =>
        Signs.Any(words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase)) ? $" (objects of the repository were deleted meanwhile, {Cause})" : "";

    /// <summary>Writes objects, and does so again as long as somebody deletes them, which takes a moment and not for ever.</summary>
    /// <param name="write">Writes them.</param>
    /// <returns>What it gave, and why it had to be done more than once; null when it had not.</returns>
    /// <exception cref="FactoryException">Something else stands in the way, or somebody goes on deleting.</exception>
    public static async Task<(T Result, string? Why)> WriteAsync<T>(Func<Task<T>> write)
    {
        string? why = null;
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (await write().ConfigureAwait(false), why);
            }
            catch (FactoryException error) when (attempt < MostAttempts && error.Status == RunStatus.Fail && Explain(error) is { Length: > 0 } words)
            {
                why = words;
            }

            await Task.Delay(pause).ConfigureAwait(false);
            pause *= 2;
        }
    }

    /// <summary>Reads what git holds of a worker's work, and once more when it had to be written again.</summary>
    /// <param name="worker">The worker. When its work is gone for good it is blocked and has no commit any more.</param>
    /// <param name="read">Reads, from the worker's commit at the time of the call.</param>
    public async Task<T> ReadAsync<T>(WorkerState worker, Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (FactoryException error) when (error.Status == RunStatus.Fail && worker.Work is not null)
        {
            if (!await MendAsync(worker).ConfigureAwait(false)) throw;
            return await read().ConfigureAwait(false);
        }
    }

    /// <summary>Looks at everything that was captured, once no worker runs any more that could delete it.</summary>
    /// <returns>Whether all of it is there.</returns>
    public async Task<bool> AreWholeAsync() => !Captured.Any() || await AreWholeAsync(Captured).ConfigureAwait(false);

    /// <summary>Writes again what is missing of anybody's work, or blocks whose it is.</summary>
    public async Task MendAsync()
    {
        foreach (var worker in Captured.ToList()) await MendAsync(worker).ConfigureAwait(false);
    }

    private IEnumerable<WorkerState> Captured => session.Workers.Where(worker => worker.Work is { } work && work.Commit != session.Ground.BaseCommit);

    /// <summary>Writes again what is missing of a worker's work.</summary>
    /// <returns>Whether anything was missing.</returns>
    private async Task<bool> MendAsync(WorkerState worker)
    {
        if (worker.Work is not { } work || await AreWholeAsync([worker]).ConfigureAwait(false)) return false;
        if (await RestoreAsync(worker, work).ConfigureAwait(false))
        {
            worker.Warnings.Add($"objects of its captured work were deleted from the repository, {Cause}; they were written again from its worktree, with the same ids");
            return true;
        }

        worker.Block(
            BlockerKind.Worker, $"objects of its captured work were deleted from the repository, {Cause}, and cannot be written again from its worktree",
            $"save what you need from {session.Shown(worker.WorktreePath)} before the next run, delete its branch with 'git branch -D', have no worker prune the repository that all share, and run again", session.Shown(worker.WorktreePath));
        (worker.Work, worker.Commit, worker.Tree, worker.IsWorkLost) = (null, null, null, true);
        return true;
    }

    private async Task<bool> RestoreAsync(WorkerState worker, CapturedWork work)
    {
        try
        {
            var capture = new WorktreeCapture(session.Ground.Repository, session.Ground.Identity);
            var (isRestored, _) = await WriteAsync(() => capture.RestoreAsync(worker.Worktree!, work, session.Ground.BaseCommit, CancellationToken.None)).ConfigureAwait(false);
            return isRestored && await AreWholeAsync([worker]).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FactoryException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private Task<bool> AreWholeAsync(IEnumerable<WorkerState> workers) =>
        session.Ground.Repository.AreWholeAsync(workers.Select(worker => worker.Work!.Commit), session.Ground.BaseCommit, CancellationToken.None);
}
