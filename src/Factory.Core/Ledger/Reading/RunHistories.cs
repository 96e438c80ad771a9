using System.Runtime.CompilerServices;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Reading;

/// <summary>The runs that were met, by name.</summary>
internal sealed class RunHistories : IMatchSink
{
    private const int LongestOnStack = 256;
    private readonly Dictionary<string, RunHistory> _runs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RunHistory>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly RecentTexts _texts = new(static text => text), _workers = new(Worker);
    private readonly byte[] _lastName = new byte[LongestOnStack];
    private int _lastLength;
    private RunHistory? _last;

    /// <summary>None yet.</summary>
    public RunHistories() => _byText = _runs.GetAlternateLookup<ReadOnlySpan<char>>();

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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Take(scoped in LineMembers line, LedgerPlace place)
    {
        var run = Of(line.RunId);
        var moment = new RunMoment(place.UtcTicks, place.EventType, place.Offset);
        run.Note(moment, place.Offset, place.UtcTicks, place.EventType);
        if (line.HasKind) run.NoteKind(moment, _texts.Of(line.Kind)!);
        if (Ends(place.EventType, ContractVersion.Schema)) run.NoteEnd(place.Offset, place.UtcTicks, line.HasStatus ? _texts.Of(line.Status) : null, line.Rc);
        if (IsOfWorker(place.EventType)) run.AddWorker(_workers.Of(line.Actor));
        if (!line.Worker.IsEmpty) run.AddWorker(_workers.Of(line.Worker));
        if (!line.Workers.IsEmpty && line.Workers[0] == '[') AddListed(run, line.Workers);
    }

    // The form of the list was checked with the line.
    private void AddListed(RunHistory run, ReadOnlySpan<byte> list)
    {
        for (var at = 1; list[at] != ']'; at += list[at] == ',' ? 1 : 0)
        {
            var start = at;
            at = CanonicalText.AfterValue(list, start);
            var name = list[start] == '{' ? IdOf(list[start..at]) : list[start..at];
            if (!name.IsEmpty && name[0] == '"') run.AddWorker(_workers.Of(name[1..^1]));
        }
    }

    private static ReadOnlySpan<byte> IdOf(ReadOnlySpan<byte> fields)
    {
        var (at, from, to) = (1, 0, 0);
        while (fields[at] != '}')
        {
            var start = CanonicalText.AfterKey(fields, at, ref from, ref to);
            at = CanonicalText.AfterValue(fields, start);
            if (fields[from..to].SequenceEqual("id"u8)) return fields[start..at];
            if (fields[at] == ',') at++;
        }

        return default;
    }

    // The first generation wrote no RUN_END: there the result of the integration was the last word.
    private static bool Ends(string type, int version) =>
        type is "RUN_END" or "ONESHOT_SUMMARY" || (type is "INTEGRATION_RESULT" && version < ContractVersion.Schema);

    private static bool IsOfWorker(string type) => type.StartsWith("WORKER_", StringComparison.Ordinal);

    private RunHistory Of(ReadOnlySpan<byte> name)
    {
        // Most events follow one of their own run.
        if (_last is not null && name.SequenceEqual(_lastName.AsSpan(0, _lastLength))) return _last;
        if (name.Length > LongestOnStack) return Of(Encoding.UTF8.GetString(name));
        Span<char> text = stackalloc char[LongestOnStack];
        _last = _byText.TryGetValue(text[..Encoding.UTF8.GetChars(name, text)], out var known) ? known : Of(Encoding.UTF8.GetString(name));
        name.CopyTo(_lastName);
        _lastLength = name.Length;
        return _last;
    }

    private RunHistory Of(string name)
    {
        if (!_runs.TryGetValue(name, out var run)) _runs.Add(name, run = new RunHistory(name));
        return run;
    }

    // Null for a name that no worker can have.
    private static string? Worker(string name) => WorkerId.TryParse(name, out _) ? name : null;
}
