using Factory.Core.Contracts;

namespace Factory.Core.Tests.Contracts;

/// <summary>One valid document of each kind, with every list filled.</summary>
internal static class SampleDocuments
{
    public const string Run = "factory_20260218_131510_6339cf02_001";
    private const string Time = "2026-02-18T13:15:10.123Z";
    private static readonly string Hash = new('a', 64);

    public static StatusDocument Status { get; } = new(
        2, 2, Run, "A_worker", RunStatus.Blocked, Time, null,
        [new("tests", 0, 12, "LOGS/tests.log")], [new("lint", null, 0, null)], ["an error"], ["a warning"], ["DIFF.patch"]);

    public static FilesChangedDocument FilesChanged { get; } = new(2, Run, "Z_integrator",
        [new("src/é.cs", ChangeType.Renamed, "from a", Hash), new("old", ChangeType.Deleted, "", null), new("sub", ChangeType.Modified, "", null)]);

    public static ScopeLockDocument ScopeLock { get; } = new(2, Run, "A_worker", ["src/**"], ["x"], ["CHANGELOG.md"]);

    public static HandoffNoteDocument HandoffNote { get; } = new(2, Run, "A_worker", "done", ["d"], ["r"], ["n"]);

    public static LogsIndexDocument LogsIndex { get; } = new(2, Run, "A_worker", [new("worker", "LOGS/worker.log", -1), new("setup", "LOGS/s", null)]);

    public static RunManifestDocument Manifest { get; } = new(
        2, 2, Run, "factory", "HEAD", new('b', 40), RunStatus.Pending, ["A_worker", "B_worker"], "Z_integrator", Time,
        new("tools/codex/runs/x", "tools/codex/runs/x/Z_integrator", "tools/codex/runs/x/LOGS"));

    public static BundleDocuments Bundle(string owner) => new(
        owner, FactoryJson.Write(Status), FactoryJson.Write(FilesChanged), FactoryJson.Write(ScopeLock), FactoryJson.Write(HandoffNote), FactoryJson.Write(LogsIndex));
}
