using Factory.Core.Contracts;
using Factory.Core.Reporting;

namespace Factory.Core.Pipeline.Launching;

/// <summary>Says, when a run cannot go on, where the work of its workers is: nobody may look for it where it is not.</summary>
public static class KeptWork
{
    /// <summary>The failure of a run in words, with what to do and where the work is.</summary>
    /// <param name="session">The run, or null when it could not even be made.</param>
    /// <param name="error">What stopped it.</param>
    /// <param name="could">What it could not do, for example <c>the run could not be finished</c>.</param>
    public static Blocker Explain(RunSession? session, Exception error, string could)
    {
        if (error is FactoryException { Blocker: { } known, Status: RunStatus.Fail } && !DiskFull.Is(error)) return known with { NextAction = $"{known.NextAction}; {Describe(session)}" };
        if (error is FactoryException { Status: not RunStatus.Fail } refused) return refused.Blocker;
        if (error is OperationCanceledException) return new Blocker(BlockerKind.Check, null, session?.Folder.Path, $"{could}: the run was cancelled", $"run again; {Describe(session)}");
        var next = DiskFull.Is(error) ? "free space on that disk, then run again" : "mend the access rights or free space, then run again";
        return new Blocker(BlockerKind.Config, null, session?.Folder.Path, $"{could}: {(session is null ? error.Message : session.Redactor.Clean(error.Message))}", $"{next}; {Describe(session)}");
    }

    /// <summary>Where the work of each worker is, in one sentence.</summary>
    public static string Describe(RunSession? session)
    {
        if (session is null || session.IsDryRun || session.Workers.All(worker => !HasRun(worker))) return "no worker had started, so there is no work to look for";
        return string.Join("; ", session.Workers.Select(worker => Describe(session, worker)));
    }

    private static string Describe(RunSession session, WorkerState worker)
    {
        if (!HasRun(worker)) return $"{worker.Id} had not started";
        return (worker.Commit?.Hex ?? worker.Recorded?.Commit) is not null && !worker.IsWorkLost
            ? $"the work of {worker.Id} is on branch {worker.Branch ?? $"{session.Ground.Config.Run.BranchPrefix}/{session.Folder.Id}/{worker.Id}"}"
            : $"the work of {worker.Id} is on no branch, but in its worktree {session.Shown(worker.WorktreePath)}, which is kept: the next run keeps it under a rescue ref before it uses the worktree";
    }

    // A setup command may have left something, too.
    private static bool HasRun(WorkerState worker) => worker.StartedAt is not null || worker.Commit is not null || worker.Recorded?.Commit is not null || worker.Required.Any(check => check.Name.StartsWith("setup:", StringComparison.Ordinal));
}
