namespace Factory.Core.Ledger.Reading;

/// <summary>Puts any number of places in the order of reading, in bounded memory: beyond a limit sorted parts go to a temporary file.</summary>
/// <param name="limit">How many places are kept in memory.</param>
/// <param name="first">How many are wanted from the beginning, or null.</param>
/// <param name="last">How many are wanted from the end, or null. Without both, all are wanted.</param>
internal sealed class PlaceSorter(int limit, int? first = null, int? last = null) : IDisposable
{
    private readonly List<LedgerPlace> _places = [];
    private readonly long _wanted = first is null && last is null ? long.MaxValue : (long)(first ?? 0) + (last ?? 0);
    private PlaceSpill? _spill;

    /// <summary>Takes a place in.</summary>
    public void Add(LedgerPlace place)
    {
        _places.Add(place);
        if (_places.Count < limit) return;
        _places.Sort();
        if (_wanted <= limit / 2)
        {
            _places.RemoveRange(first ?? 0, _places.Count - (int)_wanted);
            return;
        }

        (_spill ??= new PlaceSpill()).Write(_places);
        _places.Clear();
    }

    /// <summary>The places that are wanted, in order; nothing may be added any more.</summary>
    public IEnumerable<LedgerPlace> Sorted()
    {
        _places.Sort();
        var count = _places.Count + (_spill?.Count ?? 0);
        var head = Math.Min(first ?? (last is null ? count : 0), count);
        var tail = Math.Max(count - (last ?? 0), head);
        var at = 0L;
        foreach (var place in _spill is null ? _places : _spill.Merge(_places))
        {
            if (at < head || at >= tail) yield return place;
            at++;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _spill?.Dispose();
}
