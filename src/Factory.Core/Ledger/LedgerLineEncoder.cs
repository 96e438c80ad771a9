using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>One encoded line.</summary>
/// <param name="Bytes">With its LF.</param>
/// <param name="EventId">Its id.</param>
internal readonly record struct EncodedLine(byte[] Bytes, string EventId)
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

    private static ReadOnlySpan<byte> Field => ",\"event_id\":\""u8;

    /// <summary>Encodes an entry.</summary>
    /// <param name="entry">What happened.</param>
    /// <param name="timestamp">When.</param>
    /// <param name="previous">The leaf hash of the line before, or null on the first line.</param>
    /// <exception cref="FactoryException">The entry cannot be a ledger line; the message says why.</exception>
    public static EncodedLine Encode(LedgerEntry entry, DateTimeOffset timestamp, byte[]? previous)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        try
        {
            Check(entry);
            var idPosition = WriteWithoutId(buffer, entry, timestamp, previous);
            return InsertId(buffer.WrittenSpan, idPosition, entry);
        }
        catch (FormatException error)
        {
            throw Refused(entry, error.Message);
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

    private static int WriteWithoutId(ArrayBufferWriter<byte> buffer, LedgerEntry entry, DateTimeOffset timestamp, byte[]? previous)
    {
        using var writer = new Utf8JsonWriter(buffer, CanonicalJson.Compact);
        writer.WriteStartObject();
        Field("actor", entry.Actor);
        Field("details", entry.Details);
        Field("duration_ms", entry.DurationMs);
        var idPosition = (int)(writer.BytesCommitted + writer.BytesPending);
        Field("event_type", WireEnum<LedgerEventType>.NameOf(entry.EventType));
        Field("file_counts", entry.FileCounts);
        Field("hashes", Chained(entry.Hashes, previous));
        Field("parent_event_id", string.IsNullOrEmpty(entry.ParentEventId) ? null : entry.ParentEventId);
        Field("rc", entry.Rc);
        Field("run_id", entry.RunId);
        Field("schema_version", ContractVersion.Schema);
        Field("ts_utc", timestamp);
        writer.WriteEndObject();
        return idPosition;

        void Field(string name, object? value)
        {
            writer.WritePropertyName(name);
            CanonicalJson.Write(writer, value);
        }
    }

    private static Dictionary<string, string> Chained(IReadOnlyDictionary<string, string> hashes, byte[]? previous)
    {
        var chained = new Dictionary<string, string>(hashes, StringComparer.Ordinal);
        if (previous is not null) chained[PreviousHash] = Convert.ToHexStringLower(previous);
        return chained;
    }

    private static EncodedLine InsertId(ReadOnlySpan<byte> line, int position, LedgerEntry entry)
    {
        // hashes.prev commits to every line before, so equal entries at different positions have different ids.
        var id = LedgerEventId.Of(line);
        var length = line.Length + Field.Length + id.Length + 1;
        if (length > LongestLine) throw Refused(entry, string.Create(CultureInfo.InvariantCulture, $"it needs {length} bytes, more than the {LongestLine} of the longest line"));
        var bytes = new byte[length + 1];
        line[..position].CopyTo(bytes);
        Field.CopyTo(bytes.AsSpan(position));
        var at = position + Field.Length;
        at += Encoding.ASCII.GetBytes(id, bytes.AsSpan(at));
        bytes[at++] = (byte)'"';
        line[position..].CopyTo(bytes.AsSpan(at));
        bytes[^1] = (byte)'\n';
        return new EncodedLine(bytes, id);
    }

    private static FactoryException Refused(LedgerEntry entry, string reason) => new(
        new Blocker(
            BlockerKind.Schema, null, LedgerPaths.LedgerName,
            $"a {WireEnum<LedgerEventType>.NameOf(entry.EventType)} entry of run {entry.RunId} cannot be a ledger line: {reason}",
            "Put long or unusual content into a file of the run, and its path and digest into the entry."),
        RunStatus.Fail);
}

/// <summary>The id of a line: the first 16 hex digits of SHA-256 of the line without its <c>event_id</c>.</summary>
internal static class LedgerEventId
{
    private const int HexDigits = 16;

    /// <summary>The id of a line that has none yet.</summary>
    public static string Of(ReadOnlySpan<byte> lineWithoutId) => ToId(SHA256.HashData(lineWithoutId));

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

    private static string ToId(byte[] hash) => Convert.ToHexStringLower(hash.AsSpan(0, HexDigits / 2));
}
