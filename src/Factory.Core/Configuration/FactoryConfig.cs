using Factory.Core.Contracts;

namespace Factory.Core.Configuration;

/// <summary>The configuration a run works from, after every layer: defaults &lt; file &lt; environment &lt; parameters (contract: Configuration).</summary>
public sealed record FactoryConfig
{
    /// <summary>The feature flags this build knows; any other name is an error.</summary>
    public static IReadOnlyList<string> KnownFeatureFlags { get; } = [AllowUnmatchedGlobs];

    /// <summary>The flag that lets an allow-list glob match nothing at the base commit.</summary>
    public const string AllowUnmatchedGlobs = "allow_unmatched_globs";

    /// <summary>What holds when nothing is said.</summary>
    public static FactoryConfig Default { get; } = new();

    /// <summary>How a run is named, started and judged.</summary>
    public RunSection Run { get; init; } = new("factory", "HEAD", "codex/factory", StrictCollisionMode: true, AllowIdenticalPatchOverlap: false, MaxParallel: 0);

    /// <summary>Where runs and worktrees live.</summary>
    public PathsSection Paths { get; init; } = new("tools/codex/runs", "tools/codex/worktrees");

    /// <summary>The workers, in the order of the file. The reader accepts none; whoever starts a run decides.</summary>
    public IReadOnlyList<WorkerDefinition> Workers { get; init; } = [];

    /// <summary>What workers and checks may do.</summary>
    public SecuritySection Security { get; init; } = new(AllowShellExecution: false, AllowExecutableArtifacts: false, SecretScanEnabled: true);

    /// <summary>How the merged tree is checked.</summary>
    public IntegrationSection Integration { get; init; } = new([], "block");

    /// <summary>How a run is signed.</summary>
    public AttestationSection Attestation { get; init; } = new(Key: null);

    /// <summary>The flags that were set; see <see cref="KnownFeatureFlags"/>.</summary>
    public IReadOnlyDictionary<string, bool> FeatureFlags { get; init; } = new Dictionary<string, bool>(StringComparer.Ordinal);

    /// <summary>The file this was read from, absolute; null when it was not read from a file.</summary>
    public string? Source { get; init; }

    /// <summary>Whether a flag is set and true.</summary>
    public bool IsEnabled(string featureFlag) => FeatureFlags.TryGetValue(featureFlag, out var enabled) && enabled;
}

/// <summary>Section <c>run</c>.</summary>
/// <param name="Kind">The first part of a run id; see <see cref="RunId.IsKind"/>.</param>
/// <param name="BaseRef">The revision that workers start from.</param>
/// <param name="BranchPrefix">What the run's branches begin with.</param>
/// <param name="StrictCollisionMode">Whether two workers on one path block the run.</param>
/// <param name="AllowIdenticalPatchOverlap">Whether byte-identical changes to one path are tolerated in strict mode.</param>
/// <param name="MaxParallel">How many workers run at once; 0 is as many as there are.</param>
public sealed record RunSection(string Kind, string BaseRef, string BranchPrefix, bool StrictCollisionMode, bool AllowIdenticalPatchOverlap, int MaxParallel);

/// <summary>Section <c>paths</c>; each is absolute or relative to the repository's root.</summary>
/// <param name="RunsDir">Where each run's folder is made.</param>
/// <param name="WorktreesDir">Where each worker's worktree is kept.</param>
public sealed record PathsSection(string RunsDir, string WorktreesDir);

/// <summary>Section <c>security</c>.</summary>
/// <param name="AllowShellExecution">Whether a command may hand a text to a shell; see <see cref="ShellPrograms"/>.</param>
/// <param name="AllowExecutableArtifacts">Whether bundles may hold executable files.</param>
/// <param name="SecretScanEnabled">Whether added lines are searched for secrets.</param>
public sealed record SecuritySection(bool AllowShellExecution, bool AllowExecutableArtifacts, bool SecretScanEnabled)
{
    /// <summary>Globs of files in which nothing counts as a secret.</summary>
    public IReadOnlyList<string> SecretPaths { get; init; } = [];

    /// <summary>Fingerprints of findings that are no secrets.</summary>
    public IReadOnlyList<string> SecretFingerprints { get; init; } = [];

    /// <summary>Globs of files that may be executable and of any size.</summary>
    public IReadOnlyList<string> ArtifactGlobs { get; init; } = [];

    /// <summary>What a change outside the worktrees does: <c>block</c> or <c>warn</c>.</summary>
    public string EscapeCheck { get; init; } = "block";

    /// <summary>How many files one worker may change.</summary>
    public int MaxChangedFiles { get; init; } = 10_000;

    /// <summary>How large the changed files of one worker may be together, in bytes.</summary>
    public int MaxChangedBytes { get; init; } = 200 * 1024 * 1024;

    /// <summary>How large one changed file may be, in bytes.</summary>
    public int MaxFileBytes { get; init; } = 50 * 1024 * 1024;

    /// <summary>How large the patch of one worker may be, in bytes; git itself applies none of 1023 MiB or more.</summary>
    public int MaxPatchBytes { get; init; } = 900 * 1024 * 1024;
}

/// <summary>Section <c>integration</c>.</summary>
/// <param name="Checks">What is run on the merged tree, in order.</param>
/// <param name="OnFailure">What a failed required check does: <c>block</c>.</param>
public sealed record IntegrationSection(IReadOnlyList<CheckDefinition> Checks, string OnFailure);

/// <summary>One check of the merged tree.</summary>
/// <param name="Name">Its name in reports, unique.</param>
/// <param name="Command">The argument vector, with placeholders.</param>
/// <param name="TimeoutSeconds">How long it may run, in seconds.</param>
/// <param name="Required">Whether its failure blocks; an optional check that fails only warns.</param>
public sealed record CheckDefinition(string Name, IReadOnlyList<string> Command, int TimeoutSeconds, bool Required);

/// <summary>Section <c>attestation</c>.</summary>
/// <param name="Key">The signing key's file, or null to sign nothing.</param>
public sealed record AttestationSection(string? Key);
