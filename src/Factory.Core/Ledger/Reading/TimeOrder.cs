namespace Factory.Core.Ledger.Reading;

/// <summary>Whether the lines of a ledger are in the order of time, and how many there are.</summary>
/// <param name="IsOrdered">Whether no line is older than one before it. Lines of one time may be of any types.</param>
/// <param name="Lines">How many lines there are, where that is known without more reading.</param>
internal sealed record TimeOrder(bool IsOrdered, long? Lines)
{
    /// <summary>Finds out, by the hint beside the ledger and by a look at the times of the lines that it does not cover.</summary>
    public static TimeOrder Of(LedgerFile file, ReadingLimits limits, CancellationToken cancellationToken)
    {
        var hint = limits.BelievesHint ? TimeOrderHint.TryRead(file) : null;
        // Nothing more to look at is the usual case, and must cost nothing.
        if (hint?.Bytes == file.Length) return new TimeOrder(true, hint.Lines);
        var rest = Probe(file, hint?.Bytes ?? 0, hint?.NewestTicks ?? long.MinValue, limits, cancellationToken);
        return hint is null ? rest : new TimeOrder(rest.IsOrdered, rest.Lines + hint.Lines);
    }

    /// <summary>Counts the lines of a whole ledger.</summary>
    public static long CountLines(LedgerFile file, ReadingLimits limits, CancellationToken cancellationToken) =>
        ProbeBlocks(file, 0, limits, (file, range) => OrderOfBlock.Count(file, range), cancellationToken).Sum(block => (long)block.Lines);

    private static TimeOrder Probe(LedgerFile file, long start, long newest, ReadingLimits limits, CancellationToken cancellationToken)
    {
        var (isOrdered, lines) = (true, 0L);
        foreach (var block in ProbeBlocks(file, start, limits, OrderOfBlock.Read, cancellationToken))
        {
            lines += block.Lines;
            if (block.Newest is not { } last) continue;
            isOrdered &= block.IsOrdered && block.First >= newest;
            newest = last;
        }

        return new TimeOrder(isOrdered, lines);
    }

    private static IEnumerable<OrderOfBlock> ProbeBlocks(
        LedgerFile file, long start, ReadingLimits limits, Func<LedgerFile, LedgerRange, OrderOfBlock> look, CancellationToken cancellationToken) =>
        UnorderedWork.Run(
            limits.Forward(start, file.Length), static () => new List<OrderOfBlock>(), (list, range) => list.Add(look(file, range)), limits.Threads, cancellationToken)
        .SelectMany(static list => list).OrderBy(static block => block.Start);
}

/// <summary>The times of one block.</summary>
/// <param name="Start">Where its range begins.</param>
/// <param name="Lines">How many lines it has.</param>
/// <param name="First">The time of the first line that has one, in UTC ticks.</param>
/// <param name="Newest">The time of the last.</param>
/// <param name="IsOrdered">Whether none is older than one before.</param>
internal readonly record struct OrderOfBlock(long Start, int Lines, long First, long? Newest, bool IsOrdered)
{
    /// <summary>Only counts lines.</summary>
    public static OrderOfBlock Count(LedgerFile file, LedgerRange range)
    {
        using var block = LedgerBlock.Read(file, range);
        var isTorn = !block.Bytes.IsEmpty && block.Bytes[^1] != '\n';
        return new OrderOfBlock(range.Start, LineEnds.Count(block.Bytes) + (isTorn ? 1 : 0) + (block.EndsTooLong ? 1 : 0), 0, null, true);
    }

    /// <summary>Reads the times of a block. Lines that are none of a ledger have no place in the order.</summary>
    public static OrderOfBlock Read(LedgerFile file, LedgerRange range)
    {
        using var block = LedgerBlock.Read(file, range);
        var bytes = block.Bytes;
        var lines = 0;
        long? first = null, newest = null;
        var isOrdered = true;
        for (var at = 0; at < bytes.Length; lines++)
        {
            var length = bytes[at..].IndexOf((byte)'\n');
            if (length < 0) length = bytes.Length - at;
            if (TimeOf(block, at, length) is { } time)
            {
                first ??= time;
                isOrdered &= newest is null || time >= newest;
                newest = time;
            }

            at += length + 1;
        }

        return new OrderOfBlock(range.Start, lines + (block.EndsTooLong ? 1 : 0), first ?? 0, newest, isOrdered);
    }

    private static long? TimeOf(LedgerBlock block, int at, int length)
    {
        if (CanonicalTime.TryFind(block.Bytes.Slice(at, length), out var text) && CanonicalTime.TryParse(text, out var ticks)) return ticks;
        var line = LedgerLineText.Trim(new LedgerLine(block.Memory.Slice(at, length), block.Offset + at, 1, HasLineFeed: true, IsTooLong: false), static _ => { });
        if (line.IsEmpty) return null;
        using var record = LedgerRecord.TryParse(line, out _);
        return record?.Timestamp.UtcTicks;
    }
}
