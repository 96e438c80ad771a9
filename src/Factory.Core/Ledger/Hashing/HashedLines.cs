namespace Factory.Core.Ledger.Hashing;

/// <summary>
/// The lines of a ledger with their leaf hashes, which are computed for many lines at once. Memory is that of
/// <see cref="LedgerLines"/> and about a megabyte more.
/// </summary>
internal sealed class HashedLines : IDisposable
{
    private const int Capacity = 1 << 20;
    private readonly LedgerLines _lines;
    private readonly LeafHashes _leaves = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(Capacity + LeafHashes.Slack);
    private readonly List<LedgerLine> _batch = [];
    private LineSpan[] _spans = new LineSpan[256];
    private byte[] _hashes = [];
    private LedgerLine? _alone;
    private int _next;

    /// <inheritdoc cref="LedgerLines(string, long)"/>
    public HashedLines(string path, long start = 0) => _lines = new LedgerLines(path, start);

    /// <summary>Reads the next line.</summary>
    /// <param name="line">The line; valid until the next one is read.</param>
    /// <param name="leaf">Its leaf hash, valid as long; that of nothing for a line that is too long.</param>
    /// <returns>False at the end.</returns>
    public bool TryRead(out LedgerLine line, out ReadOnlySpan<byte> leaf)
    {
        if (_next == _batch.Count && _alone is null) Fill();
        if (_next < _batch.Count)
        {
            line = _batch[_next];
            leaf = _hashes.AsSpan(_next++ * LedgerHash.Size, LedgerHash.Size);
            return true;
        }

        line = _alone.GetValueOrDefault();
        leaf = _alone is null ? default : LedgerHash.Leaf(line.Bytes.Span);
        var isRead = _alone is not null;
        _alone = null;
        return isRead;
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    // A line that finds no room any more, or is none, comes alone after the others.
    private void Fill()
    {
        _batch.Clear();
        _next = 0;
        // Each line has a byte before it, for the prefix of a leaf.
        for (var at = 1; _lines.TryRead(out var line); at += line.Bytes.Length + 1)
        {
            if (!line.HasLineFeed || line.IsTooLong || at + line.Bytes.Length > Capacity)
            {
                _alone = line;
                break;
            }

            line.Bytes.Span.CopyTo(_buffer.AsSpan(at));
            if (_batch.Count == _spans.Length) Array.Resize(ref _spans, 2 * _spans.Length);
            _spans[_batch.Count] = new LineSpan(at, line.Bytes.Length);
            _batch.Add(line with { Bytes = _buffer.AsMemory(at, line.Bytes.Length) });
        }

        if (_hashes.Length < _batch.Count * LedgerHash.Size) _hashes = new byte[_spans.Length * LedgerHash.Size];
        Hash();
    }

    private unsafe void Hash()
    {
        fixed (byte* start = _buffer) _leaves.Compute(start, _spans.AsSpan(0, _batch.Count), _hashes);
    }
}
