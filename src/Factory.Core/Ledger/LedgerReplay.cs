using Factory.Core.Contracts;
using Factory.Core.Ledger.Reading;

namespace Factory.Core.Ledger;

/// <summary>Rebuilds the states of runs from their events.</summary>
public static class LedgerReplay
{
    /// <summary>The state of every run, in the order in which they first occur.</summary>
    /// <remarks>What came later is decided by position in the ledger, never by a clock.</remarks>
    public static IReadOnlyList<RunState> Replay(IEnumerable<LedgerEvent> events)
    {
        var runs = new RunHistories();
        var at = 0L;
        foreach (var item in events) runs.Add(item, new RunMoment(0, "", at++));
        return runs.ToStates();
    }

    /// <summary>The state of every run of a ledger, in the order of reading, from one parallel pass that makes no events.</summary>
    /// <param name="path">The ledger.</param>
    /// <param name="filter">What is wanted; null for everything.</param>
    /// <param name="strict">Whether the first line that is not a sound line of its schema version ends the reading.</param>
    /// <param name="onProblem">Told about every line that is found to be wrong, in the order of the ledger; not used when strict.</param>
    /// <param name="limits">How much is in memory at once.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FactoryException">The ledger is missing or unreadable; or, when strict, a line is wrong.</exception>
    internal static IReadOnlyList<RunState> Replay(
        string path, LedgerFilter? filter, bool strict, Action<LedgerProblem>? onProblem, ReadingLimits limits, CancellationToken cancellationToken)
    {
        if (filter is { First: not null } or { Last: not null })
            return Replay(LedgerReader.Read(path, filter, strict, onProblem, limits, cancellationToken));
        filter?.RequireKnownNames();
        using var file = new LedgerFile(path);
        var (runs, problems) = new ReplayScan(file, filter ?? LedgerFilter.All, strict, limits).Read(cancellationToken);
        if (strict && problems.Count > 0) throw LedgerReading.Refused(path, problems[0]);
        foreach (var problem in problems) onProblem?.Invoke(problem);
        return runs.ToStates();
    }
}
