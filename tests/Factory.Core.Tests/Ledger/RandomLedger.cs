using System.Globalization;
using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Reading;

namespace Factory.Core.Tests.Ledger;

/// <summary>Ledgers of every spelling, and a reader so simple that it can be believed.</summary>
internal sealed class RandomLedger
{
    private static readonly string[] Statuses = ["PASS", "BLOCKED", "blocked", "\\u0042LOCKED", "WARN", "odd", "BLOCKED\\\\users"];
    private static readonly string[] Types = ["RUN_START", "RUN_INIT", "WORKER_START", "WORKER_END", "INTEGRATION_RESULT", "RUN_END", "ONESHOT_SUMMARY", "NEW_TYPE"];
    private static readonly string[] Actors = ["A_worker", "Z_integrator", "docs", "h\u00e9", "a/b"];
    private static readonly string[] Kinds = ["factory", "a/b", "q\\\"q"];
    private readonly Random _random;
    private readonly bool _isOrdered;
    private DateTime _time = new(2026, 2, 28, 23, 59, 59, 900, DateTimeKind.Utc);

    public RandomLedger(int seed)
    {
        _random = new Random(seed);
        _isOrdered = _random.Next(3) > 0;
        var text = new StringBuilder(_random.Next(8) == 0 ? "\ufeff" : "");
        var hasBadLines = _random.Next(2) == 0;
        for (var left = _random.Next(60); left > 0; left--) text.Append(Line(hasBadLines)).Append(_random.Next(30) == 0 ? "\r\n" : "\n");
        Bytes = [.. Encoding.UTF8.GetBytes(text.ToString()), .. _random.Next(4) == 0 ? "{\"torn\":"u8 : default];
        if (_random.Next(3) == 0) Damage();
    }

    public byte[] Bytes { get; }

    public LedgerFilter Filter() => new()
    {
        RunId = Maybe(["run_1", "run_2", "none"]),
        EventTypes = Maybe(Types[..^1]) is { } type ? _random.Next(2) == 0 ? [type.ToLowerInvariant()] : [type, "RUN_END"] : [],
        Actor = Maybe(Actors),
        Rc = _random.Next(6) == 0 ? _random.Next(3) : null,
        Since = _random.Next(6) == 0 ? Somewhen() : null,
        Until = _random.Next(6) == 0 ? Somewhen() : null,
        Status = Maybe(["blocked", "PASS", "WARN"]),
        Kind = Maybe(["factory", "a/b", "q\"q"]),
        First = _random.Next(3) == 0 ? _random.Next(8) : null,
        Last = _random.Next(3) == 0 ? _random.Next(8) : null,
    };

    public ReadingLimits Limits() => new()
    {
        FirstBlock = _random.Next(1, 200),
        Block = _random.Next(1, 2000),
        MostPlaces = _random.Next(1, 80),
        MostTies = _random.Next(0, 5),
        Threads = _random.Next(1, 4),
    };

