using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Factory.Core.Ledger.Hashing;

namespace Factory.Core.Ledger.Verification;

/// <summary>
/// The roots of the complete subtrees (RFC 6962) over a run of leaves that begins anywhere: so that each core folds its
/// own part of the tree, and the parts are joined in order. A range that begins at 0 is the whole tree.
/// </summary>
internal sealed class MerkleRange(long start)
{
    private readonly List<Subtree> _subtrees = [];

    /// <summary>Where the range ends: the leaves before it and its own.</summary>
    public long End { get; private set; } = start;

    /// <summary>A range with the same leaves, that grows by itself.</summary>
    public MerkleRange Copy()
    {
        var copy = new MerkleRange(End);
        copy._subtrees.AddRange(_subtrees);
        return copy;
    }

    /// <summary>Adds leaf hashes, and destroys them.</summary>
    /// <param name="hashes">32 bytes each, in order.</param>
    /// <param name="nodes">What hashes the nodes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddLeaves(Span<byte> hashes, NodeHashes nodes)
    {
        var (first, count, level) = (End, hashes.Length / LedgerHash.Size, 0);
        End += count;
        var last = new List<Subtree>();
        for (; count > 0; level++)
        {
            if (first % 2 == 1)
            {
                Push(Take(hashes, 0, level, first));
                hashes = hashes[LedgerHash.Size..];
                (first, count) = (first + 1, count - 1);
            }

            if (count % 2 == 1) last.Add(Take(hashes, --count, level, first + count));
            nodes.Halve(hashes[..(count * LedgerHash.Size)]);
            (first, count) = (first / 2, count / 2);
        }

        for (var i = last.Count - 1; i >= 0; i--) Push(last[i]);
    }

    /// <summary>Adds the range that begins where this one ends.</summary>
    public void Add(MerkleRange next)
    {
        foreach (var subtree in next._subtrees) Push(subtree);
        End = next.End;
    }

    /// <summary>The root of a range that begins at 0; SHA-256 of nothing when it is empty.</summary>
    public byte[] Root()
    {
        if (_subtrees.Count == 0) return SHA256.HashData([]);
        var root = _subtrees[^1].Hash;
        for (var i = _subtrees.Count - 2; i >= 0; i--) root = LedgerHash.Node(_subtrees[i].Hash, root);
        return root;
    }

    private static Subtree Take(ReadOnlySpan<byte> hashes, int at, int level, long index) =>
        new(hashes.Slice(at * LedgerHash.Size, LedgerHash.Size).ToArray(), level, index);

    // A right child is joined with its left sibling, if that one is here.
    private void Push(Subtree subtree)
    {
        while (subtree.Index % 2 == 1 && _subtrees.Count > 0 && _subtrees[^1] is var left && left.Level == subtree.Level && left.Index == subtree.Index - 1)
        {
            subtree = new Subtree(LedgerHash.Node(left.Hash, subtree.Hash), subtree.Level + 1, subtree.Index / 2);
            _subtrees.RemoveAt(_subtrees.Count - 1);
        }

        _subtrees.Add(subtree);
    }

    private readonly record struct Subtree(byte[] Hash, int Level, long Index);
}
