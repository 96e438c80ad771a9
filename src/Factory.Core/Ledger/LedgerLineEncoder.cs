using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>One encoded line.</summary>
/// <param name="Bytes">With its LF.</param>
/// <param name="EventId">Its id.</param>
/// <param name="LeafHash">SHA-256(0x00 || line without LF).</param>
internal readonly record struct EncodedLine(byte[] Bytes, string EventId, byte[] LeafHash)
{
    /// <summary>What the hashes cover.</summary>
    public ReadOnlySpan<byte> WithoutLineFeed => Bytes.AsSpan(0, Bytes.Length - 1);
}

/// <summary>Makes the line of an entry (contract: Ledger, schema_version 2).</summary>
internal static class LedgerLineEncoder
{
    /// <summary>The longest line that is written, without LF, in bytes: what every tool reads in one piece.</summary>
    public const int LongestLine = 64 * 1024;

    /// <summary>The name in <c>hashes</c> that chains a line to the one before.</summary>
    public const string PreviousHash = "prev";

    // A thread's buffer is used again; while it is in use its place is empty, should a value of an entry append in turn.
    [ThreadStatic]
    private static LineBuffer? _spare;

    /// <summary>Encodes an entry.</summary>
    /// <param name="entry">What happened.</param>
    /// <param name="timestamp">When.</param>
    /// <param name="previous">The leaf hash of the line before, or null on the first line.</param>
    /// <exception cref="FactoryException">The entry cannot be a ledger line; the message says why.</exception>
    public static EncodedLine Encode(LedgerEntry entry, DateTimeOffset timestamp, byte[]? previous)
    {
        var buffer = _spare ?? new LineBuffer();
        _spare = null;
        try
        {
            Check(entry);
            WriteWithoutId(buffer, entry, timestamp, previous);
            return buffer.InsertId(LongestLine);
        }
        catch (FormatException error)
        {
            throw Refused(entry, error.Message);
        }
        finally
        {
            if (buffer.IsLarge) buffer.Dispose();
            else _spare = buffer;
        }
    }

    private static void Check(LedgerEntry entry)
    {
        if (string.IsNullOrWhiteSpace(entry.Actor)) throw new FormatException("it names no actor");
        if (entry.Hashes.ContainsKey(PreviousHash)) throw new FormatException($"hashes.{PreviousHash} belongs to the chain");
        if (entry.DurationMs < 0) throw new FormatException($"duration_ms is {entry.DurationMs}, less than 0");
        foreach (var (name, count) in entry.FileCounts)
            if (count < 0) throw new FormatException($"file_counts.{name} is {count}, less than 0");
    }

    private static void WriteWithoutId(LineBuffer buffer, LedgerEntry entry, DateTimeOffset timestamp, byte[]? previous)
    {
        var writer = buffer.Begin();
        writer.WriteStartObject();
        Name(Names.Actor).WriteStringValue(CanonicalJson.WellFormed(entry.Actor));
        CanonicalJson.Write(Name(Names.Details), entry.Details);
        Number(Name(Names.DurationMs), entry.DurationMs);
        buffer.PlaceId();
        Name(Names.EventType).WriteStringValue(WireEnum<LedgerEventType>.NameOf(entry.EventType));
        CanonicalJson.Write(Name(Names.FileCounts), CanonicalJson.Sort<long>([.. entry.FileCounts]));
        CanonicalJson.Write(Name(Names.Hashes), Chained(entry.Hashes, previous));
        CanonicalJson.Write(Name(Names.ParentEventId), string.IsNullOrEmpty(entry.ParentEventId) ? null : entry.ParentEventId);
        Number(Name(Names.Rc), entry.Rc);
        Name(Names.RunId).WriteStringValue(entry.RunId.Text);
        Name(Names.SchemaVersion).WriteNumberValue(ContractVersion.Schema);
        Name(Names.TsUtc).WriteStringValue(CanonicalJson.Rfc3339(timestamp));
        writer.WriteEndObject();

        Utf8JsonWriter Name(JsonEncodedText name)
        {
            writer.WritePropertyName(name);
            return writer;
        }
    }

    private static void Number(Utf8JsonWriter writer, long? number)
    {
        if (number is { } known) writer.WriteNumberValue(known);
        else writer.WriteNullValue();
    }

    private static KeyValuePair<string, string>[] Chained(IReadOnlyDictionary<string, string> hashes, byte[]? previous) =>
        CanonicalJson.Sort<string>(previous is null ? [.. hashes] : [.. hashes, new(PreviousHash, Convert.ToHexStringLower(previous))]);

    private static FactoryException Refused(LedgerEntry entry, string reason) => new(
        new Blocker(
            BlockerKind.Schema, null, LedgerPaths.LedgerName,
            $"a {WireEnum<LedgerEventType>.NameOf(entry.EventType)} entry of run {entry.RunId} cannot be a ledger line: {reason}",
            "Put long or unusual content into a file of the run, and its path and digest into the entry."),
        RunStatus.Fail);
}

/// <summary>The names of a line's fields, as they are written.</summary>
file static class Names
{
    public static readonly JsonEncodedText
        Actor = Of("actor"), Details = Of("details"), DurationMs = Of("duration_ms"), EventType = Of("event_type"), FileCounts = Of("file_counts"), Hashes = Of("hashes"),
        ParentEventId = Of("parent_event_id"), Rc = Of("rc"), RunId = Of("run_id"), SchemaVersion = Of("schema_version"), TsUtc = Of("ts_utc");

    private static JsonEncodedText Of(string name) => JsonEncodedText.Encode(name);
}

/// <summary>The id of a line: the first 16 hex digits of SHA-256 of the line without its <c>event_id</c>.</summary>
internal static class LedgerEventId
{
    /// <summary>Bytes of the field with which an id is put behind another field, from its comma on.</summary>
    public const int FieldLength = 13 + HexDigits + 1;

    private const int HexDigits = 16;

    private static ReadOnlySpan<byte> FieldBegin => ",\"event_id\":\""u8;

    /// <summary>The id of a line that has none yet.</summary>
    public static string Of(ReadOnlySpan<byte> lineWithoutId)
    {
        Span<byte> hash = stackalloc byte[LedgerHash.Size];
        SHA256.HashData(lineWithoutId, hash);
        return ToId(hash);
    }

    /// <summary>Writes an id as a field: <see cref="FieldLength"/> bytes.</summary>
    public static void WriteField(string id, Span<byte> field)
    {
        FieldBegin.CopyTo(field);
        Encoding.ASCII.GetBytes(id, field[FieldBegin.Length..]);
        field[FieldLength - 1] = (byte)'"';
    }

    /// <summary>Computes the id that a line ought to have, or null when its <c>event_id</c> does not follow another field.</summary>
    public static string? Recompute(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var comma = (int)reader.TokenStartIndex - 1;
            var isId = reader.ValueTextEquals("event_id"u8);
            reader.Read();
            reader.Skip();
            if (!isId) continue;
            if (line[comma] != ',') return null;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(line[..comma]);
            hash.AppendData(line[(int)reader.BytesConsumed..]);
            return ToId(hash.GetHashAndReset());
        }

        return null;
    }

    private static string ToId(ReadOnlySpan<byte> hash) => Convert.ToHexStringLower(hash[..(HexDigits / 2)]);
}
