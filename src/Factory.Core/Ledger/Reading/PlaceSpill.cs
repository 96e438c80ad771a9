using System.Runtime.InteropServices;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Reading;

/// <summary>Sorted parts of a long list of places, in a temporary file that is deleted with it.</summary>
internal sealed class PlaceSpill : IDisposable
{
    private const int ReadAtOnce = 1024;
    private static readonly int RowSize = Marshal.SizeOf<Row>();
    private readonly List<(long From, long Count)> _parts = [];
    private readonly List<string> _types = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly FileStream _file;

    /// <summary>Creates the file.</summary>
    /// <exception cref="FactoryException">The folder for temporary files cannot be written.</exception>
    public PlaceSpill() => _file = Guard(static () => new FileStream(
        Path.Combine(Path.GetTempPath(), $"factory-ledger-{Guid.NewGuid():N}.order"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose));

    /// <summary>How many places were written.</summary>
    public long Count { get; private set; }

    /// <summary>Writes a sorted part.</summary>
    /// <exception cref="FactoryException">The disk refuses.</exception>
    public void Write(List<LedgerPlace> sorted) => Guard(() =>
    {
        var rows = new Row[ReadAtOnce];
        foreach (var chunk in sorted.Chunk(ReadAtOnce))
        {
            for (var i = 0; i < chunk.Length; i++) rows[i] = new Row(chunk[i].UtcTicks, chunk[i].Number, chunk[i].Offset, chunk[i].Length, NumberOf(chunk[i].EventType));
            _file.Write(MemoryMarshal.AsBytes(rows.AsSpan(0, chunk.Length)));
        }

        _file.Flush();
        _parts.Add((Count, sorted.Count));
        Count += sorted.Count;
        return true;
    });

    /// <summary>All places in order, those of one more sorted part among them.</summary>
    public IEnumerable<LedgerPlace> Merge(List<LedgerPlace> rest)
    {
        var parts = _parts.Select(part => ReadPart(part.From, part.Count)).Append(rest).Select(part => part.GetEnumerator()).ToList();
        var next = new PriorityQueue<IEnumerator<LedgerPlace>, LedgerPlace>();
        foreach (var part in parts)
            if (part.MoveNext()) next.Enqueue(part, part.Current);
        while (next.TryDequeue(out var part, out var place))
        {
            yield return place;
            if (part.MoveNext()) next.Enqueue(part, part.Current);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private IEnumerable<LedgerPlace> ReadPart(long from, long count)
    {
        var rows = new Row[ReadAtOnce];
        for (var done = 0L; done < count;)
        {
            var size = (int)Math.Min(ReadAtOnce, count - done);
            var at = (from + done) * RowSize;
            Guard(() =>
            {
                _file.Position = at;
                _file.ReadExactly(MemoryMarshal.AsBytes(rows.AsSpan(0, size)));
                return true;
            });
            for (var i = 0; i < size; i++) yield return new LedgerPlace(rows[i].UtcTicks, _types[rows[i].Type], rows[i].Number, rows[i].Offset, rows[i].Length);
            done += size;
        }
    }

    private int NumberOf(string type)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, type, out var exists);
        if (exists) return number;
        number = _types.Count;
        _types.Add(type);
        return number;
    }

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FactoryException(
                BlockerKind.Check, $"the ledger is not in the order of time, and the temporary file to sort it cannot be used: {error.Message}",
                $"Make room in {Path.GetTempPath()}, or set the folder for temporary files to another disk.", Path.GetTempPath(), inner: error);
        }
    }

    private readonly record struct Row(long UtcTicks, long Number, long Offset, int Length, int Type);
}
