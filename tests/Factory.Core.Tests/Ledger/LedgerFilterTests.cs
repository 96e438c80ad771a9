using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger;

public sealed class LedgerFilterTests : IDisposable
{
    private readonly LedgerFolder _folder = new();
    private readonly DateTimeOffset _start;

    public LedgerFilterTests()
    {
        _start = _folder.Clock.GetUtcNow();
        var writer = _folder.Writer();
        foreach (var entry in (LedgerEntry[])
        [
            Entry(LedgerFolder.Run, LedgerEventType.RunStart, "Z_integrator", null, null, "factory"),
            Entry(LedgerFolder.OtherRun, LedgerEventType.RunStart, "Z_integrator", null, "PENDING", "other"),
            Entry(LedgerFolder.Run, LedgerEventType.WorkerEnd, "A_worker", 2, "BLOCKED", "factory"),
            Entry(LedgerFolder.OtherRun, LedgerEventType.WorkerEnd, "A_worker", 0, "PASS", "other"),
            Entry(LedgerFolder.Run, LedgerEventType.RunEnd, "Z_integrator", 2, "BLOCKED", "factory"),
        ])
        {
            writer.Append(entry);
            _folder.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void No_filter_gives_everything() => AssertLines([1, 2, 3, 4, 5], LedgerFilter.All);

    [Fact]
    public void A_run_id_is_matched_exactly()
    {
        AssertLines([1, 3, 5], new LedgerFilter { RunId = LedgerFolder.Run.Text });
        AssertLines([], new LedgerFilter { RunId = LedgerFolder.Run.Text[..^1] });
    }

    [Fact]
    public void Event_types_are_matched_in_any_case_and_any_of_them_will_do() =>
        AssertLines([3, 4, 5], new LedgerFilter { EventTypes = ["worker_end", "RUN_END"] });

    [Fact]
    public void An_actor_is_matched_exactly() => AssertLines([3, 4], new LedgerFilter { Actor = "A_worker" });

    [Fact]
    public void A_return_code_is_matched_and_a_missing_one_is_not_zero() => AssertLines([4], new LedgerFilter { Rc = 0 });

    [Fact]
    public void Both_ends_of_a_time_span_belong_to_it() =>
        AssertLines([2, 3, 4], new LedgerFilter { Since = _start.AddSeconds(1), Until = _start.AddSeconds(3).ToOffset(TimeSpan.FromHours(5)) });

    [Fact]
    public void A_status_is_matched_in_any_case() => AssertLines([3, 5], new LedgerFilter { Status = "blocked" });

    [Fact]
    public void A_kind_is_matched_exactly() => AssertLines([2, 4], new LedgerFilter { Kind = "other" });

    [Fact]
    public void Every_condition_must_hold() => AssertLines([3], new LedgerFilter { Kind = "factory", Actor = "A_worker", Rc = 2, Status = "BLOCKED" });

    [Fact]
    public void First_and_Last_count_what_the_other_conditions_leave()
    {
        AssertLines([1, 2], new LedgerFilter { First = 2 });
        AssertLines([4, 5], new LedgerFilter { Last = 2 });
        AssertLines([5], new LedgerFilter { Last = 1, RunId = LedgerFolder.Run.Text });
        AssertLines([1, 5], new LedgerFilter { First = 1, Last = 1 });
        AssertLines([1, 2, 3, 4, 5], new LedgerFilter { First = 4, Last = 4 });
        AssertLines([], new LedgerFilter { First = 0 });
        AssertLines([1, 2, 3, 4, 5], new LedgerFilter { Last = 100 });
    }

    [Fact]
    public void A_run_id_spelled_with_escapes_is_found_too()
    {
        _folder.Bytes = [.. "{\"actor\":\"a\",\"event_type\":\"x\",\"run_id\":\"r\\u0031\",\"ts_utc\":\"2026-01-01T00:00:00Z\"}\n"u8];
        AssertLines([1], new LedgerFilter { RunId = "r1" });
        Assert.Equal(1, LedgerSlice.Write(_folder.Paths.Ledger, "r1", Stream.Null));
    }

    [Fact]
    public void A_slice_holds_the_bytes_of_one_run()
    {
        using var slice = new MemoryStream();
        Assert.Equal(2, LedgerSlice.Write(_folder.Paths.Ledger, LedgerFolder.OtherRun.Text, slice));
        Assert.Equal(LedgerFolder.JoinLines([_folder.Lines[1], _folder.Lines[3]]), slice.ToArray());
    }

    public void Dispose() => _folder.Dispose();

    private static LedgerEntry Entry(RunId run, LedgerEventType type, string actor, int? rc, string? status, string kind) =>
        new(run, type, actor) { Rc = rc, Details = new Dictionary<string, object?> { ["status"] = status, ["kind"] = kind } };

    private void AssertLines(long[] lines, LedgerFilter filter) => Assert.Equal(lines, _folder.Read(filter).Select(item => item.LineNumber));
}
