using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Pipeline;

/// <summary>
/// Writes the checksum manifests of a run that has ended anew, over the files as they are now, and records their digests in
/// the ledger. What earlier manifests said stays in the ledger. Needs neither the repository nor its configuration.
/// </summary>
/// <param name="folder">The run.</param>
/// <param name="clock">Tells the time.</param>
public sealed class AttestVerb(RunFolder folder, TimeProvider clock)
{
    /// <summary>Writes them.</summary>
    /// <exception cref="FactoryException">The run is being worked on, its manifest is not this run's, or the disk refused.</exception>
    public async Task<AttestationResult> RunAsync(CancellationToken cancellationToken)
    {
        using var held = folder.Lock(clock);
        var manifest = RunOpening.ReadManifest(folder);
        if (manifest.RunId != folder.Id.Text || !manifest.Workers.All(worker => WorkerId.TryParse(worker, out _)))
            throw new FactoryException(BlockerKind.Schema, $"the manifest in {folder.Path} is not that of the run {folder.Id}", "restore the file from a backup", folder.Manifest);
        cancellationToken.ThrowIfCancellationRequested();
        var journal = new RunJournal(new LedgerWriter(folder.RunsDirectory, clock), folder.Id);
        try
        {
            var result = await new RunAttestation(folder.RunsDirectory, folder.Id).WriteAsync(
                manifest.Workers,
                digests => journal.Append(LedgerEventType.AttestationWritten, manifest.Status, rc: 0, hashes: digests, details: new Dictionary<string, object?> { ["path"] = manifest.Paths.RunDir + "/attestations" })).ConfigureAwait(false);
            LedgerDigest.Refresh(folder.RunsDirectory, CancellationToken.None);
            return result;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FactoryException(
                new Blocker(BlockerKind.Check, null, folder.Path, $"the attestations of {folder.Id} could not be written: {error.Message}", "free space or mend the access rights, then try again"), RunStatus.Fail, error);
        }
    }
}
