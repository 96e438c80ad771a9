namespace Factory.Core.Contracts;

/// <summary>One thing that was checked about a run's attestations.</summary>
/// <param name="Name"><c>folder run_id signature manifests statement added_files ledger_extract ledger_checkpoint github tree</c>.</param>
/// <param name="Status">PASS; BLOCKED when something is wrong; PENDING when it was not checked, which is no pass.</param>
/// <param name="Message">What was found, or why it was not checked.</param>
public sealed record VerificationCheck(string Name, RunStatus Status, string Message);

/// <summary>The result of verifying a run's attestations offline (contract: Machine output).</summary>
/// <param name="Status">PASS when every check passed; WARN when nothing is wrong but something was not checked; BLOCKED when something is wrong.</param>
/// <param name="ExitCode">The process exit code that goes with it.</param>
/// <param name="RunId">The run, or null when its folder does not say.</param>
/// <param name="RunDir">The run's folder, absolute.</param>
/// <param name="KeyFingerprint">The key that the signatures were checked with, or null.</param>
/// <param name="Files">How many files' digests were compared.</param>
/// <param name="Checks">Each check.</param>
/// <param name="Blockers">Each finding.</param>
/// <param name="Missing">Files that are named and not there.</param>
/// <param name="Added">Names that nothing covers.</param>
/// <param name="Changed">Files that are not what was recorded.</param>
public sealed record RunVerification(
    RunStatus Status,
    int ExitCode,
    string? RunId,
    string RunDir,
    string? KeyFingerprint,
    int Files,
    IReadOnlyList<VerificationCheck> Checks,
    IReadOnlyList<Blocker> Blockers,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Added,
    IReadOnlyList<string> Changed);
