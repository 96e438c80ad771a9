using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger;

public sealed class LedgerReaderTests
{
    private const string Sound = "{\"actor\":\"a\",\"event_type\":\"run_init\",\"run_id\":\"r\",\"ts_utc\":\"2026-01-01T00:00:00Z\"}";

    public static TheoryData<string, string> BadLines() => new()
    {
        { "not JSON", "{\"actor\":" },
        { "not a JSON object", "[1]" },
        { "actor", "{\"actor\":\"a\",\"actor\":\"b\",\"event_type\":\"x\",\"run_id\":\"r\",\"ts_utc\":\"2026-01-01T00:00:00Z\"}" },
        { "k", Sound[..^1] + ",\"details\":{\"k\":1,\"\\u006b\":2}}" },
        { "run_id is missing", "{\"actor\":\"a\",\"event_type\":\"x\",\"ts_utc\":\"2026-01-01T00:00:00Z\"}" },
        { "ts_utc '2026-01-01'", Sound.Replace("2026-01-01T00:00:00Z", "2026-01-01", StringComparison.Ordinal) },
        { "ts_utc '2026-01-01T00:00:00.000'", Sound.Replace("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000", StringComparison.Ordinal) },
        { "rc is not", Sound[..^1] + ",\"rc\":\"0\"}" },
        { "duration_ms is not", Sound[..^1] + ",\"duration_ms\":1.5}" },
        { "hashes.x is not text", Sound[..^1] + ",\"hashes\":{\"x\":1}}" },
        { "file_counts.x is not", Sound[..^1] + ",\"file_counts\":{\"x\":\"1\"}}" },
        { "details is not an object", Sound[..^1] + ",\"details\":[]}" },
        { "empty", "" },
        { "UTF", Sound.Replace("\"a\"", "\"\\ud800\"", StringComparison.Ordinal) },
    };

    [Theory]
    [MemberData(nameof(BadLines))]
    public void A_bad_line_is_reported_with_its_number_and_the_others_are_read(string reason, string line)
    {
        using var folder = new LedgerFolder();
        folder.Bytes = Encoding.UTF8.GetBytes($"{Sound}\n{line}\n{Sound}\n");
        var problems = new List<LedgerProblem>();

        Assert.Equal([1L, 3L], LedgerReader.Read(folder.Paths.Ledger, onProblem: problems.Add).Select(item => item.LineNumber));
        var problem = Assert.Single(problems);
        Assert.Equal((2L, true), (problem.LineNumber, problem.IsSkipped));
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);

