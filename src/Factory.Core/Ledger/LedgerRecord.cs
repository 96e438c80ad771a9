using System.Text.Json;
using System.Text.Unicode;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>
/// A line whose JSON and field types were checked, before its values are made: filters look at this, and only the lines
/// that pass become a <see cref="LedgerEvent"/>.
/// </summary>
internal sealed class LedgerRecord : IDisposable
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private readonly JsonDocument _document;

    private LedgerRecord(JsonDocument document, DateTimeOffset timestamp, string eventType) =>
        (_document, Timestamp, EventType) = (document, timestamp, eventType);

    /// <summary>The line's object.</summary>
    public JsonElement Root => _document.RootElement;

    /// <summary>When it happened.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>What happened, in upper case.</summary>
    public string EventType { get; }

    /// <summary>Checks a line of any generation; it must stay unchanged until the record is disposed.</summary>
    /// <returns>Null and the reason when it is not a ledger line.</returns>
    public static LedgerRecord? TryParse(ReadOnlyMemory<byte> line, out string? reason)
    {
        JsonDocument? document = null;
        try
        {
            if (!Utf8.IsValid(line.Span)) throw new FormatException("it is not UTF-8");
            document = JsonDocument.Parse(line, Strict);
            var root = document.RootElement;
            if (LedgerShape.Explain(root) is { } wrong) throw new FormatException(wrong);
            // An escaped lone surrogate is found only when a text is made.
            if (line.Span.IndexOf("\\u"u8) >= 0) _ = LedgerValues.ToPlain(root);
            var record = new LedgerRecord(document, LedgerShape.ReadTime(root.GetProperty("ts_utc")), root.GetProperty("event_type").GetString()!.ToUpperInvariant());
            (reason, document) = (null, null);
            return record;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            reason = error is JsonException ? $"it is not JSON: {error.Message}" : error.Message;
            return null;
        }
        finally
        {
            document?.Dispose();
        }
    }

    /// <summary>Makes the event.</summary>
    public LedgerEvent ToEvent(long lineNumber) => new()
    {
        SchemaVersion = Root.TryGetProperty("schema_version", out var version) ? version.GetInt32() : 1,
        TsUtc = Root.GetProperty("ts_utc").GetString()!,
        Timestamp = Timestamp,
        RunId = Root.GetProperty("run_id").GetString()!,
        EventType = EventType,
        Actor = Root.GetProperty("actor").GetString()!,
        EventId = Text("event_id"),
        ParentEventId = Text("parent_event_id"),
        DurationMs = Root.TryGetProperty("duration_ms", out var duration) && duration.ValueKind == JsonValueKind.Number ? duration.GetInt64() : null,
        FileCounts = LedgerValues.ToMap(Root, "file_counts", static value => value.GetInt64()),
        Hashes = LedgerValues.ToMap(Root, "hashes", static value => value.GetString()!),
        Rc = Root.TryGetProperty("rc", out var rc) && rc.ValueKind == JsonValueKind.Number ? rc.GetInt32() : null,
        Details = LedgerValues.ToMap(Root, "details", LedgerValues.ToPlain),
        LineNumber = lineNumber,
    };

    /// <inheritdoc/>
    public void Dispose() => _document.Dispose();

    private string? Text(string name) => Root.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;
}
