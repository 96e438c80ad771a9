using System.Text;
using System.Text.Json;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>
/// Follows whether lines stand in the order of reading (<c>ts_utc</c>, then <c>event_type</c>). Doubt counts as disorder:
/// a reader that sorts for nothing is slow, one that does not sort is wrong.
/// </summary>
internal sealed class LedgerOrder
{
    private string? _lastType;

    /// <summary>Begins before the first line.</summary>
    public LedgerOrder() => IsOrdered = true;

    /// <summary>Continues after a line that is known to come last.</summary>
    public LedgerOrder(bool isOrdered, DateTimeOffset? newest, ReadOnlySpan<byte> lastLine)
    {
        (IsOrdered, Newest) = (isOrdered, newest);
        if (TryRead(lastLine, out var time, out var type) && time == newest) _lastType = type;
    }

    /// <summary>Whether every line so far comes after, or level with, the one before.</summary>
    public bool IsOrdered { get; private set; }

    /// <summary>The greatest <c>ts_utc</c> so far; null when no line had one.</summary>
    public DateTimeOffset? Newest { get; private set; }

    /// <summary>Takes the next line in.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        if (!TryRead(line, out var time, out var type))
        {
            IsOrdered = false;
            return;
        }

        IsOrdered = IsOrdered && (Newest is null || time > Newest || (time == Newest && _lastType is not null && string.CompareOrdinal(_lastType, type) <= 0));
        if (Newest is null || time > Newest) Newest = time;
        _lastType = type;
    }

    private static bool TryRead(ReadOnlySpan<byte> line, out DateTimeOffset time, out string? type)
    {
        (time, type) = (default, null);
        var hasTime = false;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isTime, isType) = (reader.ValueTextEquals("ts_utc"u8), reader.ValueTextEquals("event_type"u8));
                reader.Read();
                if (isTime) hasTime = LedgerTime.TryRead(ref reader, out time);
                else if (isType) type = reader.GetString()?.ToUpperInvariant();
                else reader.Skip();
            }

            return hasTime && type is not null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            return false;
        }
    }
}

/// <summary>A line's time, under the same rule as <see cref="LedgerShape.ReadTime"/>.</summary>
internal static class LedgerTime
{
    /// <summary>Reads RFC 3339 with Z or an offset: without one the runtime would take the reader's own time zone.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, out DateTimeOffset time)
    {
        time = default;
        return reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out time)
            && reader.GetString() is { Length: >= 20 } text && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-');
    }
}
