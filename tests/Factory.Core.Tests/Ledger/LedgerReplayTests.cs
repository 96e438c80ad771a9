using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger;

public sealed class LedgerReplayTests
{
    [Fact]
    public void A_run_without_an_end_is_pending()
    {
        var run = ReplayOf((LedgerEventType.RunStart, "PASS", null), (LedgerEventType.IntegrationResult, "PASS", 0));
        Assert.Equal((RunStatus.Pending, false, null), (run.Status, run.IsFinished, run.EndedAt));
    }

    [Fact]
    public void The_end_of_a_run_carries_its_verdict()
    {
        var run = ReplayOf((LedgerEventType.RunStart, null, null), (LedgerEventType.RunEnd, "WARN", 0));
        Assert.Equal((RunStatus.Warn, true, 2L, "RUN_END", "factory"), (run.Status, run.IsFinished, run.Events, run.LastEvent, run.Kind));
        Assert.Equal(TimeSpan.FromSeconds(1), run.EndedAt - run.StartedAt);
    }

    [Fact]
    public void A_run_that_is_integrated_again_is_pending_until_it_ends_again()
    {
        Assert.False(ReplayOf((LedgerEventType.RunStart, null, null), (LedgerEventType.RunEnd, "PASS", 0), (LedgerEventType.IntegrateStart, null, null)).IsFinished);
        Assert.Equal(RunStatus.Blocked, ReplayOf((LedgerEventType.RunEnd, "PASS", 0), (LedgerEventType.IntegrateStart, null, null), (LedgerEventType.RunEnd, "BLOCKED", 2)).Status);
    }

    [Theory]
    [InlineData(null, 0, RunStatus.Fail)]
    [InlineData("splendid", 0, RunStatus.Fail)]
    [InlineData("PENDING", 0, RunStatus.Fail)]
    [InlineData(null, 2, RunStatus.Blocked)]
    [InlineData("pass", 0, RunStatus.Pass)]
    public void An_end_without_a_verdict_is_not_a_pass(string? status, int rc, RunStatus expected) =>
        Assert.Equal(expected, ReplayOf((LedgerEventType.RunEnd, status, rc)).Status);

    [Fact]
    public void A_clock_that_runs_backwards_does_not_undo_the_end()
    {
        using var folder = new LedgerFolder();
        var writer = folder.Writer();
        foreach (var type in (LedgerEventType[])[LedgerEventType.RunStart, LedgerEventType.IntegrateStart, LedgerEventType.RunEnd])
        {
            writer.Append(LedgerFolder.Entry(1, type));
            folder.Clock.Advance(TimeSpan.FromMinutes(-1));
        }

        var run = Assert.Single(LedgerQuery.Replay(folder.Paths.Ledger).Runs);
        Assert.Equal((true, "RUN_END"), (run.IsFinished, run.LastEvent));
    }

    [Fact]
    public void Workers_are_those_that_reported_and_those_that_were_listed()
    {
        using var folder = new LedgerFolder();
        folder.Writer().Append(
        [
            new LedgerEntry(LedgerFolder.Run, LedgerEventType.RunStart, "Z_integrator") { Details = new Dictionary<string, object?> { ["workers"] = new[] { "C_worker", "A_worker" } } },
            new LedgerEntry(LedgerFolder.Run, LedgerEventType.WorkerStart, "B_worker"),
            new LedgerEntry(LedgerFolder.Run, LedgerEventType.LaunchResult, "Z_integrator")
            {
                Details = new Dictionary<string, object?> { ["workers"] = new[] { new Dictionary<string, object?> { ["id"] = WorkerId.Parse("docs") }, new Dictionary<string, object?> { ["id"] = "Z_integrator" } } },
            },
        ]);
        Assert.Equal(["A_worker", "B_worker", "C_worker", "docs"], LedgerQuery.Replay(folder.Paths.Ledger).Runs[0].Workers);
    }

    [Fact]
    public void Results_are_written_with_the_contracts_names()
    {
        using var folder = new LedgerFolder();
        folder.Writer().Append(LedgerFolder.Entry(1, LedgerEventType.RunEnd));

        using var query = JsonDocument.Parse(FactoryJson.Write(LedgerQuery.Find(folder.Paths.Ledger)));
        Assert.Equal(["status", "count", "entries", "signature", "problems"], query.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal("VERIFIED", query.RootElement.GetProperty("signature").GetProperty("status").GetString());
        Assert.Equal("RUN_END", query.RootElement.GetProperty("entries")[0].GetProperty("event_type").GetString());

        using var replay = JsonDocument.Parse(FactoryJson.Write(LedgerQuery.Replay(folder.Paths.Ledger)));
        Assert.Equal(("PASS", "2026-03-01T12:00:00.000Z"), (replay.RootElement.GetProperty("runs")[0].GetProperty("status").GetString(), replay.RootElement.GetProperty("runs")[0].GetProperty("ended_at").GetString()));

        var verification = Encoding.UTF8.GetString(FactoryJson.Write(LedgerVerifier.Verify(folder.Paths.Ledger)));
        foreach (var name in (string[])["status", "events", "root", "first_bad_line", "reason"]) Assert.Contains($"\"{name}\":", verification, StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_over_a_ledger_that_was_tampered_with_is_blocked_and_still_answers()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(3);
        folder.Bytes = LedgerFolder.JoinLines(folder.Lines[1..]);
        var result = LedgerQuery.Find(folder.Paths.Ledger, new LedgerFilter { Last = 1 });
        Assert.Equal((RunStatus.Blocked, 1, LedgerSignatureStatus.Tampered), (result.Status, result.Count, result.Signature.Status));
    }

    private static RunState ReplayOf(params (LedgerEventType Type, string? Status, int? Rc)[] events)
    {
        using var folder = new LedgerFolder();
        var writer = folder.Writer();
        foreach (var (type, status, rc) in events)
        {
            writer.Append(new LedgerEntry(LedgerFolder.Run, type, "Z_integrator") { Rc = rc, Details = new Dictionary<string, object?> { ["status"] = status } });
            folder.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        return Assert.Single(LedgerQuery.Replay(folder.Paths.Ledger).Runs);
    }
}
