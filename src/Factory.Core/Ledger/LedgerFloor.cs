using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Ledger;

/// <summary>
/// The least that a ledger must hold: what its last checkpoint covers. A crash can tear what was written after it, never
/// what the checkpoint covers, so a shorter file was cut by someone and is never repaired.
/// </summary>
internal sealed class LedgerFloor(LedgerPaths paths)
{
    private const int LongestNote = 1024 * 1024, LongestFrontier = 256 * 1024 * 1024, BlockSize = 64 * 1024;

    /// <summary>Makes sure that no ledger is expected where there is none.</summary>
    /// <exception cref="Contracts.FactoryException">A checkpoint covers a ledger that is missing.</exception>
    public void CheckMissing()
    {
        var (bytes, lines, size) = Read();
        if (size > lines) throw LedgerRefusal.Missing(paths.Ledger, size, "lines");
        if (bytes > 0) throw LedgerRefusal.Missing(paths.Ledger, bytes, "bytes");
    }

    /// <summary>Makes sure that the whole lines of a ledger reach as far as its checkpoint.</summary>
    /// <exception cref="Contracts.FactoryException">They do not.</exception>
    public void Check(SafeFileHandle ledger, long wholeLength, long length)
    {
        var (bytes, lines, size) = Read();
        if (wholeLength < bytes) throw LedgerRefusal.Shorter(paths.Ledger, wholeLength, bytes, "bytes", length - wholeLength);
        if (size == lines) return;
        // A crash between the two files may leave the frontier behind, never ahead: one that claims more lines than were
        // signed is somebody's, and everything is counted, as without one.
        if (size < lines) (bytes, lines) = (0, 0);
        lines += CountLines(ledger, bytes, wholeLength, size - lines);
        if (lines < size) throw LedgerRefusal.Shorter(paths.Ledger, lines, size, "lines", length - wholeLength);
    }

    // What the frontier says in bytes and lines, and the checkpoint's size in lines; 0 for what is not there.
    private (long Bytes, long Lines, long Size) Read()
    {
        var size = CheckpointLines();
        try
        {
            if (SideFile.TryRead(paths.Frontier, LongestFrontier) is not { } text) return (0, 0, size ?? 0);
            using var json = JsonDocument.Parse(text);
            var (bytes, lines) = (json.RootElement.GetProperty("bytes").GetInt64(), json.RootElement.GetProperty("lines").GetInt64());
            return bytes >= 0 && lines >= 0 ? (bytes, lines, size ?? 0) : throw new FormatException("a count is less than 0");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // It only saves counting: the signed checkpoint says the same in lines. Without either nothing can be told.
            return size is { } known ? (0, 0, known) : throw LedgerRefusal.Uncheckable(paths.Ledger, paths.Frontier, error.Message);
        }
    }

    // The second line of a checkpoint's text: C2SP tlog-checkpoint.
    private long? CheckpointLines()
    {
        var path = paths.Checkpoint;
        try
        {
            if (SideFile.TryRead(path, LongestNote) is not { } bytes) return null;
            return Encoding.UTF8.GetString(bytes).Split('\n') is [_, var size, _, ..] && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var lines)
                ? lines
                : throw LedgerRefusal.Uncheckable(paths.Ledger, path, "its second line is no number");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw LedgerRefusal.Uncheckable(paths.Ledger, path, error.Message);
        }
    }

    private static long CountLines(SafeFileHandle ledger, long from, long to, long atMost)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        var count = 0L;
        for (var at = from; at < to && count < atMost; at += BlockSize)
        {
            var bytes = block.AsSpan(0, (int)Math.Min(BlockSize, to - at));
            LedgerTail.ReadExactly(ledger, bytes, at);
            count += bytes.Count((byte)'\n');
        }

        ArrayPool<byte>.Shared.Return(block);
        return Math.Min(count, atMost);
    }
}
