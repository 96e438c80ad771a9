namespace Factory.Core.Ledger.Reading;

/// <summary>Where a matching line is, and where it comes in the order of reading.</summary>
/// <param name="UtcTicks">When it happened.</param>
/// <param name="EventType">What happened, in upper case.</param>
/// <param name="Number">Its position, from 1; while a block is looked at, within that block.</param>
/// <param name="Offset">Where its JSON begins in the ledger.</param>
/// <param name="Length">Bytes of its JSON.</param>
internal readonly record struct LedgerPlace(long UtcTicks, string EventType, long Number, long Offset, int Length) : IComparable<LedgerPlace>
{
    /// <summary>Time, then type, then position.</summary>
    public int CompareTo(LedgerPlace other)
    {
        var order = UtcTicks.CompareTo(other.UtcTicks);
        if (order == 0) order = string.CompareOrdinal(EventType, other.EventType);
        return order != 0 ? order : Offset.CompareTo(other.Offset);
    }

    /// <summary>The same, for places whose numbers count from the beginning of the ledger.</summary>
    public int CompareByNumber(LedgerPlace other)
    {
        var order = (this with { Offset = 0 }).CompareTo(other with { Offset = 0 });
        return order != 0 ? order : Number.CompareTo(other.Number);
    }
}

/// <summary>A line that passed the filter.</summary>
/// <param name="Place">Where it is.</param>
/// <param name="Event">Its event, where events were asked for.</param>
internal sealed record LedgerMatch(LedgerPlace Place, Contracts.LedgerEvent? Event);
