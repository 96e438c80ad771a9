using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Reading;

/// <summary>The events of one time, until the last of them is known and they can be put in order. Very many are kept as places only.</summary>
internal sealed class TieGroup(int mostEvents, int mostPlaces) : IDisposable
{
    private readonly List<LedgerMatch> _matches = [];
    private PlaceSorter? _sorter;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Their time.</summary>
    public long UtcTicks { get; private set; }

    /// <summary>Takes one in.</summary>
    public void Add(LedgerMatch match)
    {
        (IsEmpty, UtcTicks) = (false, match.Place.UtcTicks);
        if (_sorter is not null)
        {
            _sorter.Add(match.Place);
            return;
        }

        _matches.Add(match);
        if (_matches.Count <= mostEvents) return;
        _sorter = new PlaceSorter(mostPlaces);
        foreach (var kept in _matches) _sorter.Add(kept.Place);
        _matches.Clear();
    }

    /// <summary>The events in order, and begins anew; null when only their places were kept.</summary>
    public IReadOnlyList<LedgerEvent>? TakeEvents()
    {
        if (_sorter is not null) return null;
        if (_matches.Count > 1) _matches.Sort(static (left, right) => left.Place.CompareTo(right.Place));
        var events = _matches.ConvertAll(static match => match.Event!);
        _matches.Clear();
        IsEmpty = true;
        return events;
    }

    /// <summary>The places in order, and begins anew.</summary>
    public IEnumerable<LedgerPlace> TakePlaces()
    {
        using var sorter = _sorter!;
        (_sorter, IsEmpty) = (null, true);
        foreach (var place in sorter.Sorted()) yield return place;
    }

    /// <inheritdoc/>
    public void Dispose() => _sorter?.Dispose();
}
