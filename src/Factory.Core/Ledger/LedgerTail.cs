using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Ledger;

/// <summary>The end of a ledger, found by reading backwards; the cost does not grow with the ledger.</summary>
/// <param name="WholeLength">Bytes up to and including the last LF that ends a sound line; what follows is torn.</param>
/// <param name="LeafHash">The leaf hash of the last whole line, or null for a ledger without one.</param>
/// <param name="HasCarriageReturn">Whether that line ends in CR, as none does that was written as JSON lines.</param>
internal readonly record struct LedgerTail(long WholeLength, byte[]? LeafHash, bool HasCarriageReturn = false)
{
    private const int BlockSize = 64 * 1024, UsualLines = 4 * 1024;

    /// <summary>Finds the last whole line before <paramref name="length"/>.</summary>
    public static LedgerTail Find(SafeFileHandle file, long length)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            if (FindInOneRead(file, length, block) is { } usual) return usual;
            var whole = AfterLastLineFeed(file, length, block);
            while (whole > 0)
            {
                var start = AfterLastLineFeed(file, whole - 1, block);
                // A crash can leave a block of NULs in the middle of what was being written; JSON text never holds one.
                if (HashLine(file, start, whole - 1, block, out var last) is { } hash) return new LedgerTail(whole, hash, last == '\r');
                whole = start;
            }

            return new LedgerTail(0, null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    // A sound ledger whose last line is short: one small read tells everything.
    private static LedgerTail? FindInOneRead(SafeFileHandle file, long length, byte[] block)
    {
        var bytes = block.AsSpan(0, (int)Math.Min(length, UsualLines));
        ReadExactly(file, bytes, length - bytes.Length);
        if (bytes is not [.. var last, (byte)'\n']) return null;
        var before = last.LastIndexOf((byte)'\n');
        if (before < 0 && bytes.Length < length) return null;
        last = last[(before + 1)..];
        return last.Contains((byte)0) ? null : new LedgerTail(length, LedgerHash.Leaf(last), last is [.., (byte)'\r']);
    }

    private static long AfterLastLineFeed(SafeFileHandle file, long end, byte[] block)
    {
        while (end > 0)
        {
            var start = Math.Max(0, end - BlockSize);
            var bytes = block.AsSpan(0, (int)(end - start));
            ReadExactly(file, bytes, start);
            if (bytes.LastIndexOf((byte)'\n') is var found and >= 0) return start + found + 1;
            end = start;
        }

        return 0;
    }

    private static byte[]? HashLine(SafeFileHandle file, long start, long end, byte[] block, out byte last)
    {
        last = 0;
        using var hash = LedgerHash.BeginLeaf();
        for (var at = start; at < end; at += BlockSize)
        {
            var bytes = block.AsSpan(0, (int)Math.Min(BlockSize, end - at));
            ReadExactly(file, bytes, at);
            if (bytes.Contains((byte)0)) return null;
            hash.AppendData(bytes);
            last = bytes[^1];
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Fills a buffer from a position.</summary>
    /// <exception cref="EndOfStreamException">The file is shorter.</exception>
    public static void ReadExactly(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        while (!buffer.IsEmpty)
        {
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0) throw new EndOfStreamException("the ledger became shorter while it was read");
            buffer = buffer[read..];
            offset += read;
        }
    }
}