        var error = Assert.Throws<FactoryException>(() => LedgerReader.Read(folder.Paths.Ledger, strict: true).ToList());
        Assert.StartsWith($"{folder.Paths.Ledger}:2: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_line_is_reported_whatever_the_filter()
    {
        using var folder = new LedgerFolder();
        folder.Bytes = Encoding.UTF8.GetBytes($"{Sound}\nrubbish\n");
        var problems = new List<LedgerProblem>();
        Assert.Empty(LedgerReader.Read(folder.Paths.Ledger, new LedgerFilter { RunId = "another" }, onProblem: problems.Add));
        Assert.Equal(2, Assert.Single(problems).LineNumber);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_a_problem()
    {
        using var folder = new LedgerFolder();
        folder.Bytes = [.. Encoding.UTF8.GetBytes(Sound[..^1] + ",\"details\":{\"x\":\""), 0xC3, 0x28, .. "\"}}\n"u8];
        Assert.Contains("UTF-8", Assert.Throws<FactoryException>(() => folder.Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CRLF_and_a_byte_order_mark_are_tolerated_and_reported()
    {
        using var folder = new LedgerFolder();
        folder.Bytes = Encoding.UTF8.GetBytes($"\ufeff{Sound}\r\n{Sound}\r\n");
        var problems = new List<LedgerProblem>();
        Assert.Equal([1L, 2L], LedgerReader.Read(folder.Paths.Ledger, onProblem: problems.Add).Select(item => item.LineNumber));
        Assert.Equal([(1L, false), (1L, false), (2L, false)], problems.Select(problem => (problem.LineNumber, problem.IsSkipped)));
        Assert.Throws<FactoryException>(() => folder.Read());
    }

    [Fact]
    public void A_torn_last_line_is_a_problem_and_not_an_event()
    {
        using var folder = new LedgerFolder();
        folder.Bytes = Encoding.UTF8.GetBytes($"{Sound}\n{Sound}");
        var problems = new List<LedgerProblem>();
        Assert.Single(LedgerReader.Read(folder.Paths.Ledger, onProblem: problems.Add));
        Assert.Contains("LF", Assert.Single(problems).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_more_than_16_MiB_is_stepped_over_and_reported()
    {
        using var folder = new LedgerFolder();
        var huge = Sound[..^1] + ",\"details\":{\"x\":\"" + new string('x', 17 << 20) + "\"}}";
        folder.Bytes = Encoding.UTF8.GetBytes($"{Sound}\n{huge}\n{Sound}\n{huge}\n");
        var problems = new List<LedgerProblem>();
        Assert.Equal([1L, 3L], LedgerReader.Read(folder.Paths.Ledger, onProblem: problems.Add).Select(item => item.LineNumber));
        Assert.Equal([2L, 4L], problems.Select(problem => problem.LineNumber));
        Assert.Equal(2, LedgerVerifier.Verify(folder.Paths.Ledger).FirstBadLine);
    }

    [Fact]
    public void A_line_as_long_as_several_blocks_is_read_whole()
    {
        using var folder = new LedgerFolder();
        var text = new string('x', 1_000_000);
        var line = Sound[..^1] + ",\"details\":{\"x\":\"" + text + "\"}}";
        folder.Bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{Sound}\n{line}\n", 3)));
        Assert.Equal([null, text, null, text, null, text], folder.Read().OrderBy(item => item.LineNumber).Select(item => item.Details.GetValueOrDefault("x")));
    }

    [Fact]
    public void A_missing_ledger_is_named()
    {
        using var folder = new LedgerFolder();
        var error = Assert.Throws<FactoryException>(() => folder.Read());
        Assert.Contains(folder.Paths.Ledger, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Blocker.NextAction);
    }

    [Fact]
    public void Events_come_by_time_then_type_then_position()
    {
        using var folder = new LedgerFolder();
        string[] lines =
        [
            Line("run_end", "2026-01-01T00:00:02Z"), Line("RUN_INIT", "2026-01-01T01:00:01+01:00"), Line("run_end", "2026-01-01T00:00:01Z"),
            Line("preflight", "2026-01-01T00:00:01.000Z"), Line("RUN_INIT", "2026-01-01T00:00:01Z"), Line("UNKNOWN_TYPE", "2025-12-31T23:59:59Z"),
        ];
        folder.Bytes = Encoding.UTF8.GetBytes(string.Join("\n", lines) + "\n");
        Assert.Equal([6L, 4L, 3L, 2L, 5L, 1L], folder.Read().Select(item => item.LineNumber));

        static string Line(string type, string time) => Sound.Replace("run_init", type, StringComparison.Ordinal).Replace("2026-01-01T00:00:00Z", time, StringComparison.Ordinal);
    }

    [Fact]
    public void Details_are_plain_values()
    {
        using var folder = new LedgerFolder();
        folder.Bytes = Encoding.UTF8.GetBytes(Sound[..^1] + ",\"details\":{\"a\":1,\"b\":1.0,\"c\":true,\"d\":null,\"e\":\"x\",\"f\":[1,\"y\"],\"g\":{\"h\":18446744073709551616}}}\n");
        var details = folder.Read()[0].Details;
        Assert.Equal([1L, 1.0, true, null, "x"], "abcde".Select(name => details[name.ToString()]));
        Assert.Equal([1L, "y"], Assert.IsType<object?[]>(details["f"]));
        Assert.Equal(18446744073709551616.0, Assert.IsType<Dictionary<string, object?>>(details["g"])["h"]);
    }

    [Fact]
    public void Reading_stops_when_it_is_cancelled()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(3);
        using var source = new CancellationTokenSource();
        var events = LedgerReader.Read(folder.Paths.Ledger, cancellationToken: source.Token).GetEnumerator();
        Assert.True(events.MoveNext());
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => events.MoveNext());
    }
}
