using System.Globalization;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards;
using Factory.Core.Reporting;
using Factory.Core.Repository;
using Factory.Core.Workers;

namespace Factory.Core.Pipeline.Launching;

/// <summary>Turns what a worker left in its worktree into the commit of its branch.</summary>
/// <param name="session">The run.</param>
/// <param name="worker">The worker; it has ended.</param>
/// <param name="index">The index that the capture starts from; deleted at the end.</param>
internal sealed class WorkerCapture(RunSession session, WorkerState worker, PristineIndex index)
{
    private const int MostNamed = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    /// <summary>Captures. What git cannot read blocks the worker; only a ledger or a disk that fails is thrown.</summary>
    public async Task RunAsync()
    {
        // git waits for ever on a pipe that is named .gitignore.
        using var patience = new CancellationTokenSource(Patience);
        var (tree, ground) = (worker.Worktree!, session.Ground);
        try
        {
            var message = $"{worker.Id}: work of run {session.Folder.Id}\n\nFactory-Run: {session.Folder.Id}\nFactory-Worker: {worker.Id}\n";
            var capture = new WorktreeCapture(ground.Repository, ground.Identity) { IsTooLarge = IsTooLarge };
            if (!Directory.Exists(tree.Path))
            {
                worker.Block(BlockerKind.Worker, "deleted its own worktree; only what it had committed is kept", "read its logs, have it leave its worktree alone, and run again");
                await KeepAsync(await capture.CaptureCommitsAsync(tree, ground.BaseCommit, message, CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
                return;
            }

            if (!tree.IsIntact) Fail($"deleted or changed the .git file of its worktree {tree.Path}");
            if (tree.UnfinishedOperation is { } operation) Fail($"left {operation} in progress");
            await CaptureAsync(() => capture.CaptureAsync(tree, index, ground.BaseCommit, ground.BaseTree, message, patience.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Fail($"left a worktree that git could not read within {Patience.TotalMinutes:0} minutes");
            worker.Required.Add(new CheckRecord("capture", 1, 0, null));
        }
        catch (Exception error) when (error is FactoryException || (error is IOException or UnauthorizedAccessException && !DiskFull.Is(error)))
        {
            worker.Branch = null;
            Fail($"left a worktree that cannot be captured: {error.Message}{(error is FactoryException git ? CapturedObjects.Explain(git) : "")}");
            worker.Required.Add(new CheckRecord("capture", 1, 0, null));
        }
        finally
        {
            index.Delete();
        }
    }

    // The files are still there, so what another worker's git deletes before a ref names it is written once more.
    private async Task CaptureAsync(Func<Task<CapturedWork>> capture)
    {
        var (work, why) = await CapturedObjects.WriteAsync(async () =>
        {
            var captured = await capture().ConfigureAwait(false);
            await NameAsync(captured).ConfigureAwait(false);
            return captured;
        }).ConfigureAwait(false);
        if (why is not null) worker.Warnings.Add($"its work was captured more than once, because git could not read or write it{why}");
        Keep(work);
    }

    private async Task KeepAsync(CapturedWork work)
    {
        await NameAsync(work).ConfigureAwait(false);
        Keep(work);
    }

    private Task NameAsync(CapturedWork work)
    {
        worker.Branch = $"{session.Ground.Config.Run.BranchPrefix}/{session.Folder.Id}/{worker.Id}";
        // Nobody but this run makes a branch here, so a lock in its way is one that somebody left there.
        var ownLock = Path.Combine(session.Ground.Repository.CommonDirectory, "refs", "heads", worker.Branch + ".lock");
        if (File.Exists(ownLock))
        {
            File.Delete(ownLock);
            worker.Warnings.Add($"somebody left a lock in the way of its branch {worker.Branch}, which was deleted");
        }

        return session.Ground.Repository.CreateRefAsync("refs/heads/" + worker.Branch, work.Commit, CancellationToken.None);
    }

    private void Keep(CapturedWork work)
    {
        if (work.IsSeedLost) worker.Block(BlockerKind.Escape, "was captured from an index made anew, because the one that Factory kept was changed or deleted while it ran", "find out which worker did it and have it leave the repository's .git folder alone, then run again", index.File);
        if (work.Narrowed > 0) worker.Warnings.Add(string.Create(CultureInfo.InvariantCulture, $"its sparse checkout left {work.Narrowed} paths out of its worktree; they count as unchanged"));
        foreach (var file in work.Oversized.Take(MostNamed)) worker.Block(BlockerKind.Artifact, string.Create(CultureInfo.InvariantCulture, $"'{file.Name}' has {file.Size:N0} bytes, and security.max_file_bytes is {Security.MaxFileBytes:N0}; it was not captured, because git would read it for too long, and stays in the worktree; everything else was captured"), "delete it there, have the worker leave generated and downloaded files out or where git ignores them, and run again", file.Name);
        if (work.Oversized.Count > MostNamed) worker.Block(BlockerKind.Artifact, string.Create(CultureInfo.InvariantCulture, $"and {work.Oversized.Count - MostNamed} more such files"), "look at the sizes of the files in its worktree");
        foreach (var path in work.Gitlinks) worker.Block(BlockerKind.Worker, $"made another repository at {path}, whose files git does not capture; they stay in the worktree", "have the worker add plain files, or a submodule outside of Factory", path);
        (worker.Work, worker.Commit, worker.Tree) = (work, work.Commit, work.Tree);
        worker.Required.Add(new CheckRecord("capture", 0, 0, null));
    }

    private SecuritySection Security => session.Ground.Config.Security;

    private bool IsTooLarge(string name, long size) => size > Security.MaxFileBytes && new GlobSet(Security.ArtifactGlobs, ignoreCase: false).Match([name]).Count == 0;

    private void Fail(string message) =>
        worker.Block(BlockerKind.Worker, message, $"look at {session.Shown(worker.WorktreePath)} and at the worker's logs, then run again", session.Shown(worker.WorktreePath));
}
