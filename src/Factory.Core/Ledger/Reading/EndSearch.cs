using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Reading;

/// <summary>Finds the last matches of a ledger that is in the order of time, from its end, and reads no more than that takes.</summary>
internal sealed class EndSearch(LedgerFile file, LineTest test, ReadingLimits limits, CancellationToken cancellationToken)
{
    /// <summary>The last matches, in the order of reading.</summary>
    /// <param name="count">How many; at least 1.</param>
    /// <param name="order">What is known of the ledger.</param>
    /// <param name="report">Told about bad lines among those that were looked at.</param>
    public IReadOnlyList<LedgerPlace> Find(int count, TimeOrder order, Action<LedgerProblem> report)
    {
        var scan = new BlockScan(test, isStrict: false, static matches => new PlaceSink(matches), limits.FirstBlock);
        var after = order.Lines ?? TimeOrder.CountLines(file, limits, cancellationToken);
        var (found, problems) = (new List<LedgerPlace>(), new List<LedgerProblem>());
        foreach (var block in OrderedWork.Run(limits.Backward(file.Length), range => scan.Read(file, range), limits.Threads, cancellationToken))
        {
            after -= block.Lines;
            problems.AddRange(block.Problems.Select(problem => problem with { LineNumber = after + problem.LineNumber }));
            found.AddRange(block.Matches.Select(match => match.Place with { Number = after + match.Place.Number }));
            if (found.Count >= count && IsComplete(found, count, block.FirstTicks)) break;
        }

        found.Sort();
        foreach (var problem in problems.OrderBy(static problem => problem.LineNumber)) report(problem);
        return found[Math.Max(0, found.Count - count)..];
    }

    // A line further up may still have the time of the oldest one that is given, and come after it by its type.
    private static bool IsComplete(List<LedgerPlace> found, int count, long? firstTicks)
    {
        found.Sort();
        var edge = found[^count].UtcTicks;
        return found[0].UtcTicks < edge || firstTicks < edge;
    }
}
