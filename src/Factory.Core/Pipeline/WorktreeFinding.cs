using Factory.Core.Contracts;

namespace Factory.Core.Pipeline;

/// <summary>One fixed worktree after a verb looked at it.</summary>
/// <param name="Worker">Whose it is.</param>
/// <param name="Path">Its folder, absolute.</param>
/// <param name="Status">PASS, WARN when a person should look, BLOCKED when it was left alone.</param>
/// <param name="IsPresent">Whether something is there.</param>
/// <param name="IsOurs">Whether it is a worktree of this repository.</param>
/// <param name="IsClean">Whether it holds no change; null when that was not looked at.</param>
/// <param name="Head">The commit under it, or null.</param>
/// <param name="LockedBy">Who works in it, or null.</param>
/// <param name="RescueRef">The ref that keeps what was in it, or null.</param>
/// <param name="Message">What was found or done, in words.</param>
/// <param name="NextAction">What to do about it; empty when nothing.</param>
public sealed record WorktreeFinding(
    string Worker,
    string Path,
    RunStatus Status,
    bool IsPresent,
    bool IsOurs,
    bool? IsClean,
    string? Head,
    string? LockedBy,
    string? RescueRef,
    string Message,
    string NextAction);

/// <summary>The result of a verb on worktrees.</summary>
/// <param name="Status">The worst of them; PASS when there is none.</param>
/// <param name="ExitCode">The process exit code that goes with it.</param>
/// <param name="BaseCommit">The base commit.</param>
/// <param name="Worktrees">The worktrees, in the order of their workers.</param>
public sealed record WorktreesResult(RunStatus Status, int ExitCode, string BaseCommit, IReadOnlyList<WorktreeFinding> Worktrees);
