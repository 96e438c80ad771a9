using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Pipeline;

/// <summary>Writes the checksum manifests of a finished run again, for example after a file was restored from a backup.</summary>
public static class AttestationRenewal
{
    /// <summary>Writes them, under the run's lock, and records it in the ledger.</summary>
    /// <exception cref="FactoryException">There is no such run, it is being worked on, it has no verdict yet, or a file cannot be covered.</exception>
    public static async Task<AttestationResult> RunAsync(RunRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        var record = await RunRecord.FindAsync(request, cancellationToken).ConfigureAwait(false);
        var folder = record.Folder;
        using var held = folder.Lock(clock);
        if (record.Status == RunStatus.Pending)
            throw new FactoryException(new Blocker(BlockerKind.Config, null, folder.Path, $"the run {folder.Id} has no verdict yet, so there is nothing to attest", $"finish it: factory integrate --run-id {folder.Id}"), RunStatus.Pending);
        var journal = new RunJournal(new LedgerWriter(folder.RunsDirectory, clock), folder.Id);
        var result = await new RunAttestation(folder.RunsDirectory, folder.Id).WriteAsync(
            RunOpening.ReadManifest(folder).Workers,
            digests => journal.Append(LedgerEventType.AttestationWritten, record.Status, rc: 0, hashes: digests, details: new Dictionary<string, object?> { ["renewed"] = true })).ConfigureAwait(false);
        LedgerDigest.Refresh(folder.RunsDirectory, CancellationToken.None);
        return result;
    }
}
