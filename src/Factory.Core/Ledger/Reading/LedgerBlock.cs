using System.Buffers;

namespace Factory.Core.Ledger.Reading;

/// <summary>A part of a ledger: the lines that begin in it belong to it, so parts can be read in any order.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The byte after its last.</param>
internal readonly record struct LedgerRange(long Start, long End);

/// <summary>The lines of one range, in memory that goes back to the pool when the block is disposed.</summary>
internal sealed class LedgerBlock : IDisposable
{
    private const int Slack = 4096;
    private byte[] _buffer;
    private int _start, _end;

    private LedgerBlock(int size) => _buffer = ArrayPool<byte>.Shared.Rent(size);

    /// <summary>Whole lines, each with its LF; at the end of a torn ledger the last one has none.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The same, for readers that keep it while the block lives.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Where the first line begins in the ledger.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether a line longer than <see cref="LedgerLines.LongestLine"/> follows <see cref="Bytes"/>; it belongs to the range, but is not kept.</summary>
    public bool EndsTooLong { get; private set; }

    /// <summary>Reads the lines that begin in a range.</summary>
    /// <exception cref="Contracts.FactoryException">The disk refuses, or the file became shorter.</exception>
    public static LedgerBlock Read(LedgerFile file, LedgerRange range)
    {
        // The byte before shows whether the range begins with a line.
        var from = Math.Max(0, range.Start - 1);
        var wanted = (int)(Math.Min(range.End + Slack, file.Length) - from);
        var block = new LedgerBlock(wanted);
        try
        {
            file.Read(block._buffer.AsSpan(0, wanted), from);
            block.Cut(file, range, from, wanted);
            return block;
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Cut(LedgerFile file, LedgerRange range, long from, int filled)
    {
        var owned = (int)(range.End - from);
        var before = _buffer.AsSpan(0, owned - 1);
        var first = range.Start == 0 ? 0 : before.IndexOf((byte)'\n') + 1;
        if (range.Start > 0 && first == 0) return;
        var last = Math.Max(before.LastIndexOf((byte)'\n') + 1, first);
        (_start, Offset) = (first, from + first);
        _end = FindEnd(file, from, last, filled);
        if (_end - last <= LedgerLines.LongestLine + 1) return;
        (_end, EndsTooLong) = (last, true);
    }

    // The last line may go on far beyond the range; one too long is not read further than it takes to know.
    private int FindEnd(LedgerFile file, long from, int last, int filled)
    {
        var searched = last;
        while (true)
        {
            var found = _buffer.AsSpan(searched, filled - searched).IndexOf((byte)'\n');
            if (found >= 0) return searched + found + 1;
            searched = filled;
            var more = (int)Math.Min(filled, file.Length - from - filled);
            // Without LF a line may have the longest length itself; with it, one byte more.
            if (more == 0) return filled - last > LedgerLines.LongestLine ? last + LedgerLines.LongestLine + 2 : filled;
            if (filled - last > LedgerLines.LongestLine + 1) return filled;
            Grow(filled, filled + more);
            file.Read(_buffer.AsSpan(filled, more), from + filled);
            filled += more;
        }
    }

    private void Grow(int filled, int size)
    {
        if (_buffer.Length >= size) return;
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
