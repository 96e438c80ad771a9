using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>
/// Which fields a line has and of which types. Two measures: what any generation must satisfy to be read at all, and
/// what a line of schema_version 2 must satisfy, which is what <c>factory_ledger_event.schema.json</c> says.
/// </summary>
internal static class LedgerShape
{
    private static readonly string[] OfVersion2 =
    [
        "actor", "details", "duration_ms", "event_id", "event_type", "file_counts", "hashes", "parent_event_id", "rc", "run_id", "schema_version", "ts_utc",
    ];

    /// <summary>Why a line of any generation cannot be read, or null.</summary>
    public static string? Explain(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return "it is not a JSON object";
        foreach (var name in (ReadOnlySpan<string>)["ts_utc", "run_id", "event_type", "actor"])
            if (!root.TryGetProperty(name, out var text) || text.ValueKind != JsonValueKind.String) return $"{name} is missing or not text";
        ReadTime(root.GetProperty("ts_utc"));
        if (root.TryGetProperty("schema_version", out var version) && !IsInt32(version)) return "schema_version is not a whole number";
        if (root.TryGetProperty("rc", out var rc) && !(IsNull(rc) || IsInt32(rc))) return "rc is not a whole number";
        if (root.TryGetProperty("duration_ms", out var duration) && !(IsNull(duration) || IsInt64(duration))) return "duration_ms is not a whole number";
        return ExplainText(root, "event_id") ?? ExplainText(root, "parent_event_id")
            ?? ExplainMap(root, "details", static _ => true, "")
            ?? ExplainMap(root, "hashes", static value => value.ValueKind == JsonValueKind.String, "text")
            ?? ExplainMap(root, "file_counts", IsInt64, "a whole number");
    }

    /// <summary>Why a readable line does not satisfy its own schema version, or null. Lines older than 2 have no schema.</summary>
    public static string? ExplainStrictly(JsonElement root)
    {
        var version = root.TryGetProperty("schema_version", out var number) ? number.GetInt32() : 1;
        if (version < ContractVersion.Schema) return null;
        if (version > ContractVersion.Schema) return $"schema_version {version} is newer than this build reads ({ContractVersion.Schema})";
        foreach (var name in OfVersion2)
            if (!root.TryGetProperty(name, out _)) return $"{name} is missing";
        if (root.GetPropertyCount() != OfVersion2.Length)
            return $"'{root.EnumerateObject().First(member => !OfVersion2.Contains(member.Name, StringComparer.Ordinal)).Name}' is not a field of the ledger";
        return ExplainValues(root);
    }

    /// <summary>Reads <c>ts_utc</c>.</summary>
    /// <exception cref="FormatException">It is not RFC 3339 with an offset.</exception>
    public static DateTimeOffset ReadTime(JsonElement value)
    {
        // Without an offset the runtime would take the reader's own time zone.
        if (value.TryGetDateTimeOffset(out var time) && value.GetString() is { Length: >= 20 } text && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-'))
            return time;
        throw new FormatException($"ts_utc '{value.GetString()}' is not RFC 3339 with Z or an offset");
    }

    private static string? ExplainValues(JsonElement root)
    {
        if (!WireEnum<LedgerEventType>.TryParse(root.GetProperty("event_type").GetString(), out _)) return $"event_type '{root.GetProperty("event_type").GetString()}' is unknown";
        if (root.GetProperty("actor").GetString()!.Length == 0) return "actor is empty";
        if (root.GetProperty("run_id").GetString()!.Length == 0) return "run_id is empty";
        if (!IsHex(root.GetProperty("event_id"), 16)) return "event_id is not 16 lower-case hex digits";
        foreach (var name in (ReadOnlySpan<string>)["details", "hashes", "file_counts"])
            if (IsNull(root.GetProperty(name))) return $"{name} is null";
        if (root.GetProperty("hashes").TryGetProperty(LedgerLineEncoder.PreviousHash, out var previous) && !IsHex(previous, 2 * LedgerHash.Size)) return "hashes.prev is not 64 lower-case hex digits";
        if (root.GetProperty("duration_ms") is { ValueKind: JsonValueKind.Number } duration && duration.GetInt64() < 0) return "duration_ms is less than 0";
        if (root.GetProperty("file_counts").EnumerateObject().Any(count => count.Value.GetInt64() < 0)) return "file_counts has a number less than 0";
        return IsTimeOfVersion2(root.GetProperty("ts_utc").GetString()!) ? null : "ts_utc is not RFC 3339 with milliseconds and Z";
    }

    private static bool IsTimeOfVersion2(string text) => text.Length == "2026-02-18T13:15:10.000Z".Length && text[10] == 'T' && text[19] == '.' && text[^1] == 'Z';

    private static bool IsHex(JsonElement value, int digits) =>
        value.GetString() is { } text && text.Length == digits && text.All(char.IsAsciiHexDigitLower);

    private static string? ExplainText(JsonElement root, string name) =>
        root.TryGetProperty(name, out var text) && text.ValueKind is not (JsonValueKind.String or JsonValueKind.Null) ? $"{name} is not text" : null;

    private static string? ExplainMap(JsonElement root, string name, Func<JsonElement, bool> accepts, string expected)
    {
        if (!root.TryGetProperty(name, out var map) || IsNull(map)) return null;
        if (map.ValueKind != JsonValueKind.Object) return $"{name} is not an object";
        foreach (var member in map.EnumerateObject())
            if (!accepts(member.Value)) return $"{name}.{member.Name} is not {expected}";
        return null;
    }

    private static bool IsNull(JsonElement value) => value.ValueKind == JsonValueKind.Null;

    private static bool IsInt32(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _);

    private static bool IsInt64(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _);
}