    /// <summary>What the end of a run would have written when the ledger had its first lines only; null when these are out of order.</summary>
    public string? Hint()
    {
        var lines = LedgerFolder.SplitLines(Bytes);
        if (lines.Length == 0) return null;
        var covered = _random.Next(lines.Length) + 1;
        var known = Naive(Bytes, out _).Where(item => item.LineNumber <= covered).ToList();
        if (known.Count == 0 || known.Zip(known.Skip(1)).Any(pair => pair.First.Timestamp > pair.Second.Timestamp)) return null;
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["bytes"] = lines.Take(covered).Sum(line => line.Length + 1),
            ["newest_ts"] = known[^1].TsUtc,
            ["ordered"] = true,
            [_random.Next(2) == 0 ? "lines" : "other"] = covered,
        });
    }

    /// <summary>Every sound line in the order of the file.</summary>
    public static List<LedgerEvent> Naive(byte[] bytes, out List<LedgerProblem> problems)
    {
        var (events, found, number, offset) = (new List<LedgerEvent>(), new List<LedgerProblem>(), 0, 0);
        while (offset < bytes.Length)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', offset);
            var length = (end < 0 ? bytes.Length : end) - offset;
            var text = LedgerLineText.Trim(new LedgerLine(bytes.AsMemory(offset, length), offset, ++number, end >= 0, IsTooLong: false), found.Add);
            offset += length + 1;
            if (text.IsEmpty) continue;
            using var record = LedgerRecord.TryParse(text, out var reason);
            if (record is null) found.Add(new LedgerProblem(number, reason!, IsSkipped: true));
            else events.Add(record.ToEvent(number));
        }

        problems = found;
        return events;
    }

    /// <summary>The events that pass, in the order of reading.</summary>
    public IEnumerable<LedgerEvent> Naive(LedgerFilter filter)
    {
        var events = Naive(Bytes, out _).Where(item => Passes(item, filter))
            .OrderBy(item => item.Timestamp).ThenBy(item => item.EventType, StringComparer.Ordinal).ThenBy(item => item.LineNumber).ToList();
        if (filter.First is null && filter.Last is null) return events;
        var first = Math.Min(filter.First ?? 0, events.Count);
        return events.Take(first).Concat(events.Skip(Math.Max(first, events.Count - (filter.Last ?? 0))));
    }

    private static bool Passes(LedgerEvent item, LedgerFilter filter) =>
        (filter.RunId ?? item.RunId) == item.RunId && (filter.Actor ?? item.Actor) == item.Actor
        && (filter.EventTypes.Count == 0 || filter.EventTypes.Any(type => string.Equals(type, item.EventType, StringComparison.OrdinalIgnoreCase)))
        && (filter.Rc is null || item.Rc == filter.Rc) && !(item.Timestamp < filter.Since) && !(item.Timestamp > filter.Until)
        && (filter.Status is null || string.Equals(filter.Status, item.Status, StringComparison.OrdinalIgnoreCase)) && (filter.Kind is null || filter.Kind == item.Kind);

    // What a disk, a transfer or a curious hand may do: mostly to characters that have a meaning in JSON.
    private void Damage()
    {
        for (var left = _random.Next(1, 6); left > 0 && Bytes.Length > 0; left--)
        {
            var at = _random.Next(Bytes.Length);
            Bytes[at] = _random.Next(3) > 0 ? Pick("\"\\{}[],:0-.eE\n\r \u007f"u8.ToArray()) : (byte)_random.Next(256);
        }
    }

    private byte Pick(byte[] values) => values[_random.Next(values.Length)];

    private string Line(bool mayBeBad)
    {
        _time = _time.AddMilliseconds(_random.Next(3)).AddMilliseconds(!_isOrdered && _random.Next(6) == 0 ? -_random.Next(9) : 0);
        if (mayBeBad && _random.Next(8) == 0) return Pick(["", "rubbish", "{\"half\":", "{}", "[{}]", "{\"run_id\":\"BLOCKED\"}", $"{{\"actor\":\"a\",{Tail()}}}", Canonical().Replace("\"rc\":", "\"rc\":\"x\",\"rd\":", StringComparison.Ordinal), "{\"BLOCKED\" }"]);
        return _random.Next(6) switch
        {
            0 => $"{{\"actor\": \"{Pick(Actors)}\", \"event_type\": \"{Pick(Types).ToLowerInvariant()}\", \"rc\": 0, \"run_id\": \"run_1\", \"ts_utc\": \"{_time:yyyy-MM-ddTHH:mm:ss.fff}+00:00\", \"details\": {{\"status\": \"{Pick(Statuses)}\"}}}}",
            1 => $" {{\"details\":{{\"status\":\"{Pick(Statuses)}\",\"kind\":\"{Pick(Kinds)}\"}},\"actor\":\"\\u0041_worker\",\"event_type\":\"{Pick(Types)}\",\"run_id\":\"run_\\u0031\",{Tail()}}}",
            _ => Canonical(),
        };
    }

    private string Canonical() => string.Create(CultureInfo.InvariantCulture,
        $"{{\"actor\":\"{Pick(Actors)}\",\"details\":{{\"a\":{Pick(["1", "-0", "1.5e3", "[1,{}]", "[\"BLOCKED\"]", "{\"b\":null,\"c\":true}", "\"x\""])},\"kind\":\"{Pick(Kinds)}\",\"status\":{Pick(["null", .. Statuses.Select(status => $"\"{status}\"")])},\"worker\":\"B_worker\",\"workers\":{Pick(["[]", "[\"C_worker\",{\"id\":\"D_worker\"},1]", "7"])}}},\"duration_ms\":{Pick(["null", "12"])},\"event_id\":\"00112233445566{_random.Next(10, 99)}\",\"event_type\":\"{Pick(Types)}\",\"file_counts\":{Pick(["{}", "{\"a\":1}"])},\"hashes\":{Pick(["{}", "{\"prev\":\"00\"}"])},\"parent_event_id\":{Pick(["null", "\"\"", "\"ab\""])},\"rc\":{Pick(["null", "0", "2"])},\"run_id\":\"run_{_random.Next(1, 5)}\",\"schema_version\":2,{Tail()}}}");

    private string Tail() => $"\"ts_utc\":\"{_time:yyyy-MM-ddTHH:mm:ss.fff}Z\"";

    private DateTimeOffset Somewhen() => new DateTimeOffset(2026, 2, 28, 23, 59, 59, 900, TimeSpan.Zero).AddMilliseconds(_random.Next(60));

    private string? Maybe(string[] values) => _random.Next(5) == 0 ? Pick(values) : null;

    private string Pick(string[] values) => values[_random.Next(values.Length)];
}
