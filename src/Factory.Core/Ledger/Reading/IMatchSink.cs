namespace Factory.Core.Ledger.Reading;

/// <summary>Takes the lines that pass while they are still bytes.</summary>
internal interface IMatchSink
{
    /// <summary>Takes a line of the form that this build writes.</summary>
    void Take(scoped in LineMembers line, LedgerPlace place);

    /// <summary>Takes a line of any other form.</summary>
    void Take(LedgerRecord record, LedgerPlace place);
}

/// <summary>Makes events.</summary>
internal sealed class EventSink(List<LedgerMatch> matches) : IMatchSink
{
    /// <inheritdoc/>
    public void Take(scoped in LineMembers line, LedgerPlace place) => matches.Add(new LedgerMatch(place, CanonicalEvent.Make(line, place.EventType, place.Number)));

    /// <inheritdoc/>
    public void Take(LedgerRecord record, LedgerPlace place) => matches.Add(new LedgerMatch(place, record.ToEvent(place.Number)));
}

/// <summary>Keeps places.</summary>
internal sealed class PlaceSink(List<LedgerMatch> matches) : IMatchSink
{
    /// <inheritdoc/>
    public void Take(scoped in LineMembers line, LedgerPlace place) => matches.Add(new LedgerMatch(place, null));

    /// <inheritdoc/>
    public void Take(LedgerRecord record, LedgerPlace place) => matches.Add(new LedgerMatch(place, null));
}
