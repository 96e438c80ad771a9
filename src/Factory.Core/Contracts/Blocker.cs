using System.Text.Json.Serialization;

namespace Factory.Core.Contracts;

/// <summary>Why a run may not pass (contract: Machine output).</summary>
[JsonConverter(typeof(WireEnumConverter<BlockerKind>))]
public enum BlockerKind
{
    /// <summary>The configuration, the repository or the environment cannot be used as it is.</summary>
    [WireName("config")] Config,
    /// <summary>Another run holds what this one needs.</summary>
    [WireName("lock")] Lock,
    /// <summary>A worker could not be started, failed, or left its worktree in a state that cannot be integrated.</summary>
    [WireName("worker")] Worker,
    /// <summary>A worker or a check ran longer than it was given.</summary>
    [WireName("timeout")] Timeout,
    /// <summary>A document is missing, unreadable or not of its schema.</summary>
    [WireName("schema")] Schema,
    /// <summary>A path that cannot exist safely on every system.</summary>
    [WireName("invalid_path")] InvalidPath,
    /// <summary>A path outside the worker's scope lock.</summary>
    [WireName("scope")] Scope,
    /// <summary>A protected path.</summary>
    [WireName("protected")] Protected,
    /// <summary>A path changed in git that the declaration leaves out.</summary>
    [WireName("hidden_overlap")] HiddenOverlap,
    /// <summary>Two workers changed one path.</summary>
    [WireName("overlap")] Overlap,
    /// <summary>Two changes do not merge.</summary>
    [WireName("conflict")] Conflict,
    /// <summary>Something outside the worker's worktree changed.</summary>
    [WireName("escape")] Escape,
    /// <summary>A secret in an added line.</summary>
    [WireName("secret")] Secret,
    /// <summary>An executable or oversized artifact.</summary>
    [WireName("artifact")] Artifact,
    /// <summary>A check of the merged tree failed or did not run, or a stage could not finish.</summary>
    [WireName("check")] Check,
    /// <summary>A rule of the run itself was broken.</summary>
    [WireName("policy")] Policy,
}

/// <summary>One reason why a run may not pass: what, where, and what to do next.</summary>
/// <param name="Kind">The class of reason.</param>
/// <param name="Worker">The worker concerned, or null.</param>
/// <param name="Path">The path concerned (repository-relative, or a file of the run), or null; exactly as it is, for programs.</param>
/// <param name="Message">What is wrong, in one sentence.</param>
/// <param name="NextAction">What the reader should do about it.</param>
public sealed record Blocker(BlockerKind Kind, string? Worker, string? Path, string Message, string NextAction)
{
    /// <summary>One line for reports and terminals, with everything in it to be seen; see <see cref="VisibleText"/>.</summary>
    public override string ToString()
    {
        var where = (Worker, Path) switch
        {
            (null, null) => "",
            (not null, null) => $" {Worker}",
            (null, not null) => $" {Path}",
            _ => $" {Worker} {Path}",
        };
        return VisibleText.Of($"[{WireEnum<BlockerKind>.NameOf(Kind)}]{where}: {Message}");
    }
}
