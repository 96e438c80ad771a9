using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Reading;

/// <summary>One reading of one ledger: chooses the way that reads least, and gives the events in the contract's order.</summary>
internal sealed class LedgerReading(LedgerFile file, LedgerFilter filter, bool isStrict, Action<LedgerProblem>? onProblem, ReadingLimits limits, CancellationToken cancellationToken)
{
    private const int PlacesAtOnce = 256;
    private readonly LineTest _test = new(filter);
    private long _linesSeen;

    /// <summary>The events.</summary>
    public IEnumerable<LedgerEvent> Events()
    {
        var isLimited = filter.First is not null || filter.Last is not null;
        // Whoever is strict wants every line looked at, also those beyond what is asked for.
        var order = isLimited && (isStrict || filter.Last > limits.MostPlaces / 4) ? null : TimeOrder.Of(file, limits, cancellationToken);
        if (order is not { IsOrdered: true }) return Sorted();
        return !isLimited ? Streamed() : Ends(order);
    }

    // Line by line in the order of the file, which is that of time; only lines of one time are still to be put in order.
    private IEnumerable<LedgerEvent> Streamed() => Ties(Forward(makesEvents: true));

    private IEnumerable<LedgerEvent> Ties(IEnumerable<LedgerMatch> matches)
    {
        using var ties = new TieGroup(limits.MostTies, limits.MostPlaces);
        foreach (var match in matches)
        {
            if (!ties.IsEmpty && match.Place.UtcTicks != ties.UtcTicks)
            {
                if (match.Place.UtcTicks < ties.UtcTicks) Report(new LedgerProblem(match.Place.Number, "it is older than a line before it, although factory_ledger.frontier.json says that the ledger is in the order of time", IsSkipped: false));
                foreach (var item in Flush(ties)) yield return item;
            }

            ties.Add(match);
        }

        foreach (var item in Flush(ties)) yield return item;
    }

    private IEnumerable<LedgerEvent> Flush(TieGroup ties) => ties.TakeEvents() ?? Materialize(ties.TakePlaces());

    private IEnumerable<LedgerEvent> Ends(TimeOrder order)
    {
        LedgerEvent? newest = null;
        var given = 0;
        foreach (var item in filter.First is > 0 and var first ? Streamed().Take(first) : [])
        {
            (newest, given) = (item, given + 1);
            yield return item;
        }

        if (filter.Last is not > 0 || given < (filter.First ?? 0)) yield break;
        // What the first ones hold already is not given again.
        var places = new EndSearch(file, _test, limits, cancellationToken).Find(filter.Last.Value, order, ReportUnseen);
        var after = newest is null ? default : new LedgerPlace(newest.Timestamp.UtcTicks, newest.EventType, newest.LineNumber, 0, 0);
        foreach (var item in Materialize(places.Where(place => newest is null || place.CompareByNumber(after) > 0))) yield return item;
    }

    private IEnumerable<LedgerEvent> Sorted()
    {
        using var sorter = new PlaceSorter(limits.MostPlaces, filter.First, filter.Last);
        foreach (var match in Forward(makesEvents: false)) sorter.Add(match.Place);
        foreach (var item in Materialize(sorter.Sorted())) yield return item;
    }

    private IEnumerable<LedgerMatch> Forward(bool makesEvents)
    {
        var scan = new BlockScan(_test, isStrict, makesEvents ? static matches => new EventSink(matches) : static matches => new PlaceSink(matches), limits.FirstBlock);
        foreach (var block in OrderedWork.Run(limits.Forward(0, file.Length), range => scan.Read(file, range), limits.Threads, cancellationToken))
        {
            var before = _linesSeen;
            _linesSeen += block.Lines;
            foreach (var problem in block.Problems) Report(problem with { LineNumber = before + problem.LineNumber });
            foreach (var match in block.Matches)
            {
                var number = before + match.Place.Number;
                yield return new LedgerMatch(match.Place with { Number = number }, match.Event is null ? null : match.Event with { LineNumber = number });
            }
        }
    }

    private IEnumerable<LedgerEvent> Materialize(IEnumerable<LedgerPlace> places)
    {
        foreach (var events in OrderedWork.Run(places.Chunk(PlacesAtOnce), chunk => Array.ConvertAll(chunk, ReadAgain), limits.Threads, cancellationToken))
        {
            foreach (var item in events)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return item;
            }
        }
    }

    private LedgerEvent ReadAgain(LedgerPlace place)
    {
        var bytes = new byte[place.Length];
        file.Read(bytes, place.Offset);
        if (LineMembers.TryRead(bytes, isAscii: false, out var line)) return CanonicalEvent.Make(line, line.EventType!, place.Number);
        using var record = LedgerRecord.TryParse(bytes, out var reason)
            ?? throw Refused(file.Path, new LedgerProblem(place.Number, $"it changed while it was read: {reason}", IsSkipped: true));
        return record.ToEvent(place.Number);
    }

    // Both ends of a short ledger meet.
    private void ReportUnseen(LedgerProblem problem)
    {
        if (problem.LineNumber > _linesSeen) Report(problem);
    }

    private void Report(LedgerProblem problem)
    {
        if (isStrict) throw Refused(file.Path, problem);
        onProblem?.Invoke(problem);
    }

    /// <summary>Names the line that ends a strict reading.</summary>
    public static FactoryException Refused(string path, LedgerProblem problem) => new(
        BlockerKind.Schema, $"{path}:{problem.LineNumber}: {problem.Reason}", "Run the ledger's verification to see what else is wrong; read without strict mode to get the sound lines.", path);
}
