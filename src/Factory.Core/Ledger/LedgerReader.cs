using Factory.Core.Contracts;
using Factory.Core.Ledger.Reading;

namespace Factory.Core.Ledger;

/// <summary>
/// Reads a ledger in the contract's order: <c>ts_utc</c>, then <c>event_type</c>, then position. Lines are looked at in
/// parallel, refused by their bytes where these suffice, and made into events only when they pass; memory does not grow
/// with the ledger. The order of events does not depend on the machine.
/// </summary>
public static class LedgerReader
{
    /// <summary>Reads the events that pass a filter.</summary>
    /// <remarks>
    /// A ledger that is in the order of time, as nearly every one is, is streamed: the first event comes at once, and
    /// <see cref="LedgerFilter.First"/> and <see cref="LedgerFilter.Last"/> read no more than they need. Any other is
    /// sorted first. Problems: the ends of every line that is looked at are checked (torn, empty, CR LF, byte order mark,
    /// too long, no object); the rest of a line only when its bytes do not rule out that it passes. Lines that First and
    /// Last leave unread are not checked at all. In strict mode every line is checked to its last byte, whatever is asked for.
    /// </remarks>
    /// <param name="path">The ledger.</param>
    /// <param name="filter">What is wanted; null for everything.</param>
    /// <param name="strict">Whether the first line that is not a sound line of its schema version ends the reading.</param>
    /// <param name="onProblem">Told, on the reading thread, about every line found to be not what it should be; not used when strict.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FactoryException">The ledger is missing or unreadable, or became shorter meanwhile; or, when strict, a line is wrong: the message names file and line.</exception>
    public static IEnumerable<LedgerEvent> Read(
        string path, LedgerFilter? filter = null, bool strict = false, Action<LedgerProblem>? onProblem = null, CancellationToken cancellationToken = default) =>
        Read(path, filter, strict, onProblem, ReadingLimits.Default, cancellationToken);

    /// <summary>The same with other limits.</summary>
    internal static IEnumerable<LedgerEvent> Read(
        string path, LedgerFilter? filter, bool strict, Action<LedgerProblem>? onProblem, ReadingLimits limits, CancellationToken cancellationToken)
    {
        filter?.RequireKnownNames();
        using var file = new LedgerFile(path);
        foreach (var item in new LedgerReading(file, filter ?? LedgerFilter.All, strict, onProblem, limits, cancellationToken).Events())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
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
        if (line.Offset == 0 && text.Span.StartsWith(ByteOrderMark))
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
