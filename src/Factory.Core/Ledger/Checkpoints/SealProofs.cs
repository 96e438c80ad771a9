using Factory.Core.Ledger.Hashing;
using Factory.Core.Ledger.Proofs;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>
/// Makes inclusion proofs for lines by their place. For lines after the last seal the frontier's subtrees and the new
/// lines are enough; for older ones the whole ledger is read once more.
/// </summary>
internal static class SealProofs
{
    /// <summary>Makes one proof an offset, in their order.</summary>
    /// <exception cref="ArgumentException">No line begins at an offset.</exception>
    /// <exception cref="Contracts.FactoryException">BLOCKED: an old line is not what was sealed.</exception>
    public static IReadOnlyList<InclusionProof> Make(string ledger, LedgerFrontier? frontier, LedgerCheckpoint checkpoint, IReadOnlyList<long> offsets, CancellationToken cancellationToken)
    {
        if (offsets.Count == 0) return [];
        var (start, tree) = frontier is not null && offsets.Min() >= frontier.Bytes
            ? (frontier.Bytes, new MerkleTree(frontier.Lines, frontier.Subtrees))
            : (0, new MerkleTree());
        var proofs = Fold(ledger, start, tree, checkpoint, [.. offsets], cancellationToken);
        foreach (var (offset, proof) in proofs)
            if (!proof.Covers(proof.Extra.Span)) throw LedgerTampering.Found(ledger, $"the line at byte {offset} and those around it do not lead to the root that was sealed");
        return [.. offsets.Select(offset => proofs.TryGetValue(offset, out var proof) ? proof : throw new ArgumentException($"no line of {ledger} begins at byte {offset}", nameof(offsets)))];
    }

    private static Dictionary<long, InclusionProof> Fold(string ledger, long start, MerkleTree tree, LedgerCheckpoint checkpoint, HashSet<long> offsets, CancellationToken cancellationToken)
    {
        var begun = new List<(long Offset, long Index, byte[] Line, MerkleProofBuilder Path)>();
        using var lines = new HashedLines(ledger, start);
        while (tree.Size < checkpoint.Size && lines.TryRead(out var line, out var leaf))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var proof in begun) proof.Path.AddLeafHash(leaf);
            if (offsets.Contains(line.Offset)) begun.Add((line.Offset, tree.Size, line.Bytes.ToArray(), MerkleProofBuilder.OfInclusion(tree, checkpoint.Size)));
            tree.AddLeafHash(leaf);
        }

        return begun.ToDictionary(static proof => proof.Offset, proof => new InclusionProof(proof.Index, proof.Path.Hashes(), checkpoint, proof.Line));
    }
}
