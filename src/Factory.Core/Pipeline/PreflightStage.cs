using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Locking;
using Factory.Core.Pipeline.Launching;
using Factory.Core.Pipeline.Records;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline;

/// <summary>Finds what would stop the run before anything is started, and takes the worktrees' locks.</summary>
public sealed class PreflightStage(RunSession session)
{
    private readonly RunObstacles _obstacles = new(session.Ground, session.Folder, [.. session.Workers.Select(worker => worker.Definition)]);

    /// <summary>Runs every check; none is skipped because an earlier one failed.</summary>
    public async Task<RunStatus> RunAsync(CancellationToken cancellationToken)
    {
        var before = session.AllBlockers.Count;
        var ledger = SoundLedger.LookBeforeAsync(session, cancellationToken);
        try
        {
            InfoExclude.Add(session.Ground.Repository, [session.Ground.RunsDirectory, session.Ground.WorktreesDirectory]);
            Add(_obstacles.FindInWorkers());
            Add(session.Workers.SelectMany(worker => ((IEnumerable<IReadOnlyList<string>>)[worker.Definition.Command, .. worker.Definition.Setup]).Select(command => _obstacles.FindInCommand(worker.Definition, command))));
            Add(session.Ground.Config.Integration.Checks.Select(_obstacles.FindInCheck));
            AddGlobs(await _obstacles.FindUnmatchedGlobsAsync(cancellationToken).ConfigureAwait(false));
            Add(await _obstacles.FindBranchesInTheWayAsync(cancellationToken).ConfigureAwait(false));
            Add(_obstacles.FindInGitFolder());
            if (!session.IsDryRun) TakeWorktrees();
        }
        finally
        {
            // Whatever happened: nothing may still be reading when the run has ended.
            session.Doubt(await ledger.ConfigureAwait(false));
        }

        var status = session.AllBlockers.Count > before ? RunStatus.Blocked : session.Warnings.Count > 0 ? RunStatus.Warn : RunStatus.Pass;
        session.Journal.Append(LedgerEventType.Preflight, status, details: new Dictionary<string, object?>
        {
            ["blockers"] = session.AllBlockers.Select(blocker => (object?)blocker.ToString()).ToList(),
            ["dry_run"] = session.IsDryRun,
        });
        return status;
    }

    /// <summary>Takes the lock of every worker and of its worktree; what another run holds is a blocker that names the holder.</summary>
    public void TakeWorktrees()
    {
        var holder = LockHolder.Current(session.Folder.Id.Text, session.Services.Clock);
        foreach (var worker in session.Workers.Where(worker => worker.Locks.Count == 0))
        {
            foreach (var path in (string[])[session.Folder.WorkerLock(worker.Id), worker.WorktreeLock])
            {
                if (Take(worker, path, holder)) continue;
                var other = FileLock.ReadHolder(path)?.ToString() ?? "a process that did not write its name";
                worker.Block(BlockerKind.Lock, $"the worktree {worker.WorktreePath} is in use by {other}", "wait for that run to end, or end it; its work is not touched", worker.WorktreePath);
            }

            // Whose processes work there is told by the lock, when one is held.
            var isLocked = worker.Blockers.Any(blocker => blocker.Kind == BlockerKind.Lock);
            Add(_obstacles.FindInWorktree(worker.Definition).Where(blocker => !isLocked || blocker.Kind != BlockerKind.Lock));
        }
    }

    private static bool Take(WorkerState worker, string path, LockHolder holder)
    {
        try
        {
            if (FileLock.TryAcquire(path, holder) is not { } taken) return false;
            worker.Locks.Add(taken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            worker.Block(BlockerKind.Config, $"the lock {path} cannot be taken: {error.Message}", "make its folder writable and free space, or set paths.worktrees_dir and paths.runs_dir to another place", path);
        }

        return true;
    }

    private void AddGlobs(IEnumerable<Blocker> unmatched)
    {
        if (!session.Ground.Config.IsEnabled(FactoryConfig.AllowUnmatchedGlobs)) Add(unmatched);
        else foreach (var blocker in unmatched) Worker(blocker).Warnings.Add(blocker.Message);
    }

    private void Add(IEnumerable<Blocker?> found)
    {
        foreach (var blocker in found.OfType<Blocker>()) (blocker.Worker is null ? session.Blockers : Worker(blocker).Blockers).Add(blocker);
    }

    private WorkerState Worker(Blocker blocker) => session.Workers.Single(worker => worker.Id == blocker.Worker);
}
