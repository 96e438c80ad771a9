using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger;

public sealed class LedgerSampleTests
{
    [Fact]
    public void Two_older_generations_read_as_37_events_without_a_problem()
    {
        var problems = new List<LedgerProblem>();
        var events = LedgerReader.Read(LedgerFolder.Sample, onProblem: problems.Add).ToList();

        Assert.Empty(problems);
        Assert.Equal(37, events.Count);
        Assert.All(events, item => Assert.Equal((1, item.EventType.ToUpperInvariant(), "factory"), (item.SchemaVersion, item.EventType, item.Kind)));
        Assert.Equal(events.OrderBy(item => item.Timestamp).ThenBy(item => item.EventType, StringComparer.Ordinal).ThenBy(item => item.LineNumber), events);
        Assert.Equal(37, LedgerReader.Read(LedgerFolder.Sample, strict: true).Count());
    }

    [Fact]
    public void Fields_that_a_generation_lacks_are_null_or_empty()
    {
        var events = LedgerReader.Read(LedgerFolder.Sample).ToList();
        var first = events[0];
        Assert.Equal((null, null, null), (first.EventId, first.ParentEventId, first.DurationMs));
        Assert.Empty(first.FileCounts);
        Assert.Equal("2026-02-18T11:08:18+00:00", first.TsUtc);
        var report = events.Last(item => item.EventType == "REPORT_WRITTEN");
        Assert.Equal(("77988198656c5a98", null, 0L, 0), (report.EventId, report.ParentEventId, report.DurationMs, report.Rc));
        Assert.Equal(4, report.FileCounts["workers"]);
        var attestations = Assert.IsType<IReadOnlyDictionary<string, object?>>(report.Details["attestations"], exactMatch: false);
        Assert.EndsWith("report.sha256", (string)attestations["report"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_tells_the_state_of_every_run_of_both_generations()
    {
        var runs = LedgerReplay.Replay(LedgerReader.Read(LedgerFolder.Sample)).ToDictionary(run => run.RunId);
        string[] workers = ["A_worker", "B_worker", "C_worker", "D_worker"];

        Assert.Equal(5, runs.Count);
        Assert.Equal(37, runs.Values.Sum(run => run.Events));
        var smoke = runs["factory_smoke_test_20260218_000000_001"];
        Assert.Equal((RunStatus.Pass, true, 20L, "RUN_END"), (smoke.Status, smoke.IsFinished, smoke.Events, smoke.LastEvent));
        Assert.Equal(workers, smoke.Workers);
        Assert.Equal((RunStatus.Pass, true), (runs["factory_20260218_111117_001"].Status, runs["factory_20260218_111117_001"].IsFinished));
        Assert.Equal((RunStatus.Pass, true), (runs["factory_20260218_131510_6339cf02_001"].Status, runs["factory_20260218_131510_6339cf02_001"].IsFinished));
        var open = runs["factory_launch_real_20260218_1113"];
        Assert.Equal((RunStatus.Pending, false, null, "LAUNCH_RESULT", "factory"), (open.Status, open.IsFinished, open.EndedAt, open.LastEvent, open.Kind));
    }
}
