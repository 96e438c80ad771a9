using Factory.Core.Bundles;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Pipeline.Launching;

/// <summary>
/// Takes up, for a stage that runs on its own, what launching found: times, checks and warnings from each STATUS.json, and
/// what decides the verdict from the ledger.
/// </summary>
public static class BundleRecall
{
    /// <summary>Restores each worker.</summary>
    /// <exception cref="FactoryException">The ledger is missing or cannot be read.</exception>
    public static void Restore(RunSession session)
    {
        var records = LaunchRecord.Read(session.Folder);
        foreach (var blocker in LaunchRecord.ReadRunBlockers(session.Folder))
        {
            // What launching found wrong with the ledger is still in it.
            if (blocker.Kind == BlockerKind.Policy && blocker.Path?.EndsWith(LedgerPaths.LedgerName, StringComparison.Ordinal) == true) session.Doubt(blocker);
            else session.Blockers.Add(blocker);
        }

        foreach (var worker in session.Workers)
        {
            RestoreStatus(session, worker);
            if (records.TryGetValue(worker.Id, out var record)) RestoreRecord(worker, record);
            else worker.Block(BlockerKind.Worker, "was not launched to its end: the ledger has no record of its bundle", "start a new run; what the worker did is in its worktree or on its branch");
        }
    }

    private static void RestoreStatus(RunSession session, WorkerState worker)
    {
        // A bundle that cannot be read is judged, and blocked, by the validation that follows.
        if (BundleFolder.Read(session.Folder.Bundle(worker.Id), worker.Id).Status is not { } status) return;
        (worker.StartedAt, worker.EndedAt) = (status.StartedAt, status.EndedAt);
        worker.Required.AddRange(status.RequiredChecks);
        worker.Warnings.AddRange(status.Warnings);
        worker.DurationMs = status.RequiredChecks.FirstOrDefault(check => check.Name == "command")?.DurationMs ?? 0;
        worker.ClaimedExitCode = status.RequiredChecks.FirstOrDefault(check => check.Name == "command")?.Rc;
    }

    private static void RestoreRecord(WorkerState worker, LaunchRecord record)
    {
        worker.Recorded = record;
        worker.ExitCode = record.ExitCode;
        worker.Blockers.AddRange(record.Blockers);
        if (record.ExitCode is { } code && worker.ClaimedExitCode != code)
            worker.Block(BlockerKind.Schema, $"STATUS.json says that the command returned {worker.ClaimedExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"}; the ledger recorded {code}", "find out who changed the bundle; start a new run", $"{worker.Id}/{BundleFile.Status}");
    }
}
