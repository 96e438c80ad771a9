using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;

namespace Factory.Core.Pipeline;

/// <summary>Builds a run's result from what is known; the exit code always follows from the status.</summary>
public static class RunResults
{
    /// <summary>The result of a session.</summary>
    public static RunResult Of(RunSession session, RunStatus status, CommitId? integrated = null, CommitId? tree = null) => new(
        status,
        status.ToExitCode(),
        session.Folder.Id.Text,
        session.Ground.BaseCommit.Hex,
        integrated?.Hex,
        tree?.Hex,
        session.Folder.Path,
        File.Exists(session.Folder.Report) ? session.Folder.Report : null,
        [.. session.Stages],
        [.. session.Workers.Select(worker => worker.ToResult())],
        session.AllBlockers,
        session.AllWarnings,
        session.LedgerHead);

    /// <summary>The result of a run that could not start: nothing was written.</summary>
    public static RunResult Refused(IReadOnlyList<Blocker> blockers, RunStatus status = RunStatus.Blocked) =>
        new(status, status.ToExitCode(), null, null, null, null, null, null, [], [], [.. blockers.Select(new SecretRedactor().Redact)], []);
}
