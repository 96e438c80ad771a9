using System.Text.Json;
using System.Text.Json.Serialization;

namespace Factory.Core.Contracts;

/// <summary>Writes an event with the field names of the ledger; events are read from a ledger, never from other documents.</summary>
public sealed class LedgerEventConverter : JsonConverter<LedgerEvent>
{
    /// <inheritdoc/>
    public override LedgerEvent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("a ledger event is read from a ledger, by LedgerReader");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LedgerEvent value, JsonSerializerOptions options) =>
        CanonicalJson.Write(writer, new Dictionary<string, object?>
        {
            ["actor"] = value.Actor,
            ["details"] = value.Details,
            ["duration_ms"] = value.DurationMs,
            ["event_id"] = value.EventId,
            ["event_type"] = value.EventType,
            ["file_counts"] = value.FileCounts,
            ["hashes"] = value.Hashes,
            ["line_number"] = value.LineNumber,
            ["parent_event_id"] = value.ParentEventId,
            ["rc"] = value.Rc,
            ["run_id"] = value.RunId,
            ["schema_version"] = value.SchemaVersion,
            ["ts_utc"] = value.TsUtc,
        });
}
