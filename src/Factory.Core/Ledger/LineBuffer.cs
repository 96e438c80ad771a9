using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>
/// Where a line is made, used for one line after another: in front of it there is room for its id and for the prefix of a
/// leaf, so that both of its hashes are taken where it lies.
/// </summary>
internal sealed class LineBuffer : IBufferWriter<byte>, IDisposable
{
    private const int Prefix = 1, Start = Prefix + LedgerEventId.FieldLength, Usual = 4 * 1024, MostKept = 128 * 1024;
    private readonly Utf8JsonWriter _writer;
    private byte[] _bytes = new byte[Usual];
    private int _end, _idPosition;

    /// <summary>Makes an empty one.</summary>
    public LineBuffer() => _writer = new Utf8JsonWriter(this, CanonicalJson.Compact with { SkipValidation = true });

    /// <summary>Whether it grew beyond what is worth keeping.</summary>
    public bool IsLarge => _bytes.Length > MostKept;

    /// <summary>Begins a line; what the writer is given comes without the id.</summary>
    public Utf8JsonWriter Begin()
    {
        _end = Start;
        _writer.Reset(this);
        return _writer;
    }

    /// <summary>Says that the id goes here, behind the fields written so far.</summary>
    public void PlaceId() => _idPosition = Start + (int)(_writer.BytesCommitted + _writer.BytesPending);

    /// <summary>Ends the line.</summary>
    /// <exception cref="FormatException">It is longer than <paramref name="longest"/> bytes without LF.</exception>
    public EncodedLine InsertId(int longest)
    {
        _writer.Flush();
        var length = _end - Prefix;
        if (length > longest) throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"it needs {length} bytes, more than the {longest} of the longest line"));
        // hashes.prev commits to every line before, so equal entries at different positions have different ids.
        var id = LedgerEventId.Of(_bytes.AsSpan(Start, _end - Start));
        _bytes.AsSpan(Start, _idPosition - Start).CopyTo(_bytes.AsSpan(Prefix));
        LedgerEventId.WriteField(id, _bytes.AsSpan(_idPosition - LedgerEventId.FieldLength));
        _bytes[0] = LedgerHash.LeafPrefix;
        var leaf = SHA256.HashData(_bytes.AsSpan(0, _end));
        var line = new byte[length + 1];
        _bytes.AsSpan(Prefix, length).CopyTo(line);
        line[^1] = (byte)'\n';
        return new EncodedLine(line, id, leaf);
    }

    /// <inheritdoc/>
    public void Advance(int count) => _end += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_bytes.Length - _end < Math.Max(sizeHint, 1)) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _end + sizeHint));
        return _bytes.AsMemory(_end);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();
}
