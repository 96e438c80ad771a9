namespace Factory.Core.Configuration;

/// <summary>The last layer: what the caller's parameters say. A null leaves the value of the layers below.</summary>
public sealed record ConfigOverrides
{
    /// <summary>No parameter was given.</summary>
    public static ConfigOverrides None { get; } = new();

    /// <summary>Replaces <c>run.kind</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>Replaces <c>run.base_ref</c>.</summary>
    public string? BaseRef { get; init; }

    /// <summary>Replaces <c>run.branch_prefix</c>.</summary>
    public string? BranchPrefix { get; init; }

    /// <summary>The ids of the workers to keep; an id that is not defined is an error.</summary>
    public IReadOnlyList<string>? Workers { get; init; }

    /// <summary>Replaces <c>run.strict_collision_mode</c>.</summary>
    public bool? StrictCollisionMode { get; init; }

    /// <summary>Replaces <c>run.allow_identical_patch_overlap</c>.</summary>
    public bool? AllowIdenticalPatchOverlap { get; init; }

    /// <summary>Replaces <c>run.max_parallel</c>.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>Replaces <c>paths.runs_dir</c>.</summary>
    public string? RunsDir { get; init; }

    /// <summary>Replaces <c>paths.worktrees_dir</c>.</summary>
    public string? WorktreesDir { get; init; }

    /// <summary>Replaces <c>attestation.key</c>.</summary>
    public string? AttestationKey { get; init; }

    internal IEnumerable<(string Section, string Key, object? Value)> Scalars =>
    [
        ("run", "kind", Kind), ("run", "base_ref", BaseRef), ("run", "branch_prefix", BranchPrefix),
        ("run", "strict_collision_mode", StrictCollisionMode),
        ("run", "allow_identical_patch_overlap", AllowIdenticalPatchOverlap),
        ("run", "max_parallel", MaxParallel),
        ("paths", "runs_dir", RunsDir), ("paths", "worktrees_dir", WorktreesDir),
        ("attestation", "key", AttestationKey),
    ];
}
