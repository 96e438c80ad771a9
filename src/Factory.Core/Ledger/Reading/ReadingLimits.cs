namespace Factory.Core.Ledger.Reading;

/// <summary>How much of a ledger is in memory at once. The events do not depend on it; tests make it tiny.</summary>
internal sealed record ReadingLimits
{
    /// <summary>What reading uses.</summary>
    public static ReadingLimits Default { get; } = new();

    /// <summary>Bytes of the first block, which is small so that the first event comes at once.</summary>
    public int FirstBlock { get; init; } = 16 * 1024;

    /// <summary>Bytes of every later block: few enough to stay in a core's own cache.</summary>
    public int Block { get; init; } = 512 * 1024;

    /// <summary>How many places are sorted in memory; more go to a temporary file.</summary>
    public int MostPlaces { get; init; } = 1 << 20;

    /// <summary>How many events of one time are kept while they are put in order.</summary>
    public int MostTies { get; init; } = 1 << 14;

    /// <summary>
    /// Whether the frontier beside the ledger may say that it is in order. It is not signed, so an answer that is given
    /// beside a verification does without it.
    /// </summary>
    public bool BelievesHint { get; init; } = true;

    /// <summary>How many threads work.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The blocks of a part of a ledger, from its beginning: each four times the one before, up to the full size.</summary>
    public IEnumerable<LedgerRange> Forward(long start, long end)
    {
        for (long size = FirstBlock; start < end; size = Math.Min(size * 4, Block))
        {
            var next = Math.Min(start + size, end);
            yield return new LedgerRange(start, next);
            start = next;
        }
    }

    /// <summary>The blocks of a part of a ledger, from its end.</summary>
    public IEnumerable<LedgerRange> Backward(long end)
    {
        for (long size = FirstBlock; end > 0; size = Math.Min(size * 4, Block))
        {
            var next = Math.Max(end - size, 0);
            yield return new LedgerRange(next, end);
            end = next;
        }
    }
}
