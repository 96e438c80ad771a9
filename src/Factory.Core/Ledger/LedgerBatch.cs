using System.Buffers;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>The lines of one write, each chained to the one before.</summary>
internal sealed class LedgerBatch(LedgerTail tail, DateTimeOffset timestamp)
{
    private readonly List<LedgerReceipt> _receipts = [];
    private byte[]? _previous = tail.LeafHash;
    // Most batches are one line, which needs no copy.
    private ArrayBufferWriter<byte>? _lines;

    /// <summary>Where the write goes: the end of the ledger.</summary>
    public long Offset { get; } = tail.WholeLength;

    /// <summary>The lines, each with its LF.</summary>
    public ReadOnlySpan<byte> Bytes => _lines is null ? LastLine : _lines.WrittenSpan;

    /// <summary>One receipt an entry, in order.</summary>
    public IReadOnlyList<LedgerReceipt> Receipts => _receipts;

    /// <summary>The end of the ledger once the batch is written.</summary>
    public LedgerTail End => new(Offset + Bytes.Length, _previous);

    /// <summary>The last line with its LF, or null before the first.</summary>
    public byte[]? LastLine { get; private set; }

    /// <summary>Adds a line.</summary>
    /// <exception cref="FactoryException">The entry cannot be a line.</exception>
    public void Add(LedgerEntry entry)
    {
        var line = LedgerLineEncoder.Encode(entry, timestamp, _previous);
        _previous = line.LeafHash;
        _receipts.Add(new LedgerReceipt(line.EventId, Convert.ToHexStringLower(line.LeafHash), Offset + Bytes.Length, timestamp));
        if (LastLine is { } first && _lines is null) (_lines = new ArrayBufferWriter<byte>(2 * (first.Length + line.Bytes.Length))).Write(first);
        _lines?.Write(line.Bytes);
        LastLine = line.Bytes;
    }
}
