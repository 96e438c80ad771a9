using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Pipeline.Folders;

namespace Factory.Core.Pipeline.Records;

/// <summary>
/// Seals the ledger when a run's record is complete, and leaves the proof in the run's folder: the run's last event names
/// the digests of all its manifests, so one inclusion proof ties the whole run to the signed checkpoint.
/// </summary>
public static class RunSeal
{
    /// <summary>Seals, and writes <c>attestations/ledger.tlog-proof</c>.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="attested">The receipt of the run's ATTESTATION_WRITTEN event.</param>
    /// <param name="key">The key that signs the checkpoint.</param>
    /// <returns>The sealed ledger: its head, to be kept elsewhere, and what a person should know.</returns>
    /// <exception cref="FactoryException">The disk refused; BLOCKED when the ledger is not what was sealed before.</exception>
    public static async Task<SealedLedger> WriteAsync(RunFolder folder, LedgerReceipt attested, SigningKey key)
    {
        var ledger = LedgerSeal.Write(folder.RunsDirectory, key, new SealRequest([attested.Offset]));
        await new RunAttestation(folder.RunsDirectory, folder.Id).WriteLedgerProofAsync(ledger.Proofs[0]).ConfigureAwait(false);
        return ledger;
    }
}
