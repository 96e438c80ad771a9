using System.Numerics;

namespace Factory.Core.Ledger.Proofs;

/// <summary>A run of leaves whose root is one hash of a proof.</summary>
/// <param name="Start">The first leaf, from 0.</param>
/// <param name="End">The leaf after the last.</param>
internal readonly record struct MerkleRange(long Start, long End);

/// <summary>
/// Which hashes a proof consists of, in its order. Together with the leaf or the old tree they cover every leaf once, so
/// a proof is made by folding each leaf into the one range that holds it.
/// </summary>
internal static class MerkleRanges
{
    /// <summary>PATH(index, D[size]) of RFC 6962, section 2.1.1: from the leaf's sibling up to the root's child.</summary>
    public static List<MerkleRange> OfInclusion(long index, long size)
    {
        var path = new List<MerkleRange>();
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var middle = start + SplitOf(end - start);
            var isLeft = index < middle;
            path.Add(isLeft ? new MerkleRange(middle, end) : new MerkleRange(start, middle));
            (start, end) = isLeft ? (start, middle) : (middle, end);
        }

        path.Reverse();
        return path;
    }

    /// <summary>PROOF(oldSize, D[size]) of RFC 6962, section 2.1.2; nothing for equal sizes and for an empty old tree.</summary>
    public static List<MerkleRange> OfConsistency(long oldSize, long size)
    {
        var proof = new List<MerkleRange>();
        if (oldSize == 0 || oldSize == size) return proof;
        var (start, end, isOldRoot) = (0L, size, true);
        while (end != oldSize)
        {
            var middle = start + SplitOf(end - start);
            if (oldSize <= middle)
            {
                proof.Add(new MerkleRange(middle, end));
                end = middle;
            }
            else
            {
                proof.Add(new MerkleRange(start, middle));
                (start, isOldRoot) = (middle, false);
            }
        }

        // The old tree as a whole is what the verifier has already.
        if (!isOldRoot) proof.Add(new MerkleRange(start, end));
        proof.Reverse();
        return proof;
    }

    /// <summary>The largest power of two below a number of leaves greater than 1.</summary>
    private static long SplitOf(long leaves) => 1L << BitOperations.Log2((ulong)(leaves - 1));
}
