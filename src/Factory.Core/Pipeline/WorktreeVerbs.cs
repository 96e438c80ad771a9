using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Locking;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Pipeline.Launching;
using Factory.Core.Repository;
using Factory.Core.Workers;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Pipeline;

/// <summary>
/// The verbs on the fixed worktrees outside of a run. Each worktree's lock is held while it is looked at; one in use, or
/// one that is not ours, is left alone.
/// </summary>
public sealed class WorktreeVerbs
{
    private readonly RunGround _ground;
    private readonly TimeProvider _clock;
    private readonly WorktreeStore _store;
    private readonly string _name;

    private WorktreeVerbs(RunGround ground, TimeProvider clock)
    {
        (_ground, _clock) = (ground, clock);
        _store = new WorktreeStore(ground.Repository, ground.Identity);
        _name = "worktrees_" + clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture);
    }

    /// <summary>Opens the repository and its configuration.</summary>
    /// <exception cref="GroundException">The configuration cannot be used.</exception>
    /// <exception cref="FactoryException">The repository or the base cannot be used.</exception>
    public static async Task<WorktreeVerbs> OpenAsync(RunRequest request, TimeProvider clock, CancellationToken cancellationToken) =>
        new(await RunGround.OpenAsync(request, null, cancellationToken).ConfigureAwait(false), clock);

    /// <summary>Makes those that are missing, at the base commit.</summary>
    public Task<WorktreesResult> CreateAsync(CancellationToken cancellationToken)
    {
        InfoExclude.Add(_ground.Repository, [_ground.RunsDirectory, _ground.WorktreesDirectory]);
        return EachAsync(async (worker, worktree) =>
        {
            if (worktree is not null) return Of(worker, RunStatus.Pass, "was there already and is left as it is", worktree);
            var ready = await _store.PrepareAsync(worker.WorktreePath, worker.Id, _name, _ground.BaseCommit, _ground.BaseTree, cancellationToken).ConfigureAwait(false);
            return Of(worker, RunStatus.Pass, "made", ready.Worktree) with { IsClean = true };
        });
    }

    /// <summary>Looks at each.</summary>
    public Task<WorktreesResult> VerifyAsync(CancellationToken cancellationToken) => EachAsync(async (worker, worktree) =>
    {
        if (worktree is null) return Missing(worker);
        var isClean = await _store.IsCleanAsync(worktree, cancellationToken).ConfigureAwait(false);
        return isClean
            ? Of(worker, RunStatus.Pass, "clean", worktree) with { IsClean = true }
            : Of(worker, RunStatus.Warn, $"holds changes that no commit has{(worktree.UnfinishedOperation is { } operation ? $" and {operation} in progress" : "")}", worktree, "a run or 'worktrees sync' keeps them under refs/factory/rescue/ and resets it") with { IsClean = false };
    });

    /// <summary>Resets those that are there to the base commit, after keeping what is in them.</summary>
    public Task<WorktreesResult> SyncAsync(CancellationToken cancellationToken) => EachAsync(async (worker, worktree) =>
    {
        if (worktree is null) return Missing(worker);
        var ready = await _store.PrepareAsync(worker.WorktreePath, worker.Id, _name, _ground.BaseCommit, _ground.BaseTree, cancellationToken).ConfigureAwait(false);
        return Rescued(Of(worker, RunStatus.Pass, $"at {_ground.BaseCommit.Hex[..12]}", ready.Worktree) with { IsClean = true }, ready.RescueRef);
    });

    /// <summary>Deletes those that are ours, and the checkouts that failed checks left, after keeping what is in them.</summary>
    public async Task<WorktreesResult> RemoveAsync(CancellationToken cancellationToken)
    {
        var removed = await EachAsync(async (worker, worktree) =>
        {
            if (worktree is null) return Of(worker, RunStatus.Pass, "was not there", null);
            worktree.ClearStaleLocks();
            var rescue = await _store.RemoveAsync(worktree, worker.Id, _name, cancellationToken).ConfigureAwait(false);
            return Rescued(Of(worker, RunStatus.Pass, "removed", null), rescue);
        }).ConfigureAwait(false);
        var checkouts = new List<WorktreeFinding>();
        foreach (var id in RunFolder.List(_ground.RunsDirectory))
            if (await RemoveCheckoutAsync(new RunFolder(_ground.RunsDirectory, id), cancellationToken).ConfigureAwait(false) is { } finding) checkouts.Add(finding);
        return ToResult([.. removed.Worktrees, .. checkouts]);
    }

    private async Task<WorktreeFinding?> RemoveCheckoutAsync(RunFolder folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder.Integrator, "checkout");
        if (Worktree.Find(path, _ground.Repository.CommonDirectory) is not { } worktree) return null;
        var finding = new WorktreeFinding(WorkerId.Integrator, path, RunStatus.Pass, false, true, null, null, null, null, $"removed the checkout that a failed check of {folder.Id} left", "");
        try
        {
            using var held = folder.Lock(_clock);
            return Rescued(finding, await _store.RemoveAsync(worktree, WorkerId.Integrator, folder.Id.Text, cancellationToken).ConfigureAwait(false));
        }
        catch (FactoryException error)
        {
            return finding with { Status = error.Status, IsPresent = true, Message = error.Message, NextAction = error.Blocker.NextAction };
        }
    }

    private async Task<WorktreesResult> EachAsync(Func<WorkerState, Worktree?, Task<WorktreeFinding>> verb)
    {
        var findings = new List<WorktreeFinding>();
        foreach (var definition in _ground.Config.Workers.OrderBy(worker => worker.Id))
        {
            var worker = new WorkerState(definition, Path.Combine(_ground.WorktreesDirectory, definition.Id.Name));
            findings.Add(await GuardAsync(worker, verb).ConfigureAwait(false));
        }

        return ToResult(findings);
    }

    private async Task<WorktreeFinding> GuardAsync(WorkerState worker, Func<WorkerState, Worktree?, Task<WorktreeFinding>> verb)
    {
        using var held = FileLock.TryAcquire(worker.WorktreeLock, LockHolder.Current(_name, _clock));
        var worktree = Worktree.Find(worker.WorktreePath, _ground.Repository.CommonDirectory);
        if (held is null)
        {
            var holder = FileLock.ReadHolder(worker.WorktreeLock)?.ToString() ?? "a process that did not write its name";
            return Of(worker, RunStatus.Blocked, $"is in use by {holder}", worktree, "wait for that run to end, or end it") with { LockedBy = holder };
        }

        var strays = ProcessSweep.FindByEnvironment("FACTORY_WORKTREE", worker.WorktreePath);
        if (strays.Count > 0)
        {
            var pids = "pid " + string.Join(", ", strays.Select(stray => stray.Pid));
            return Of(worker, RunStatus.Blocked, $"processes of an earlier run still work in it: {pids}", worktree, "wait for them or end them") with { LockedBy = pids };
        }

        if (worktree is null && IsOccupied(worker.WorktreePath))
            return Of(worker, RunStatus.Blocked, "is not a worktree of this repository, so it is left alone", null, "move or delete that folder yourself, or set paths.worktrees_dir to another place");
        try
        {
            return await verb(worker, worktree).ConfigureAwait(false);
        }
        catch (FactoryException error)
        {
            return Of(worker, error.Status, error.Message, worktree, error.Blocker.NextAction);
        }
    }

    private static bool IsOccupied(string path) => File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any());

    private static WorktreeFinding Missing(WorkerState worker) => Of(worker, RunStatus.Warn, "is not there", null, "'worktrees create' or a run makes it");

    private static WorktreeFinding Rescued(WorktreeFinding finding, string? rescue) => rescue is null
        ? finding
        : finding with { RescueRef = rescue, Message = $"{finding.Message}; what was in it and nowhere else is kept at {rescue}" };

    private static WorktreeFinding Of(WorkerState worker, RunStatus status, string message, Worktree? worktree, string nextAction = "") => new(
        worker.Id, worker.WorktreePath, status, worktree is not null || Path.Exists(worker.WorktreePath), worktree is not null, null, worktree?.DetachedHead?.Hex, null, null, message, nextAction);

    private WorktreesResult ToResult(List<WorktreeFinding> findings)
    {
        var status = findings.Count == 0 ? RunStatus.Pass : StatusEvaluator.Worst(findings.Select(finding => finding.Status));
        return new WorktreesResult(status, status.ToExitCode(), _ground.BaseCommit.Hex, findings);
    }
}
