using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Reading;

/// <summary>The runs that were met, by name.</summary>
internal sealed class RunHistories : IMatchSink
{
    private const int LongestOnStack = 256;
    private readonly Dictionary<string, RunHistory> _runs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RunHistory>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly Dictionary<string, string?> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?>.AlternateLookup<ReadOnlySpan<char>> _workersByText;
    private byte[] _lastName = [];
    private RunHistory? _last;

    /// <summary>None yet.</summary>
    public RunHistories() => (_byText, _workersByText) = (_runs.GetAlternateLookup<ReadOnlySpan<char>>(), _workers.GetAlternateLookup<ReadOnlySpan<char>>());

    /// <summary>The states, in the order in which the runs first occur.</summary>
    public IReadOnlyList<RunState> ToStates() => [.. _runs.Values.OrderBy(static run => run.First).Select(static run => run.ToState())];

    /// <summary>Joins what another thread met.</summary>
    public void Add(RunHistories other)
    {
        foreach (var (name, run) in other._runs)
            if (!_runs.TryAdd(name, run)) _runs[name].Add(run);
    }

    /// <summary>Takes an event in.</summary>
    /// <param name="item">The event.</param>
    /// <param name="moment">Where it comes in the order of reading.</param>
    public void Add(LedgerEvent item, RunMoment moment)
    {
        var run = Of(item.RunId);
        run.Note(moment, item.LineNumber, item.Timestamp.UtcTicks, item.EventType);
        if (item.Kind is { } kind) run.NoteKind(moment, kind);
        if (Ends(item.EventType, item.SchemaVersion)) run.NoteEnd(item.LineNumber, item.Timestamp.UtcTicks, item.Status, item.Rc);
        if (IsOfWorker(item.EventType)) run.AddWorker(Worker(item.Actor));
        run.AddWorker(item.Details.GetValueOrDefault("worker") is string worker ? Worker(worker) : null);
        if (item.Details.GetValueOrDefault("workers") is not object?[] listed) return;
        foreach (var one in listed)
            run.AddWorker((one is IReadOnlyDictionary<string, object?> fields ? fields.GetValueOrDefault("id") : one) is string name ? Worker(name) : null);
    }

    /// <inheritdoc/>
    public void Take(LedgerRecord record, LedgerPlace place) =>
        Add(record.ToEvent(place.Offset), new RunMoment(place.UtcTicks, place.EventType, place.Offset));

    /// <inheritdoc/>
    public void Take(scoped in CanonicalLine line, LedgerPlace place)
    {
        var run = Of(line.RunId);
        var moment = new RunMoment(place.UtcTicks, place.EventType, place.Offset);
        run.Note(moment, place.Offset, place.UtcTicks, place.EventType);
        if (line.HasKind) run.NoteKind(moment, line.Kind);
        if (Ends(place.EventType, ContractVersion.Schema)) run.NoteEnd(place.Offset, place.UtcTicks, line.HasStatus ? Encoding.UTF8.GetString(line.Status) : null, line.Rc);
        if (IsOfWorker(place.EventType)) run.AddWorker(Worker(line.Actor));
        if (!line.Worker.IsEmpty) run.AddWorker(Worker(line.Worker));
        if (!line.Workers.IsEmpty && line.Workers[0] == '[') AddListed(run, line.Workers);
    }

    private void AddListed(RunHistory run, ReadOnlySpan<byte> workers)
    {
        var reader = new Utf8JsonReader(workers);
        using var list = JsonDocument.ParseValue(ref reader);
        foreach (var item in list.RootElement.EnumerateArray())
        {
            var name = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("id", out var id) ? id : item;
            if (name.ValueKind == JsonValueKind.String) run.AddWorker(Worker(name.GetString()!));
        }
    }

    // The first generation wrote no RUN_END: there the result of the integration was the last word.
    private static bool Ends(string type, int version) =>
        type is "RUN_END" or "ONESHOT_SUMMARY" || (type is "INTEGRATION_RESULT" && version < ContractVersion.Schema);

    private static bool IsOfWorker(string type) => type.StartsWith("WORKER_", StringComparison.Ordinal);

    private RunHistory Of(ReadOnlySpan<byte> name)
    {
        // Most events follow one of their own run.
        if (_last is not null && name.SequenceEqual(_lastName)) return _last;
        Span<char> text = stackalloc char[LongestOnStack];
        _last = name.Length <= LongestOnStack && _byText.TryGetValue(text[..Encoding.UTF8.GetChars(name, text)], out var known) ? known : Of(Encoding.UTF8.GetString(name));
        _lastName = name.ToArray();
        return _last;
    }

    private RunHistory Of(string name)
    {
        if (!_runs.TryGetValue(name, out var run)) _runs.Add(name, run = new RunHistory(name));
        return run;
    }

    private string? Worker(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[LongestOnStack];
        return name.Length <= LongestOnStack && _workersByText.TryGetValue(text[..Encoding.UTF8.GetChars(name, text)], out var known) ? known : Worker(Encoding.UTF8.GetString(name));
    }

    // Null for a name that no worker can have.
    private string? Worker(string name)
    {
        if (!_workers.TryGetValue(name, out var known)) _workers.Add(name, known = WorkerId.TryParse(name, out _) ? name : null);
        return known;
    }
}
