using System.Globalization;
using Factory.Core.Contracts;

namespace Factory.Benchmarks.Comparison;

/// <summary>Both sides must give the same answer: a wrong one is soon given.</summary>
internal static class Agreement
{
    /// <summary>The same events, newest first on the peer's side.</summary>
    public static void OfFilter(IEnumerable<LedgerEvent> ours, IEnumerable<object?[]> theirs) =>
        Require("filter", ours.Select(item => item.EventId), theirs.Select(row => (string?)row[0]).Reverse());

    /// <summary>
    /// The same runs with the same number of events, last time, status and workers. The peer is spared the workers that only
    /// the details of an event name; a run that was cut off early may have such.
    /// </summary>
    public static void OfReplay(IEnumerable<RunState> ours, IEnumerable<object?[]> theirs) => Require(
        "replay",
        ours.Select(run => string.Create(CultureInfo.InvariantCulture, $"{run.RunId} {run.Events} {run.LastEventAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {(run.IsFinished ? run.Status.ToWire() : "")} {(run.IsFinished ? string.Join(',', run.Workers) : "")}")),
        theirs.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row[0]} {row[1]} {row[2]} {Text(row[3])} {(row[3] is string ? string.Join(',', row[9] as IEnumerable<string> ?? []) : "")}")));

    private static string Text(object? value) => value as string ?? "";

    private static void Require(string what, IEnumerable<string?> ours, IEnumerable<string?> theirs)
    {
        var (left, right) = (ours.ToList(), theirs.ToList());
        if (left.SequenceEqual(right)) return;
        var differ = left.Zip(right).FirstOrDefault(pair => pair.First != pair.Second);
        throw new InvalidOperationException($"{what}: {left.Count} answers against the peer's {right.Count}; the first that differ: '{differ.First}' and '{differ.Second}'");
    }
}
