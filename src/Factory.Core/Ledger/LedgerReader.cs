using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>
/// Reads a ledger in the contract's order: <c>ts_utc</c>, then <c>event_type</c>, then position. A first pass finds the
/// lines that match and keeps only their order and place; events are made one by one, as they are asked for.
/// </summary>
public static class LedgerReader
{
    /// <summary>Reads the events that pass a filter.</summary>
    /// <param name="path">The ledger.</param>
    /// <param name="filter">What is wanted; null for everything.</param>
    /// <param name="strict">Whether the first line that is not a sound line of its schema version ends the reading.</param>
    /// <param name="onProblem">Told about every line that is not what it should be, whatever the filter; not used when strict.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FactoryException">The ledger is missing or unreadable; or, when strict, a line is wrong: the message names file and line.</exception>
    public static IEnumerable<LedgerEvent> Read(
        string path, LedgerFilter? filter = null, bool strict = false, Action<LedgerProblem>? onProblem = null, CancellationToken cancellationToken = default)
    {
        filter?.RequireKnownNames();
        using var lines = new LedgerLines(path);
        var report = strict ? problem => throw Refused(path, problem) : onProblem ?? (static _ => { });
        var wanted = filter ?? LedgerFilter.All;
        var places = Select(Find(lines, wanted, strict, report, cancellationToken), wanted);
        foreach (var place in places)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var record = LedgerRecord.TryParse(lines.ReadAgain(place.Offset, place.Length), out var reason)
                ?? throw Refused(path, new LedgerProblem(place.Number, $"it changed while it was read: {reason}", IsSkipped: true));
            yield return record.ToEvent(place.Number);
        }
    }

    private static List<LedgerPlace> Find(LedgerLines lines, LedgerFilter filter, bool strict, Action<LedgerProblem> report, CancellationToken cancellationToken)
    {
        var places = new List<LedgerPlace>();
        var isOrdered = true;
        while (lines.TryRead(out var line))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var text = LedgerLineText.Trim(line, report);
            if (text.IsEmpty) continue;
            using var record = LedgerRecord.TryParse(text, out var reason);
            if (strict && record is not null) reason = LedgerShape.ExplainStrictly(record.Root);
            if (reason is not null) report(new LedgerProblem(line.Number, reason, IsSkipped: true));
            if (record is null || !filter.Matches(record)) continue;
            line.Bytes.Span.Overlaps(text.Span, out var trimmed);
            var place = new LedgerPlace(record.Timestamp.UtcTicks, record.EventType, line.Number, line.Offset + trimmed, text.Length);
            isOrdered &= places.Count == 0 || places[^1].CompareTo(place) < 0;
            places.Add(place);
        }

        if (!isOrdered) places.Sort();
        return places;
    }

    private static IEnumerable<LedgerPlace> Select(List<LedgerPlace> places, LedgerFilter filter)
    {
        var first = Math.Clamp(filter.First ?? (filter.Last is null ? places.Count : 0), 0, places.Count);
        var last = Math.Clamp(filter.Last ?? 0, 0, places.Count - first);
        return places.Take(first).Concat(places.Skip(places.Count - last));
    }

    private static FactoryException Refused(string path, LedgerProblem problem) => new(
        BlockerKind.Schema, $"{path}:{problem.LineNumber}: {problem.Reason}", "Run the ledger's verification to see what else is wrong; read without strict mode to get the sound lines.", path);
}

/// <summary>Where a matching line is, and where it comes in the order of reading.</summary>
internal readonly record struct LedgerPlace(long UtcTicks, string EventType, long Number, long Offset, int Length) : IComparable<LedgerPlace>
{
    /// <summary>Time, then type, then position.</summary>
    public int CompareTo(LedgerPlace other)
    {
        var order = UtcTicks.CompareTo(other.UtcTicks);
        if (order == 0) order = string.CompareOrdinal(EventType, other.EventType);
        return order != 0 ? order : Number.CompareTo(other.Number);
    }
}

/// <summary>What other tools leave around a line.</summary>
internal static class LedgerLineText
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The JSON of a line, without a byte order mark and CR, which are reported; empty when there is none to read.</summary>
    public static ReadOnlyMemory<byte> Trim(LedgerLine line, Action<LedgerProblem> report)
    {
        if (line.IsTooLong) return Skip("it is longer than 16 MiB");
        if (!line.HasLineFeed) return Skip("it has no final LF: it is torn, or still being written");
        var text = line.Bytes;
        if (line.Number == 1 && text.Span.StartsWith(ByteOrderMark))
        {
            Report("the ledger begins with a byte order mark");
            text = text[ByteOrderMark.Length..];
        }

        if (text.Span.EndsWith("\r"u8))
        {
            Report("the line ends with CR LF: its line endings were converted");
            text = text[..^1];
        }

        return text.IsEmpty ? Skip("the line is empty") : text;

        void Report(string reason) => report(new LedgerProblem(line.Number, reason, IsSkipped: false));

        ReadOnlyMemory<byte> Skip(string reason)
        {
            report(new LedgerProblem(line.Number, reason, IsSkipped: true));
            return default;
        }
    }
}
