using Factory.Core.Contracts;
using Factory.Core.Ledger.Proofs;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>What else a seal is to give.</summary>
/// <param name="LineOffsets">Where lines begin (<see cref="LedgerReceipt.Offset"/>) for which inclusion proofs are wanted.</param>
public sealed record SealRequest(IReadOnlyList<long> LineOffsets);

/// <summary>A ledger as it was sealed.</summary>
/// <param name="Head">The head, to be kept elsewhere.</param>
/// <param name="Checkpoint">The signed checkpoint on the disk.</param>
/// <param name="Proofs">One proof an offset of the request, in its order.</param>
/// <param name="Warnings">What was odd and does not stop a run, to be shown: a checkpoint that was gone or another key's.</param>
public sealed record SealedLedger(LedgerHead Head, LedgerCheckpoint Checkpoint, IReadOnlyList<InclusionProof> Proofs, IReadOnlyList<string> Warnings);
