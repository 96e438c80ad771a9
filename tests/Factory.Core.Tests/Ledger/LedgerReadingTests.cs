using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Reading;
using FsCheck;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Ledger;

public sealed class LedgerReadingTests : IDisposable
{
    private const string Type = "WORKER_END";
    private readonly LedgerFolder _folder = new();

    [Property(MaxTest = 200)]
    public void Any_ledger_reads_as_a_simple_reader_reads_it(DoNotSize<int> seed)
    {
        var ledger = Write(seed.Item);
        for (var i = 0; i < 4; i++)
        {
            var (filter, limits) = (ledger.Filter(), ledger.Limits());
            var events = LedgerReader.Read(_folder.Paths.Ledger, filter, false, null, limits, CancellationToken.None);
            Assert.Equal(ledger.Naive(filter).Select(ToText), events.Select(ToText));
        }
    }

    [Property(MaxTest = 100)]
    public void Any_ledger_replays_as_its_events_do(DoNotSize<int> seed)
    {
        var ledger = Write(seed.Item);
        var filter = ledger.Filter();
        var runs = LedgerReplay.Replay(_folder.Paths.Ledger, filter, false, null, ledger.Limits(), CancellationToken.None);
        Assert.Equal(LedgerReplay.Replay(ledger.Naive(filter)).Select(ToText), runs.Select(ToText));
    }

    [Property(MaxTest = 100)]
    public void Without_a_filter_every_bad_line_is_reported_once(DoNotSize<int> seed)
    {
        var ledger = Write(seed.Item);
        var (problems, replayed) = (new List<LedgerProblem>(), new List<LedgerProblem>());
        Assert.NotNull(LedgerReader.Read(_folder.Paths.Ledger, null, false, problems.Add, ledger.Limits(), CancellationToken.None).ToList());
        Assert.NotNull(LedgerReplay.Replay(_folder.Paths.Ledger, null, false, replayed.Add, ledger.Limits(), CancellationToken.None));
        RandomLedger.Naive(ledger.Bytes, out var expected);
        Assert.Equal(expected, problems);
        Assert.Equal(expected, replayed);
    }

    [Property(MaxTest = 200)]
    public void The_line_scanner_takes_only_lines_that_the_general_reader_takes_and_finds_the_same(DoNotSize<int> seed)
    {
        foreach (var line in LedgerFolder.SplitLines(new RandomLedger(seed.Item).Bytes))
        {
            var isRead = LineMembers.TryRead(line, isAscii: false, out var members);
            Assert.Equal(isRead, LineMembers.TryReadFast(line, isAscii: false, out _));
            if (!isRead) continue;
            using var record = LedgerRecord.TryParse(line, out var reason);
            Assert.True(record is not null, reason);
            Assert.Equal(ToText(record.ToEvent(1)), ToText(CanonicalEvent.Make(members, members.EventType!, 1)));
        }
    }

    [Property(MaxTest = 200)]
    public void Lines_are_cut_at_LF_and_called_plain_when_every_byte_is_printable_ASCII_and_no_backslash(DoNotSize<int> seed)
    {
        var bytes = new RandomLedger(seed.Item).Bytes;
        var lines = new PlainLines(bytes);
        var at = 0;
        while (lines.MoveNext())
        {
            var end = Array.IndexOf(bytes, (byte)'\n', at);
            var line = bytes[at..(end < 0 ? bytes.Length : end)];
            Assert.Equal((at, line.Length), (lines.Start, lines.Length));
            Assert.Equal(end >= 0 && !line.Any(value => value is < 0x20 or > 0x7F or (byte)'\\'), lines.IsPlain);
            at += line.Length + 1;
        }

        Assert.True(at >= bytes.Length);
    }

    [Fact]
    public void The_last_events_are_found_without_a_look_at_the_first_lines_where_the_frontier_tells_the_order()
    {
        var problems = WriteLong("{ bad }", Line(0));
        WriteHint();
        Assert.Equal(_folder.Lines.Length, Read(new LedgerFilter { Last = 1 }, problems).Single().LineNumber);
        Assert.Empty(problems);
        Assert.Equal(2, Read(new LedgerFilter { First = 1 }, problems).Single().LineNumber);
        Assert.Equal(1, Assert.Single(problems).LineNumber);
    }

    [Fact]
    public void The_first_events_are_found_without_a_look_at_the_last_lines()
    {
        var problems = WriteLong(Line(0), Line(1));
        _folder.Bytes = [.. _folder.Bytes, .. "{ bad }\n"u8];
        Assert.Equal([1L, 2L], Read(new LedgerFilter { First = 2 }, problems).Select(item => item.LineNumber));
        Assert.Empty(problems);
        Assert.Throws<FactoryException>(() => LedgerReader.Read(_folder.Paths.Ledger, new LedgerFilter { First = 2 }, strict: true).ToList());
    }

    [Fact]
    public void A_line_whose_bytes_rule_out_that_it_passes_is_checked_at_its_ends_only()
    {
        _folder.Bytes = Encoding.UTF8.GetBytes($"{Line(0)}\n{{ bad }}\nrubbish\n");
        var problems = new List<LedgerProblem>();
        Assert.Empty(Read(new LedgerFilter { RunId = "another" }, problems));
        Assert.Equal(3, Assert.Single(problems).LineNumber);
    }

