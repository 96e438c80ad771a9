using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>Rebuilds the states of runs from their events.</summary>
public static class LedgerReplay
{
    /// <summary>The state of every run, in the order in which they first occur.</summary>
    /// <remarks>What came later is decided by position in the ledger, never by a clock.</remarks>
    public static IReadOnlyList<RunState> Replay(IEnumerable<LedgerEvent> events)
    {
        var runs = new OrderedDictionary<string, RunHistory>(StringComparer.Ordinal);
        foreach (var item in events)
        {
            if (!runs.TryGetValue(item.RunId, out var run)) runs.Add(item.RunId, run = new RunHistory(item));
            run.Add(item);
        }

        return [.. runs.Values.Select(run => run.ToState())];
    }
}

/// <summary>What is remembered of a run while its events go by.</summary>
internal sealed class RunHistory
{
    private readonly string _runId;
    private readonly SortedSet<string> _workers = new(StringComparer.Ordinal);
    private LedgerEvent _last;
    private LedgerEvent? _begun, _ended;
    private DateTimeOffset _startedAt;
    private string? _kind;
    private long _events;

    /// <summary>Begins with the run's first event, which is still to be added.</summary>
    public RunHistory(LedgerEvent first) => (_runId, _last, _startedAt) = (first.RunId, first, first.Timestamp);

    /// <summary>Takes an event in.</summary>
    public void Add(LedgerEvent item)
    {
        _events++;
        if (item.Timestamp < _startedAt) _startedAt = item.Timestamp;
        _last = Later(_last, item);
        _kind = item.Kind ?? _kind;
        if (Begins(item)) _begun = Later(_begun, item);
        if (Ends(item)) _ended = Later(_ended, item);
        AddWorkers(item);
    }

    /// <summary>The run as it is known now.</summary>
    public RunState ToState()
    {
        var isFinished = _ended is not null && (_begun is null || _begun.LineNumber < _ended.LineNumber);
        var kind = _kind ?? (RunId.TryParse(_runId, out var id) ? id.Kind : null);
        return new RunState(
            _runId, kind, isFinished ? VerdictOf(_ended!) : RunStatus.Pending, isFinished, _startedAt, isFinished ? _ended!.Timestamp : null,
            _events, [.. _workers], _last.EventType, _last.Timestamp);
    }

    private static LedgerEvent Later(LedgerEvent? one, LedgerEvent other) =>
        one is null || other.LineNumber >= one.LineNumber ? other : one;

    private static bool Begins(LedgerEvent item) => item.EventType is "RUN_START" or "RUN_INIT" or "INTEGRATE_START";

    // The first generation wrote no RUN_END: there the result of the integration was the last word.
    private static bool Ends(LedgerEvent item) =>
        item.EventType is "RUN_END" or "ONESHOT_SUMMARY" || (item.EventType is "INTEGRATION_RESULT" && item.SchemaVersion < ContractVersion.Schema);

    // A run that ended without a verdict that can be read has not passed.
    private static RunStatus VerdictOf(LedgerEvent end) =>
        WireEnum<RunStatus>.TryParse(end.Status?.ToUpperInvariant(), out var status) && status != RunStatus.Pending ? status
        : end.Rc == RunStatus.Blocked.ToExitCode() ? RunStatus.Blocked
        : RunStatus.Fail;

    private void AddWorkers(LedgerEvent item)
    {
        if (item.EventType.StartsWith("WORKER_", StringComparison.Ordinal)) AddWorker(item.Actor);
        AddWorker(item.Details.GetValueOrDefault("worker"));
        if (item.Details.GetValueOrDefault("workers") is not object?[] listed) return;
        foreach (var worker in listed) AddWorker(worker is IReadOnlyDictionary<string, object?> fields ? fields.GetValueOrDefault("id") : worker);
    }

    private void AddWorker(object? name)
    {
        if (name is string text && WorkerId.TryParse(text, out _)) _workers.Add(text);
    }
}
