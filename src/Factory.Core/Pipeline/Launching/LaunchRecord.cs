using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Pipeline.Folders;

namespace Factory.Core.Pipeline.Launching;

/// <summary>
/// What launching recorded of a worker in the ledger: a bundle or a branch that says something else later was changed.
/// </summary>
/// <param name="Commit">The commit that holds its work, or null when it has none.</param>
/// <param name="ExitCode">The command's exit code, or null.</param>
/// <param name="FilesChanged">SHA-256 of FILES_CHANGED.json.</param>
/// <param name="DiffPatch">SHA-256 of DIFF.patch.</param>
/// <param name="Blockers">What stood in its way.</param>
public sealed record LaunchRecord(string? Commit, int? ExitCode, string? FilesChanged, string? DiffPatch, IReadOnlyList<Blocker> Blockers)
{
    private const string FilesKey = "files_changed_sha256";
    private const string PatchKey = "diff_patch_sha256";

    /// <summary>Takes the record of a worker whose bundle has just been written, and appends it to the ledger.</summary>
    public static LaunchRecord Append(RunSession session, WorkerState worker)
    {
        var bundle = session.Folder.Bundle(worker.Id);
        var hashes = new Dictionary<string, string>(FileDigest.Of(FilesKey, Path.Combine(bundle, BundleFile.FilesChanged)));
        foreach (var (name, hash) in FileDigest.Of(PatchKey, Path.Combine(bundle, BundleFile.DiffPatch))) hashes[name] = hash;
        session.Journal.Append(LedgerEventType.WorkerBundleDiscovered, worker.Status, worker.Id, hashes: hashes, details: new Dictionary<string, object?>
        {
            ["path"] = session.Shown(bundle),
            ["commit"] = worker.Commit?.Hex,
            ["tree"] = worker.Tree?.Hex,
            ["exit_code"] = worker.ExitCode,
            ["blockers"] = Describe(worker.Blockers.Select(session.Redactor.Redact)),
        });
        return new LaunchRecord(worker.Commit?.Hex, worker.ExitCode, hashes[FilesKey], hashes[PatchKey], [.. worker.Blockers]);
    }

    /// <summary>Reads the records of a run, by worker.</summary>
    /// <exception cref="FactoryException">The ledger is missing, cannot be read, or has two records of one bundle.</exception>
    public static IReadOnlyDictionary<string, LaunchRecord> Read(RunFolder folder)
    {
        var filter = new LedgerFilter { RunId = folder.Id.Text, EventTypes = [WireEnum<LedgerEventType>.NameOf(LedgerEventType.WorkerBundleDiscovered)] };
        var records = new Dictionary<string, LaunchRecord>(StringComparer.Ordinal);
        var ledger = new LedgerPaths(folder.RunsDirectory).Ledger;
        foreach (var item in LedgerReader.Read(ledger, filter))
        {
            // A bundle is closed once. A second record would say what somebody wants to be believed.
            if (!records.TryAdd(item.Actor, Of(item)))
                throw new FactoryException(BlockerKind.Policy, $"the ledger has more than one record of the bundle of {item.Actor}: line {item.LineNumber} was put there, or the one before", "find out who wrote it; start a new run", ledger, item.Actor);
        }

        return records;
    }

    private static LaunchRecord Of(LedgerEvent item) => new(
        item.Details.GetValueOrDefault("commit") as string,
        item.Details.GetValueOrDefault("exit_code") is long code ? (int)code : null,
        item.Hashes.GetValueOrDefault(FilesKey),
        item.Hashes.GetValueOrDefault(PatchKey),
        ReadBlockers(item, item.Actor));

    /// <summary>Blockers as the details of an event carry them.</summary>
    public static object Describe(IEnumerable<Blocker> blockers) => blockers.Take(100).Select(blocker => (object?)new Dictionary<string, object?>
    {
        ["kind"] = WireEnum<BlockerKind>.NameOf(blocker.Kind),
        ["worker"] = blocker.Worker,
        ["path"] = blocker.Path,
        ["message"] = Short(blocker.Message),
        ["next_action"] = Short(blocker.NextAction),
    }).ToList();

    /// <summary>What stood in the way of the run as a whole when launching ended.</summary>
    /// <exception cref="FactoryException">The ledger is missing or cannot be read, or does not say that launching ended.</exception>
    public static IReadOnlyList<Blocker> ReadRunBlockers(RunFolder folder)
    {
        var filter = new LedgerFilter { RunId = folder.Id.Text, EventTypes = [WireEnum<LedgerEventType>.NameOf(LedgerEventType.LaunchResult)] };
        var ends = LedgerReader.Read(new LedgerPaths(folder.RunsDirectory).Ledger, filter).ToList();
        return ends.Count > 0
            ? [.. ends.SelectMany(item => ReadBlockers(item, null))]
            : [new Blocker(BlockerKind.Worker, null, null, $"the ledger does not say that launching {folder.Id} ended", "start a new run; what the workers did is in their worktrees or on their branches")];
    }

    private static IReadOnlyList<Blocker> ReadBlockers(LedgerEvent item, string? worker) =>
        [.. (item.Details.GetValueOrDefault("blockers") as IEnumerable<object?> ?? []).OfType<IReadOnlyDictionary<string, object?>>().Select(one => new Blocker(
            WireEnum<BlockerKind>.TryParse(one.GetValueOrDefault("kind") as string, out var kind) ? kind : BlockerKind.Worker,
            worker ?? one.GetValueOrDefault("worker") as string,
            one.GetValueOrDefault("path") as string,
            one.GetValueOrDefault("message") as string ?? "was blocked at launch",
            one.GetValueOrDefault("next_action") as string ?? "start a new run"))];

    // A ledger line holds 64 KiB; the whole text is in STATUS.json.
    private static string Short(string text) => text.Length <= 250 ? text : text[..250];
}
