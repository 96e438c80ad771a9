using System.Numerics;

namespace Factory.Core.Ledger.Proofs;

/// <summary>Checks proofs (RFC 6962, sections 2.1.1 and 2.1.2, by the algorithms of RFC 9162, 2.1.3.2 and 2.1.4.2).</summary>
internal static class MerkleProof
{
    /// <summary>The most hashes that a proof in a tree of at most 2^63 leaves has.</summary>
    public const int MostHashes = 63;

    /// <summary>The root that an inclusion proof leads to, or null when it has not as many hashes as the tree asks for.</summary>
    public static byte[]? RootOf(long index, long size, ReadOnlySpan<byte> leafHash, IReadOnlyList<ReadOnlyMemory<byte>> hashes)
    {
        if (index < 0 || index >= size) return null;
        var (node, last, root) = (index, size - 1, leafHash.ToArray());
        foreach (var hash in hashes)
        {
            if (last == 0 || hash.Length != LedgerHash.Size) return null;
            if (IsOdd(node) || node == last)
            {
                root = LedgerHash.Node(hash.Span, root);
                // A last node without a sibling rises unchanged to where it has one.
                var levels = IsOdd(node) ? 0 : BitOperations.TrailingZeroCount(node);
                (node, last) = (node >> levels, last >> levels);
            }
            else
            {
                root = LedgerHash.Node(root, hash.Span);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? root : null;
    }

    /// <summary>Whether a tree begins with the leaves of an older one.</summary>
    public static bool IsConsistent(long oldSize, ReadOnlySpan<byte> oldRoot, long size, ReadOnlySpan<byte> root, IReadOnlyList<ReadOnlyMemory<byte>> hashes)
    {
        if (oldSize < 0 || oldSize > size) return false;
        if (oldSize == 0) return hashes.Count == 0 && oldRoot.SequenceEqual(new MerkleTree().Root());
        if (oldSize == size) return hashes.Count == 0 && oldRoot.SequenceEqual(root);
        // A complete old tree is itself the first hash, and is left out of the proof.
        ReadOnlyMemory<byte>[] path = BitOperations.IsPow2(oldSize) ? [oldRoot.ToArray(), .. hashes] : [.. hashes];
        return Fold(oldSize - 1, size - 1, path) is var (oldFound, found) && oldRoot.SequenceEqual(oldFound) && root.SequenceEqual(found);
    }

    private static (byte[] Old, byte[] New)? Fold(long node, long last, ReadOnlyMemory<byte>[] path)
    {
        if (path.Length == 0 || path.Any(static hash => hash.Length != LedgerHash.Size)) return null;
        var complete = BitOperations.TrailingZeroCount(~node);
        (node, last) = (node >> complete, last >> complete);
        var (old, root) = (path[0].ToArray(), path[0].ToArray());
        foreach (var hash in path.AsSpan(1))
        {
            if (last == 0) return null;
            if (IsOdd(node) || node == last)
            {
                (old, root) = (LedgerHash.Node(hash.Span, old), LedgerHash.Node(hash.Span, root));
                var levels = IsOdd(node) ? 0 : BitOperations.TrailingZeroCount(node);
                (node, last) = (node >> levels, last >> levels);
            }
            else
            {
                root = LedgerHash.Node(root, hash.Span);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? (old, root) : null;
    }

    private static bool IsOdd(long number) => (number & 1) == 1;
}
