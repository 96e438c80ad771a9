using System.Buffers;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>The lines of one write, each chained to the one before.</summary>
internal sealed class LedgerBatch(LedgerTail tail, DateTimeOffset timestamp)
{
    private readonly ArrayBufferWriter<byte> _lines = new();
    private readonly List<LedgerReceipt> _receipts = [];
    private byte[]? _previous = tail.LeafHash;

    /// <summary>Where the write goes: the end of the ledger.</summary>
    public long Offset { get; } = tail.WholeLength;

    /// <summary>The lines, each with its LF.</summary>
    public ReadOnlySpan<byte> Bytes => _lines.WrittenSpan;

    /// <summary>One receipt an entry, in order.</summary>
    public IReadOnlyList<LedgerReceipt> Receipts => _receipts;

    /// <summary>The end of the ledger once the batch is written.</summary>
    public LedgerTail End => new(Offset + _lines.WrittenCount, _previous);

    /// <summary>The last line with its LF, or null before the first.</summary>
    public byte[]? LastLine { get; private set; }

    /// <summary>Adds a line.</summary>
    /// <exception cref="FactoryException">The entry cannot be a line.</exception>
    public void Add(LedgerEntry entry)
    {
        var line = LedgerLineEncoder.Encode(entry, timestamp, _previous);
        _previous = LedgerHash.Leaf(line.WithoutLineFeed);
        _receipts.Add(new LedgerReceipt(line.EventId, Convert.ToHexStringLower(_previous), Offset + _lines.WrittenCount, timestamp));
        _lines.Write(LastLine = line.Bytes);
    }
}
