using Factory.Core.Contracts;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Ledger.Proofs;

/// <summary>
/// Shows that a ledger still begins with the lines of an older checkpoint (RFC 6962, section 2.1.2). As text it is what a
/// witness takes (C2SP tlog-witness, the body of add-checkpoint).
/// </summary>
/// <param name="OldSize">How many lines the older checkpoint speaks of.</param>
/// <param name="Hashes">The proof.</param>
/// <param name="Checkpoint">The newer checkpoint. Its signature must be checked as well.</param>
public sealed record ConsistencyProof(long OldSize, IReadOnlyList<ReadOnlyMemory<byte>> Hashes, LedgerCheckpoint Checkpoint)
{
    private const string OldWord = "old";

    /// <summary>The proof as text.</summary>
    public string Format() => ProofText.Format([ProofText.Numbered(OldWord, OldSize)], Hashes, Checkpoint);

    /// <summary>Reads a proof, strictly. What it says is not checked: see <see cref="Follows"/>.</summary>
    /// <exception cref="FactoryException">It is not a proof; the message says why.</exception>
    public static ConsistencyProof Parse(string text)
    {
        try
        {
            var (lines, note) = ProofText.Split(text);
            var oldSize = ProofText.ReadNumbered(lines, 0, OldWord);
            var hashes = ProofText.ReadHashes(lines, 1);
            var checkpoint = LedgerCheckpoint.Parse(note);
            return oldSize <= checkpoint.Size
                ? new ConsistencyProof(oldSize, hashes, checkpoint)
                : throw new FormatException($"its old size {oldSize} is greater than that of its checkpoint, {checkpoint.Size}");
        }
        catch (FormatException error)
        {
            throw ProofText.Refused("a consistency proof (C2SP tlog-witness, add-checkpoint)", error);
        }
    }

    /// <summary>Whether the checkpoint's tree begins with the lines of an older one of the same ledger.</summary>
    public bool Follows(LedgerCheckpoint old) =>
        old.Size == OldSize && old.Origin == Checkpoint.Origin
        && MerkleProof.IsConsistent(OldSize, old.Root.Span, Checkpoint.Size, Checkpoint.Root.Span, Hashes);
}
