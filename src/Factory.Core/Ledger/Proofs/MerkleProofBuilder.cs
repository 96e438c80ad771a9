namespace Factory.Core.Ledger.Proofs;

/// <summary>
/// Makes the hashes of a proof while leaves go by. What lies left of its beginning are complete subtrees, all of them
/// known there; what lies right is folded range by range. Memory grows with the logarithm of the tree alone.
/// </summary>
internal sealed class MerkleProofBuilder
{
    private readonly List<MerkleRange> _ranges;
    private readonly Dictionary<MerkleRange, byte[]> _roots = [];
    private readonly Queue<MerkleRange> _waiting;
    private MerkleTree _current = new();
    private long _next;

    private MerkleProofBuilder(List<MerkleRange> ranges, MerkleTree before, long firstLeaf)
    {
        (_ranges, _next) = (ranges, firstLeaf);
        var start = 0L;
        foreach (var (size, root) in Subtrees(before))
        {
            _roots.Add(new MerkleRange(start, start + size), root);
            start += size;
        }

        _waiting = new Queue<MerkleRange>(ranges.Where(range => range.Start >= firstLeaf).OrderBy(static range => range.Start));
    }

    /// <summary>Begins an inclusion proof; the leaves after the one at the end of <paramref name="before"/> are to follow.</summary>
    public static MerkleProofBuilder OfInclusion(MerkleTree before, long size) =>
        new(MerkleRanges.OfInclusion(before.Size, size), before, before.Size + 1);

    /// <summary>Begins a consistency proof; the leaves after the old tree are to follow.</summary>
    public static MerkleProofBuilder OfConsistency(MerkleTree old, long size) =>
        new(MerkleRanges.OfConsistency(old.Size, size), old, old.Size);

    /// <summary>Takes the next leaf in; those that the proof does not need are ignored.</summary>
    public void AddLeafHash(ReadOnlySpan<byte> leafHash)
    {
        var leaf = _next++;
        if (!_waiting.TryPeek(out var range) || leaf < range.Start) return;
        _current.AddLeafHash(leafHash);
        if (_next < range.End) return;
        _roots.Add(_waiting.Dequeue(), _current.Root());
        _current = new MerkleTree();
    }

    /// <summary>The proof, once all leaves were taken in.</summary>
    /// <exception cref="InvalidOperationException">Leaves are missing.</exception>
    public IReadOnlyList<ReadOnlyMemory<byte>> Hashes() => _waiting.Count == 0
        ? [.. _ranges.Select(range => (ReadOnlyMemory<byte>)_roots[range])]
        : throw new InvalidOperationException("the proof needs leaves that were not given");

    private static IEnumerable<(long Size, byte[] Root)> Subtrees(MerkleTree tree)
    {
        var rest = tree.Size;
        foreach (var subtree in tree.Subtrees)
        {
            var size = 1L << System.Numerics.BitOperations.Log2((ulong)rest);
            rest -= size;
            yield return (size, subtree.ToArray());
        }
    }
}
