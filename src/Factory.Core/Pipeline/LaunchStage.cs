using Factory.Core.Contracts;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Pipeline.Launching;
using Factory.Core.Pipeline.Records;
using Factory.Core.Workers;

namespace Factory.Core.Pipeline;

/// <summary>Makes the worktrees, runs the workers in parallel, captures what each did, and writes the bundles.</summary>
/// <param name="session">The run.</param>
/// <param name="watch">Watches over what workers may not change, when that has begun already; the caller's to dispose.</param>
public sealed class LaunchStage(RunSession session, EscapeChecks? watch = null)
{
    /// <summary>Runs every worker to its end. A cancelled run still captures what its workers did.</summary>
    public async Task<RunStatus> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var worker in session.Workers) session.Files.EnsureFolder(Path.Combine(session.Folder.Bundle(worker.Id), "LOGS"));
        if (session.IsDryRun) await CloseAllAsync().ConfigureAwait(false);
        else if (watch is not null) await RunWatchedAsync(watch, cancellationToken).ConfigureAwait(false);
        else
        {
            var escapes = new EscapeChecks(session);
            await using var ending = escapes.ConfigureAwait(false);
            await RunWatchedAsync(escapes, cancellationToken).ConfigureAwait(false);
        }

        // Before anything is believed of what the ledger says of this run: its workers could write there.
        if (session.IsLedgerSound) session.Doubt(await SoundLedger.LookAtAppendedAsync(session).ConfigureAwait(false));
        var status = StatusEvaluator.Worst(session.Workers.Select(worker => session.IsDryRun && worker.Status == RunStatus.Pending ? RunStatus.Warn : worker.Status));
        if (session.Blockers.Any(blocker => blocker.Kind is BlockerKind.Escape or BlockerKind.Policy) && status != RunStatus.Fail) status = RunStatus.Blocked;
        session.Journal.Append(
            LedgerEventType.LaunchResult,
            status,
            details: new Dictionary<string, object?> { ["dry_run"] = session.IsDryRun, ["blockers"] = LaunchRecord.Describe(session.Blockers.Select(session.Redactor.Redact)), ["workers"] = session.Workers.Select(worker => (object?)worker.Id).ToList() },
            counts: new Dictionary<string, long> { ["workers"] = session.Workers.Count });
        return status;
    }

    private static async Task RunWorkerAsync(WorkerRun run, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        await places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await run.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task RegisterAsync(WorktreeStore store, WorkerState worker, CancellationToken cancellationToken)
    {
        if (worker.Blockers.Count > 0 || cancellationToken.IsCancellationRequested) return;
        try
        {
            var rescue = await store.RegisterAsync(worker.WorktreePath, worker.Id, session.Folder.Id.Text, session.Ground.BaseCommit, cancellationToken).ConfigureAwait(false);
            if (rescue is not null) worker.Warnings.Add($"the folder of its worktree was gone; what had been committed in it is kept at {rescue}");
        }
        catch (FactoryException error)
        {
            worker.Blockers.Add(error.Blocker with { Kind = BlockerKind.Worker, Worker = worker.Id });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            worker.Block(BlockerKind.Worker, $"its worktree cannot be made: {error.Message}", "make the worktrees folder writable, or set paths.worktrees_dir to another place", worker.WorktreePath);
        }
        catch (OperationCanceledException)
        {
            worker.Block(BlockerKind.Worker, "was not started, because the run was cancelled", "run again");
        }
    }

    private async Task CloseAllAsync()
    {
        foreach (var worker in session.Workers)
        {
            worker.Required.Add(new CheckRecord("command", null, 0, null));
            worker.Required.Add(new CheckRecord("capture", null, 0, null));
            worker.Warnings.Add("dry run: its command was not started");
            await new WorkerCloseout(session).WriteAsync(worker, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task RunWatchedAsync(EscapeChecks escapes, CancellationToken cancellationToken)
    {
        var own = new OwnEntries(session);
        await RunWorkersAsync(escapes, cancellationToken).ConfigureAwait(false);
        var objects = new CapturedObjects(session);
        var areWhole = objects.AreWholeAsync();
        await Task.WhenAll(escapes.CompleteAsync(), areWhole).ConfigureAwait(false);
        session.Blockers.AddRange(session.Rights.Find());
        await own.CompleteAsync(escapes.HasEvidence).ConfigureAwait(false);
        if (!await areWhole.ConfigureAwait(false)) await objects.MendAsync().ConfigureAwait(false);
    }

    private async Task RunWorkersAsync(EscapeChecks escapes, CancellationToken cancellationToken)
    {
        var most = session.Ground.Config.Run.MaxParallel;
        using var places = new SemaphoreSlim(most == 0 ? session.Workers.Count : most);
        var store = new WorktreeStore(session.Ground.Repository, session.Ground.Identity);
        // A worker's own git must not meet a worktree that is half registered, so its command waits for all registrations; its
        // files are written meanwhile.
        var registered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = new List<Task>();
        try
        {
            foreach (var worker in session.Workers)
            {
                await RegisterAsync(store, worker, cancellationToken).ConfigureAwait(false);
                runs.Add(Task.Run(() => RunWorkerAsync(new WorkerRun(session, store, worker, registered.Task, escapes), places, cancellationToken), CancellationToken.None));
            }
        }
        finally
        {
            registered.SetResult();
            await Task.WhenAll(runs).ConfigureAwait(false);
        }

        var indexes = WorkerRun.IndexFolder(session);
        if (Directory.Exists(indexes) && !Directory.EnumerateFileSystemEntries(indexes).Any()) Directory.Delete(indexes);
    }
}