    [Fact]
    public void A_frontier_that_is_wrong_about_the_order_is_said()
    {
        _folder.Bytes = Encoding.UTF8.GetBytes($"{Line(5)}\n{Line(1)}\n{Line(9)}\n");
        WriteHint();
        var problems = new List<LedgerProblem>();
        Assert.Equal(3, Read(LedgerFilter.All, problems).Count());
        Assert.Equal((2L, false), (Assert.Single(problems).LineNumber, problems[0].IsSkipped));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"bytes\":1,\"newest_ts\":\"2026-01-01T00:00:00.000Z\",\"ordered\":true}")]
    [InlineData("{\"bytes\":999999,\"newest_ts\":\"2026-01-01T00:00:00.000Z\",\"ordered\":true}")]
    [InlineData("{\"bytes\":\"1\",\"newest_ts\":1,\"ordered\":true}")]
    [InlineData("{\"bytes\":1.5,\"newest_ts\":\"x\",\"ordered\":true}")]
    [InlineData("{\"ordered\":true}")]
    [InlineData("{\"ordered\":false}")]
    public void A_frontier_that_does_not_fit_is_not_used(string frontier)
    {
        _folder.Bytes = Encoding.UTF8.GetBytes($"{Line(5)}\n{Line(1)}\n");
        File.WriteAllText(HintPath, frontier);
        Assert.Equal([2L, 1L], Read(LedgerFilter.All, []).Select(item => item.LineNumber));
    }

    [Fact]
    public void Lines_that_come_while_the_ledger_is_read_are_left_for_the_next_reader()
    {
        WriteLong(Line(0), Line(1));
        var count = _folder.Lines.Length;
        using var events = Read(LedgerFilter.All, []).GetEnumerator();
        Assert.True(events.MoveNext());
        File.AppendAllText(_folder.Paths.Ledger, Line(99_000) + "\n");
        var rest = 1;
        while (events.MoveNext()) rest++;
        Assert.Equal(count, rest);
    }

    [Fact]
    public void A_ledger_that_becomes_shorter_while_it_is_read_is_an_error_in_words()
    {
        WriteLong(Line(0), Line(1));
        using var events = Read(LedgerFilter.All, []).GetEnumerator();
        Assert.True(events.MoveNext());
        using (var file = new FileStream(_folder.Paths.Ledger, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) file.SetLength(1000);
        var error = Assert.Throws<FactoryException>(() =>
        {
            while (events.MoveNext()) continue;
        });
        Assert.Contains("became shorter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_runs_and_no_file_is_open_once_the_enumerator_is_disposed()
    {
        WriteLong(Line(0), Line(1));
        var running = 0;
        var limits = new ReadingLimits { FirstBlock = 500, Block = 500, Threads = 4 };
        var work = OrderedWork.Run(
            limits.Forward(0, 100_000),
            range =>
            {
                Interlocked.Increment(ref running);
                // Long enough to be under way when the caller stops; nothing tells when that is.
                Thread.Sleep(1);
                Interlocked.Decrement(ref running);
                return range;
            },
            4,
            CancellationToken.None);
        Assert.Equal(3, work.Take(3).Count());
        Assert.Equal(0, running);
        Assert.Single(LedgerReader.Read(_folder.Paths.Ledger, null, false, null, limits, CancellationToken.None).Take(1));
        new FileStream(_folder.Paths.Ledger, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
    }

    [Fact]
    public void Cancelling_ends_a_search_that_finds_nothing()
    {
        WriteLong(Line(0), Line(1));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => LedgerReader.Read(_folder.Paths.Ledger, new LedgerFilter { RunId = "none" }, cancellationToken: source.Token).ToList());
        Assert.ThrowsAny<OperationCanceledException>(() => LedgerQuery.Replay(_folder.Paths.Ledger, cancellationToken: source.Token));
    }

    [Fact]
    public void A_query_that_does_not_verify_says_that_nobody_looked()
    {
        _folder.AppendMany(3);
        _folder.Bytes = LedgerFolder.JoinLines(_folder.Lines[1..]);
        var result = LedgerQuery.Find(_folder.Paths.Ledger, verify: false);
        Assert.Equal((RunStatus.Pass, 2, LedgerSignatureStatus.Unchecked), (result.Status, result.Count, result.Signature.Status));
    }

    public void Dispose() => _folder.Dispose();

    private string HintPath => Path.Combine(_folder.Paths.RunsFolder, "factory_ledger.frontier.json");

    private static string ToText<T>(T value) => Encoding.UTF8.GetString(FactoryJson.Write(value));

    private static string Line(int milliseconds) =>
        $"{{\"actor\":\"a\",\"event_type\":\"{Type}\",\"run_id\":\"r\",\"ts_utc\":\"{new DateTime(2026, 1, 1).AddMilliseconds(milliseconds):yyyy-MM-ddTHH:mm:ss.fff}Z\"}}";

    private RandomLedger Write(int seed)
    {
        var ledger = new RandomLedger(seed);
        _folder.Bytes = ledger.Bytes;
        File.Delete(HintPath);
        if (ledger.Hint() is { } hint) File.WriteAllText(HintPath, hint);
        return ledger;
    }

    private List<LedgerProblem> WriteLong(string first, string second)
    {
        _folder.Bytes = Encoding.UTF8.GetBytes(string.Join('\n', [first, second, .. Enumerable.Range(2, 50_000).Select(Line)]) + "\n");
        return [];
    }

    private void WriteHint() =>
        File.WriteAllText(HintPath, $"{{\"bytes\":{_folder.Bytes.Length},\"newest_ts\":\"2026-01-01T00:00:00.009Z\",\"ordered\":true,\"size\":{_folder.Lines.Length}}}");

    private IEnumerable<LedgerEvent> Read(LedgerFilter filter, List<LedgerProblem> problems) =>
        LedgerReader.Read(_folder.Paths.Ledger, filter, onProblem: problems.Add);
}
