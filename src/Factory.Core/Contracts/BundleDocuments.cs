using System.Text.Json.Serialization;

namespace Factory.Core.Contracts;

/// <summary>The names of the files of a bundle and of a run (contract: Bundles, Folders).</summary>
public static class BundleFile
{
    /// <summary>The verdict on one worker or on the integrator.</summary>
    public const string Status = "STATUS.json";
    /// <summary>A worker's own words, or the runner's when it left none.</summary>
    public const string Summary = "SUMMARY.md";
    /// <summary>What changed, according to git.</summary>
    public const string FilesChanged = "FILES_CHANGED.json";
    /// <summary>What the worker said that it changed, when it said so.</summary>
    public const string FilesDeclared = "FILES_DECLARED.json";
    /// <summary>The change itself, as git writes and applies it.</summary>
    public const string DiffPatch = "DIFF.patch";
    /// <summary>What the worker suggests for later.</summary>
    public const string Suggestions = "SUGGESTIONS.md";
    /// <summary>The scope that was in force.</summary>
    public const string ScopeLock = "SCOPE_LOCK.json";
    /// <summary>What the worker hands over in words.</summary>
    public const string HandoffNote = "HANDOFF_NOTE.json";
    /// <summary>The index of the logs.</summary>
    public const string LogsIndex = "LOGS/INDEX.json";
    /// <summary>The integrator's report.</summary>
    public const string FinalReport = "FINAL_REPORT.txt";
    /// <summary>The integrator's plan.</summary>
    public const string MergePlan = "MERGE_PLAN.md";
    /// <summary>The run's manifest, in the run's folder.</summary>
    public const string RunManifest = "RUN_MANIFEST.json";

    /// <summary>The files every worker's bundle has.</summary>
    public static IReadOnlyList<string> OfWorker { get; } =
        [Status, Summary, FilesChanged, DiffPatch, Suggestions, ScopeLock, HandoffNote, LogsIndex];

    /// <summary>The files the integrator's bundle has.</summary>
    public static IReadOnlyList<string> OfIntegrator { get; } =
        [Status, FinalReport, FilesChanged, DiffPatch, MergePlan, LogsIndex];
}

/// <summary>The versions this build writes and accepts.</summary>
public static class ContractVersion
{
    /// <summary>The version of the documents' schemas.</summary>
    public const int Schema = 2;
    /// <summary>The version of the contract between Factory and its workers.</summary>
    public const int Contract = 2;
}

/// <summary>One check and its return code; a null code means that it did not run, which is never a pass.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Rc">The return code: 0 passed, other failed, null did not run.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
/// <param name="Log">The log, relative to the bundle, or null.</param>
public sealed record CheckRecord(string Name, int? Rc, long DurationMs, string? Log);

/// <summary>STATUS.json.</summary>
public sealed record StatusDocument(
    int SchemaVersion,
    int ContractVersion,
    string RunId,
    string WorkerId,
    RunStatus Status,
    string? StartedAt,
    string? EndedAt,
    IReadOnlyList<CheckRecord> RequiredChecks,
    IReadOnlyList<CheckRecord> OptionalChecks,
    IReadOnlyList<string> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Artifacts);

/// <summary>How a path changed.</summary>
[JsonConverter(typeof(WireEnumConverter<ChangeType>))]
public enum ChangeType
{
    /// <summary>The path is new.</summary>
    [WireName("added")] Added,
    /// <summary>The content, mode or type changed.</summary>
    [WireName("modified")] Modified,
    /// <summary>The path is gone.</summary>
    [WireName("deleted")] Deleted,
    /// <summary>The content moved here from a path that is gone.</summary>
    [WireName("renamed")] Renamed,
    /// <summary>The content was copied here from a path that stays.</summary>
    [WireName("copied")] Copied,
}

/// <summary>One changed path.</summary>
/// <param name="Path">The path after the change; for a deletion, the path that is gone.</param>
/// <param name="ChangeType">How it changed.</param>
/// <param name="Reason">Why, in words: where a rename or copy came from, a change of mode, or the worker's reason.</param>
/// <param name="Sha256">SHA-256 of the content in git after the change, lower-case hex; null for a deletion or a submodule.</param>
public sealed record FileChange(string Path, ChangeType ChangeType, string Reason, string? Sha256);

/// <summary>FILES_CHANGED.json and FILES_DECLARED.json.</summary>
public sealed record FilesChangedDocument(int SchemaVersion, string RunId, string Owner, IReadOnlyList<FileChange> Changes);

/// <summary>SCOPE_LOCK.json: the globs that were in force for a worker.</summary>
public sealed record ScopeLockDocument(
    int SchemaVersion,
    string RunId,
    string WorkerId,
    IReadOnlyList<string> AllowedGlobs,
    IReadOnlyList<string> BlockedGlobs,
    IReadOnlyList<string> AllowSharedPaths);

/// <summary>HANDOFF_NOTE.json.</summary>
public sealed record HandoffNoteDocument(
    int SchemaVersion,
    string RunId,
    string WorkerId,
    string Summary,
    IReadOnlyList<string> Decisions,
    IReadOnlyList<string> Risks,
    IReadOnlyList<string> NextActions);

/// <summary>One log of a bundle.</summary>
/// <param name="Name">What wrote it.</param>
/// <param name="Path">The file, relative to the bundle.</param>
/// <param name="Rc">The return code of what wrote it, or null.</param>
public sealed record LogRecord(string Name, string Path, int? Rc);

/// <summary>LOGS/INDEX.json.</summary>
public sealed record LogsIndexDocument(int SchemaVersion, string RunId, string Owner, IReadOnlyList<LogRecord> Logs);

/// <summary>Where a run keeps its things, relative to the runs folder's parent repository when inside it, else absolute.</summary>
public sealed record ManifestPaths(string RunDir, string IntegratorDir, string LogsDir);

/// <summary>RUN_MANIFEST.json.</summary>
public sealed record RunManifestDocument(
    int SchemaVersion,
    int ContractVersion,
    string RunId,
    string Kind,
    string BaseRef,
    string BaseRefHash,
    RunStatus Status,
    IReadOnlyList<string> Workers,
    string Integrator,
    string CreatedAt,
    ManifestPaths Paths);
