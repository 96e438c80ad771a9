using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>
/// What the next seal continues from, so that its cost does not grow with the ledger: the Merkle tree's subtrees and the
/// state of the digest at the end of the last seal. Readers and verifiers take it as a hint. It is not signed, and so
/// nothing in it is believed before it was held against the checkpoint, the digest or the ledger.
/// </summary>
internal sealed record LedgerFrontier
{
    /// <summary>How many bytes lie between two of <see cref="DigestStates"/>: few enough that sixteen steps, read together, stay near a core.</summary>
    public const long DigestStep = 256 * 1024;

    // Its states take 47 bytes for each step of the ledger.
    private const int LongestFile = 256 * 1024 * 1024;
    private const int SchemaVersion = 1, DigestBlock = 64;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>How many bytes of the ledger it stands after; they end with LF.</summary>
    public required long Bytes { get; init; }

    /// <summary>The SHA-256 chaining states after each <see cref="DigestStep"/> bytes.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> DigestStates { get; init; }

    /// <summary>How many lines these are.</summary>
    public required long Lines { get; init; }

    /// <summary>The greatest <c>ts_utc</c> in them, or null.</summary>
    public required DateTimeOffset? NewestTimestamp { get; init; }

    /// <summary>Whether they stand in the order of reading.</summary>
    public required bool IsOrdered { get; init; }

    /// <summary>The roots of the Merkle tree's complete subtrees, the largest first.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Subtrees { get; init; }

    /// <summary>The SHA-256 chaining state at <see cref="TailStateAt"/>.</summary>
    public required ReadOnlyMemory<byte> TailState { get; init; }

    /// <summary>How many bytes led to <see cref="TailState"/>: <see cref="Bytes"/>, rounded down to whole blocks of 64.</summary>
    public long TailStateAt => Bytes - (Bytes % DigestBlock);

    /// <summary>Reads the frontier of a ledger.</summary>
    /// <returns>Null when there is none, or it is not one.</returns>
    public static LedgerFrontier? Read(LedgerPaths paths)
    {
        try
        {
            return SideFile.TryRead(paths.Frontier, LongestFile) is { } json ? TryParse(json) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads a frontier in its one canonical form.</summary>
    /// <returns>Null for anything else.</returns>
    public static LedgerFrontier? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json.ToArray(), Strict);
            var frontier = From(document.RootElement);
            return frontier.IsPlausible && json.SequenceEqual(frontier.Format()) ? frontier : null;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The one form: a line of JSON with its keys in ordinal order, and LF.</summary>
    public byte[] Format()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.Compact))
        {
            writer.WriteStartObject();
            writer.WriteNumber("bytes", Bytes);
            WriteHashes(writer, "digest_states", DigestStates);
            writer.WriteNumber("lines", Lines);
            if (NewestTimestamp is { } newest) writer.WriteString("newest_ts", newest.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
            else writer.WriteNull("newest_ts");
            writer.WriteBoolean("ordered", IsOrdered);
            writer.WriteNumber("schema_version", SchemaVersion);
            WriteHashes(writer, "subtrees", Subtrees);
            writer.WriteString("tail_state", Convert.ToBase64String(TailState.Span));
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private bool IsPlausible => Lines > 0 && Bytes >= Lines && Subtrees.Count == BitOperations.PopCount((ulong)Lines) && DigestStates.Count == Bytes / DigestStep;

    private static LedgerFrontier From(JsonElement root) => new()
    {
        Bytes = root.GetProperty("bytes").GetInt64(),
        DigestStates = ReadHashes(root.GetProperty("digest_states")),
        Lines = root.GetProperty("lines").GetInt64(),
        NewestTimestamp = root.GetProperty("newest_ts").GetString() is { } text ? DateTimeOffset.ParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : null,
        IsOrdered = root.GetProperty("ordered").GetBoolean(),
        Subtrees = ReadHashes(root.GetProperty("subtrees")),
        TailState = ReadHash(root.GetProperty("tail_state")),
    };

    private static ReadOnlyMemory<byte>[] ReadHashes(JsonElement list) => [.. list.EnumerateArray().Select(ReadHash)];

    private static ReadOnlyMemory<byte> ReadHash(JsonElement value) =>
        StrictBase64.DecodeHash(value.GetString() ?? "") ?? throw new FormatException("not a hash");

    private static void WriteHashes(Utf8JsonWriter writer, string name, IReadOnlyList<ReadOnlyMemory<byte>> hashes)
    {
        writer.WriteStartArray(name);
        foreach (var hash in hashes) writer.WriteStringValue(Convert.ToBase64String(hash.Span));
        writer.WriteEndArray();
    }
}
