using System.Globalization;
using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;
using Factory.Core.Ledger;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline.Records;

/// <summary>
/// Writes the checksum manifests and the signed provenance of a finished run again, over the files as they are now, for
/// example after a file was restored from a backup. What earlier manifests said stays in the ledger.
/// </summary>
public static class AttestationRenewal
{
    private const int MostInWarning = 10, MostInEvent = 50, LongestInEvent = 24 * 1024;

    /// <summary>Writes them, under the run's lock, and records it in the ledger.</summary>
    /// <param name="record">The run.</param>
    /// <param name="key">The key that signs the provenance and the ledger's checkpoint.</param>
    /// <param name="environment">Tells whether this is GitHub Actions.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="cancellationToken">Ends the work while it is compared and read; what was attested before is then gone, and attesting again writes it.</param>
    /// <exception cref="FactoryException">There is no such run, it is being worked on, it has no verdict yet, or a file cannot be covered.</exception>
    public static async Task<AttestationResult> RunAsync(
        RunRecord record, SigningKey key, IReadOnlyDictionary<string, string> environment, TimeProvider clock, CancellationToken cancellationToken)
    {
        var folder = record.Folder;
        using var held = folder.Lock(clock);
        if (record.Status == RunStatus.Pending)
            throw new FactoryException(new Blocker(BlockerKind.Config, null, folder.Path, $"the run {folder.Id} has no verdict yet, so there is nothing to attest", $"finish it: factory integrate --run-id {folder.Id}"), RunStatus.Pending);
        cancellationToken.ThrowIfCancellationRequested();
        var manifest = ReadManifest(folder);
        RequireSoundLedger(folder, cancellationToken);
        var verdict = RequireRecorded(folder, manifest);
        using var journal = new RunJournal(new LedgerWriter(folder.RunsDirectory, clock), folder.Id, new SecretRedactor(), RunOpening.FirstEvent(folder));
        try
        {
            var changes = new EarlierAttestation(folder.Path).Compare(manifest.Workers, LastRecorded(folder), cancellationToken);
            var result = await new RunAttestation(folder.RunsDirectory, folder.Id).WriteAsync(
                manifest.Workers,
                key,
                environment,
                digests => journal.Append(LedgerEventType.AttestationWritten, verdict, rc: 0, hashes: digests, details: new Dictionary<string, object?>
                {
                    ["path"] = manifest.Paths.RunDir + "/attestations",
                    ["renewed"] = true,
                    ["changed_count"] = changes.Count,
                    ["changed"] = Shortened(changes),
                }),
                cancellationToken).ConfigureAwait(false);
            var ledger = await RunSeal.WriteAsync(folder, journal.Last!, key).ConfigureAwait(false);
            return result with { Changes = changes, Warnings = [.. result.Warnings, .. Describe(changes), .. ledger.Warnings], Head = ledger.Head };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FactoryException(
                new Blocker(BlockerKind.Check, null, folder.Path, $"the attestations of {folder.Id} could not be written: {error.Message}", "free space or mend the access rights, then try again"), RunStatus.Fail, error);
        }
    }

    // The run's lines are copied and signed once more, and the older copy is then gone: only a ledger that is what it was.
    private static void RequireSoundLedger(RunFolder folder, CancellationToken cancellationToken)
    {
        if (SoundLedger.FindFault(folder.RunsDirectory, cancellationToken) is not { } fault) return;
        throw new FactoryException(
            BlockerKind.Policy, $"the ledger is not what it was, so nothing is attested anew and every file of {folder.Id} is left as it is: {fault}", "see what ledger-verify says, restore the ledger from a backup, and try again", new LedgerPaths(folder.RunsDirectory).Ledger);
    }

    // A verdict, and what it speaks of, cannot be restored from a backup as something else than the ledger recorded.
    private static RunStatus RequireRecorded(RunFolder folder, RunManifestDocument manifest)
    {
        var recorded = RecordedRun.Read(new LedgerPaths(folder.RunsDirectory).Ledger, folder.Id);
        var verdict = new RecordedVerdict(recorded, name => RegularFile.Is(Path.Combine(folder.Path, name)) ? File.ReadAllBytes(Path.Combine(folder.Path, name)) : null);
        if (recorded.DifferencesOf(manifest).Concat(verdict.Differences(manifest)).FirstOrDefault() is { } difference)
            throw new FactoryException(BlockerKind.Policy, $"{folder.Id} is not as the ledger recorded it, so nothing is attested anew and every file is left as it is: {difference}", "find out who changed it, restore it from a backup, and try again", Path.Combine(folder.Path, difference.Document));
        return manifest.Status;
    }

    private static IReadOnlyDictionary<string, string>? LastRecorded(RunFolder folder)
    {
        var ledger = new LedgerPaths(folder.RunsDirectory).Ledger;
        var filter = new LedgerFilter { RunId = folder.Id.Text, EventTypes = [WireEnum<LedgerEventType>.NameOf(LedgerEventType.AttestationWritten)] };
        return File.Exists(ledger) ? LedgerReader.Read(ledger, filter).LastOrDefault()?.Hashes : null;
    }

    // Not a refusal: restoring a file from a backup is what a renewal is for. But it is never silent.
    private static IEnumerable<string> Describe(AttestationChanges changes)
    {
        if (changes.Count == 0) yield break;
        var names = changes.Names.Take(MostInWarning).ToList();
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{changes.Count} {(changes.Count == 1 ? "file differs" : "files differ")} from what was attested before: {string.Join(", ", names)}{(changes.Count > names.Count ? ", ..." : "")}; they are attested as they are now");
    }

    // A line of the ledger has a limit, and JSON may spell a character with six bytes.
    private static List<object?> Shortened(AttestationChanges changes)
    {
        var length = 0;
        return [.. changes.Names.Take(MostInEvent).TakeWhile(name => (length += 6 * name.Length) <= LongestInEvent)];
    }

    // The workers' names become paths: a manifest that was changed must not lead out of the run's folder.
    private static RunManifestDocument ReadManifest(RunFolder folder)
    {
        var manifest = RunOpening.ReadManifest(folder);
        return manifest.RunId == folder.Id.Text && manifest.Workers.All(worker => WorkerId.TryParse(worker, out _))
            ? manifest
            : throw new FactoryException(BlockerKind.Schema, $"the manifest in {folder.Path} is not that of the run {folder.Id}", "restore the file from a backup", folder.Manifest);
    }
}
