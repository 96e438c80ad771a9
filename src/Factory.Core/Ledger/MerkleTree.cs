using System.Numerics;
using System.Security.Cryptography;

namespace Factory.Core.Ledger;

/// <summary>
/// The Merkle tree of RFC 6962, grown leaf by leaf. It keeps only the roots of its complete subtrees (a compact range):
/// one for every 1 bit of the size, so a million leaves need at most twenty hashes.
/// </summary>
public sealed class MerkleTree
{
    private readonly List<byte[]> _subtrees;

    /// <summary>An empty tree.</summary>
    public MerkleTree() => _subtrees = [];

    /// <summary>Continues a tree of which only <see cref="Subtrees"/> were kept.</summary>
    /// <exception cref="ArgumentException">There are not as many subtrees as the size has 1 bits, or one has not 32 bytes.</exception>
    public MerkleTree(long size, IEnumerable<ReadOnlyMemory<byte>> subtrees)
    {
        _subtrees = [.. subtrees.Select(static subtree => subtree.ToArray())];
        Size = size;
        if (size < 0 || _subtrees.Count != BitOperations.PopCount((ulong)size) || _subtrees.Any(static subtree => subtree.Length != LedgerHash.Size))
            throw new ArgumentException($"a tree of {size} leaves has {BitOperations.PopCount((ulong)size)} complete subtrees, each with a root of 32 bytes", nameof(subtrees));
    }

    /// <summary>How many leaves it has.</summary>
    public long Size { get; private set; }

    /// <summary>The roots of the complete subtrees, the largest and leftmost first: one for every 1 bit of the size.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Subtrees => [.. _subtrees.Select(static subtree => (ReadOnlyMemory<byte>)subtree)];

    /// <summary>Adds a leaf by its data.</summary>
    public void Add(ReadOnlySpan<byte> data) => AddLeafHash(LedgerHash.Leaf(data));

    /// <summary>Adds a leaf by its hash, SHA-256(0x00 || data).</summary>
    /// <exception cref="ArgumentException">The hash is not 32 bytes long.</exception>
    public void AddLeafHash(ReadOnlySpan<byte> leafHash)
    {
        if (leafHash.Length != LedgerHash.Size) throw new ArgumentException("a leaf hash has 32 bytes", nameof(leafHash));
        var subtree = leafHash.ToArray();
        // Each trailing 1 bit of the size is a complete subtree as large as the one in hand: the two become one.
        for (var pairs = BitOperations.TrailingZeroCount(~Size); pairs > 0; pairs--)
        {
            subtree = LedgerHash.Node(_subtrees[^1], subtree);
            _subtrees.RemoveAt(_subtrees.Count - 1);
        }

        _subtrees.Add(subtree);
        Size++;
    }

    /// <summary>The root hash of the leaves so far; SHA-256 of nothing for an empty tree.</summary>
    public byte[] Root()
    {
        if (_subtrees.Count == 0) return SHA256.HashData([]);
        // A copy: of a complete tree the root is one of the subtrees, which belong to this tree.
        var root = _subtrees[^1][..];
        for (var i = _subtrees.Count - 2; i >= 0; i--) root = LedgerHash.Node(_subtrees[i], root);
        return root;
    }
}
