using System.Buffers;
using System.Numerics;
using Factory.Core.Ledger.Hashing;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>
/// Ties a frontier's lines to its bytes. The checkpoint vouches for the subtrees and their number of lines, but nothing
/// signed says at which byte these lines end: a frontier that ends elsewhere would have lines sealed twice or never.
/// </summary>
internal static class FrontierTie
{
    private const int BlockSize = 64 * 1024;

    /// <summary>
    /// Whether the lines that end at <see cref="LedgerFrontier.Bytes"/> are those of the last subtree. It reads 2^k lines for
    /// k trailing zeros of the number of lines: few but for round numbers, in memory that does not grow.
    /// </summary>
    public static bool Holds(string ledger, LedgerFrontier frontier, CancellationToken cancellationToken)
    {
        var count = 1L << BitOperations.TrailingZeroCount(frontier.Lines);
        return StartOf(ledger, frontier.Bytes, count, cancellationToken) is { } start
            && Root(ledger, start, frontier.Bytes, count, cancellationToken) is { } root && frontier.Subtrees[^1].Span.SequenceEqual(root);
    }

    // Where the lines before a byte begin, found backwards; null when there are fewer.
    private static long? StartOf(string ledger, long end, long count, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(ledger, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            // The LF before the first of them is one more; the start of the ledger stands for it.
            for (var missing = count + 1; end > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var start = Math.Max(0, end - BlockSize);
                var bytes = block.AsSpan(0, (int)(end - start));
                LedgerTail.ReadExactly(file, bytes, start);
                var found = bytes.Count((byte)'\n');
                if (found >= missing) return start + AfterLineFeedFromEnd(bytes, missing);
                (missing, end) = (missing - found, start);
                if (start == 0) return missing == 1 ? 0 : null;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static int AfterLineFeedFromEnd(ReadOnlySpan<byte> bytes, long number)
    {
        for (; number > 0; number--) bytes = bytes[..bytes.LastIndexOf((byte)'\n')];
        return bytes.Length + 1;
    }

    private static byte[]? Root(string ledger, long start, long end, long count, CancellationToken cancellationToken)
    {
        var tree = new MerkleTree();
        using var lines = new HashedLines(ledger, start);
        while (tree.Size < count && lines.TryRead(out var line, out var leaf))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (line.IsTooLong || !line.HasLineFeed) return null;
            tree.AddLeafHash(leaf);
            if (tree.Size == count) return line.Offset + line.Bytes.Length + 1 == end ? tree.Root() : null;
        }

        return null;
    }
}
