using System.Text;
using System.Text.Json;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>
/// Follows whether no line is older than one before it. Lines of one time may be of any types: a run writes several in a
/// millisecond, and readers put these in order. Doubt counts as disorder: a reader that sorts for nothing is slow, one
/// that does not sort is wrong.
/// </summary>
/// <param name="isOrdered">Whether the lines before were in the order of time; true before the first.</param>
/// <param name="newest">The greatest time before; null before the first.</param>
internal sealed class LedgerOrder(bool isOrdered = true, DateTimeOffset? newest = null)
{
    /// <summary>Whether every line so far is level with, or later than, all before.</summary>
    public bool IsOrdered { get; private set; } = isOrdered;

    /// <summary>The greatest <c>ts_utc</c> so far; null when no line had one.</summary>
    public DateTimeOffset? Newest { get; private set; } = newest;

    /// <summary>Takes the next line in.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        if (!TryRead(line, out var time))
        {
            IsOrdered = false;
            return;
        }

        IsOrdered = IsOrdered && (Newest is null || time >= Newest);
        if (Newest is null || time > Newest) Newest = time;
    }

    private static bool TryRead(ReadOnlySpan<byte> line, out DateTimeOffset time)
    {
        time = default;
        var hasTime = false;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isTime = reader.ValueTextEquals("ts_utc"u8);
                reader.Read();
                if (isTime) hasTime = LedgerTime.TryRead(ref reader, out time);
                else reader.Skip();
            }

            return hasTime;
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
