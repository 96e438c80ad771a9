using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Pipeline;

/// <summary>
/// Writes the checksum manifests of a finished run again, over the files as they are now, for example after a file was
/// restored from a backup. What earlier manifests said stays in the ledger.
/// </summary>
public static class AttestationRenewal
{
    /// <summary>Finds the run that a request names, or the newest, and writes its manifests.</summary>
    /// <inheritdoc cref="RunAsync(RunRecord, TimeProvider, CancellationToken)"/>
    public static async Task<AttestationResult> RunAsync(RunRequest request, TimeProvider clock, CancellationToken cancellationToken) =>
        await RunAsync(await RunRecord.FindAsync(request, cancellationToken).ConfigureAwait(false), clock, cancellationToken).ConfigureAwait(false);

    /// <summary>Writes the checksum manifests of a run that has no signed provenance.</summary>
    /// <inheritdoc cref="RunAsync(RunRecord, SigningKey, IReadOnlyDictionary{string, string}, TimeProvider, CancellationToken)"/>
    public static Task<AttestationResult> RunAsync(RunRecord record, TimeProvider clock, CancellationToken cancellationToken) =>
        RunAsync(record, null, new Dictionary<string, string>(), clock, cancellationToken);

    /// <summary>Writes them, under the run's lock, and records it in the ledger.</summary>
    /// <param name="record">The run.</param>
    /// <param name="key">The key that signs the provenance; null when the run has none and shall have none.</param>
    /// <param name="environment">Tells whether this is GitHub Actions.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="cancellationToken">Ends the work before it began.</param>
    /// <exception cref="FactoryException">There is no such run, it is being worked on, it has no verdict yet, or a file cannot be covered.</exception>
    public static async Task<AttestationResult> RunAsync(
        RunRecord record, SigningKey? key, IReadOnlyDictionary<string, string> environment, TimeProvider clock, CancellationToken cancellationToken)
    {
        var folder = record.Folder;
        using var held = folder.Lock(clock);
        if (record.Status == RunStatus.Pending)
            throw new FactoryException(new Blocker(BlockerKind.Config, null, folder.Path, $"the run {folder.Id} has no verdict yet, so there is nothing to attest", $"finish it: factory integrate --run-id {folder.Id}"), RunStatus.Pending);
        cancellationToken.ThrowIfCancellationRequested();
        var manifest = ReadManifest(folder);
        var journal = new RunJournal(new LedgerWriter(folder.RunsDirectory, clock), folder.Id);
        try
        {
            var result = await new RunAttestation(folder.RunsDirectory, folder.Id).WriteAsync(
                manifest.Workers,
                key,
                environment,
                digests => journal.Append(LedgerEventType.AttestationWritten, record.Status, rc: 0, hashes: digests, details: new Dictionary<string, object?>
                {
                    ["path"] = manifest.Paths.RunDir + "/attestations",
                    ["renewed"] = true,
                })).ConfigureAwait(false);
            LedgerDigest.Refresh(folder.RunsDirectory, CancellationToken.None);
            return result;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FactoryException(
                new Blocker(BlockerKind.Check, null, folder.Path, $"the attestations of {folder.Id} could not be written: {error.Message}", "free space or mend the access rights, then try again"), RunStatus.Fail, error);
        }
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
