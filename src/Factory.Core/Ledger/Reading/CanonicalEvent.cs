using System.Collections.ObjectModel;
using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Reading;

/// <summary>Makes events from lines whose form was checked already; the same events as <see cref="LedgerRecord.ToEvent"/> makes.</summary>
internal static class CanonicalEvent
{
    /// <summary>Makes the event.</summary>
    public static LedgerEvent Make(scoped in LineMembers line, string type, long number) => new()
    {
        SchemaVersion = ContractVersion.Schema,
        TsUtc = Encoding.ASCII.GetString(line.Time),
        Timestamp = new DateTimeOffset(line.UtcTicks, TimeSpan.Zero),
        RunId = Encoding.UTF8.GetString(line.RunId),
        EventType = type,
        Actor = Encoding.UTF8.GetString(line.Actor),
        EventId = line.EventId.IsEmpty ? null : Encoding.UTF8.GetString(line.EventId),
        ParentEventId = line.ParentEventId.IsEmpty ? null : Encoding.UTF8.GetString(line.ParentEventId),
        DurationMs = line.DurationMs,
        FileCounts = ToMap(line.FileCounts, static (ref reader) => reader.GetInt64()),
        Hashes = ToMap(line.Hashes, static (ref reader) => reader.GetString()!),
        Rc = line.Rc,
        Details = ToMap(line.Details, ToPlain),
        LineNumber = number,
    };

    private delegate T Conversion<T>(ref Utf8JsonReader reader);

    private static IReadOnlyDictionary<string, T> ToMap<T>(ReadOnlySpan<byte> json, Conversion<T> convert)
    {
        if (json.Length == 2) return ReadOnlyDictionary<string, T>.Empty;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return ToMap(ref reader, convert);
    }

    private static Dictionary<string, T> ToMap<T>(ref Utf8JsonReader reader, Conversion<T> convert)
    {
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            map.Add(name, convert(ref reader));
        }

        return map;
    }

    private static object? ToPlain(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String: return reader.GetString();
            case JsonTokenType.True: return true;
            case JsonTokenType.False: return false;
            case JsonTokenType.Number: return reader.TryGetInt64(out var number) ? (object)number : reader.GetDouble();
            case JsonTokenType.StartObject: return ToMap(ref reader, ToPlain);
            case JsonTokenType.StartArray: return ToArray(ref reader);
            default: return null;
        }
    }

    private static object?[] ToArray(ref Utf8JsonReader reader)
    {
        var items = new List<object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(ToPlain(ref reader));
        return [.. items];
    }
}
