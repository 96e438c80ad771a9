namespace Factory.Core.Contracts;

/// <summary>The result of a run, as <c>--json</c> prints it and the cmdlets return it (contract: Machine output).</summary>
/// <param name="Status">The verdict.</param>
/// <param name="ExitCode">The process exit code that goes with it.</param>
/// <param name="RunId">The run, or null when none was reserved.</param>
/// <param name="BaseCommit">The commit that the run started from, or null when it could not be resolved.</param>
/// <param name="IntegratedCommit">The commit on the integrator's branch, or null when no branch was moved.</param>
/// <param name="IntegratedTree">The tree of that commit; for a run that may not integrate, null.</param>
/// <param name="RunDir">The run's folder, absolute.</param>
/// <param name="Report">FINAL_REPORT.txt, absolute, or null when there is none.</param>
/// <param name="Stages">The stages that ran, in order.</param>
/// <param name="Workers">The workers, in the order of their ids.</param>
/// <param name="Blockers">What stands in the way; empty for PASS and WARN.</param>
/// <param name="Warnings">What a person should look at.</param>
/// <param name="Ledger">The signed head of the ledger when the run ended, to be kept elsewhere; null when none was signed.</param>
public sealed record RunResult(
    RunStatus Status,
    int ExitCode,
    string? RunId,
    string? BaseCommit,
    string? IntegratedCommit,
    string? IntegratedTree,
    string? RunDir,
    string? Report,
    IReadOnlyList<StageResult> Stages,
    IReadOnlyList<WorkerResult> Workers,
    IReadOnlyList<Blocker> Blockers,
    IReadOnlyList<string> Warnings,
    LedgerHead? Ledger = null);

/// <summary>One stage of a run.</summary>
/// <param name="Name">preflight, launch, bundle-validate, integrate or summary.</param>
/// <param name="Status">The stage's verdict.</param>
/// <param name="DurationMs">Wall time in milliseconds.</param>
public sealed record StageResult(string Name, RunStatus Status, long DurationMs);

/// <summary>One worker of a run.</summary>
/// <param name="Id">The worker.</param>
/// <param name="Status">Its verdict.</param>
/// <param name="Commit">The commit that holds all it did, or null when it did not run.</param>
/// <param name="Branch">The branch of that commit, without <c>refs/heads/</c>, or null.</param>
/// <param name="ExitCode">The command's exit code, or null when it did not start or did not end by itself.</param>
/// <param name="DurationMs">Wall time of the command in milliseconds.</param>
public sealed record WorkerResult(string Id, RunStatus Status, string? Commit, string? Branch, int? ExitCode, long DurationMs);
