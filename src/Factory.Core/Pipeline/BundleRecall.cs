using Factory.Core.Bundles;
using Factory.Core.Contracts;

namespace Factory.Core.Pipeline;

/// <summary>Takes up, for a stage that runs on its own, what launching found and wrote into each STATUS.json.</summary>
public static class BundleRecall
{
    /// <summary>Restores each worker's checks, errors and warnings from its bundle.</summary>
    public static void Restore(RunSession session)
    {
        foreach (var worker in session.Workers)
        {
            // A bundle that cannot be read is judged, and blocked, by the validation that follows.
            if (BundleFolder.Read(session.Folder.Bundle(worker.Id), worker.Id).Status is not { } status) continue;
            worker.Status = status.Status;
            (worker.StartedAt, worker.EndedAt) = (status.StartedAt, status.EndedAt);
            worker.Required.AddRange(status.RequiredChecks);
            worker.Warnings.AddRange(status.Warnings);
            if (status.RequiredChecks.FirstOrDefault(check => check.Name == "command") is not { } command) continue;
            (worker.ExitCode, worker.DurationMs) = (command.Rc, command.DurationMs);
            if (!session.IsDryRun && command.Rc is not 0)
                worker.Block(BlockerKind.Worker, command.Rc is null ? "its command did not run" : $"its command ended with exit code {command.Rc}", $"read {session.Shown(Path.Combine(session.Folder.Bundle(worker.Id), "LOGS"))}, mend the cause and run again");
        }
    }
}
