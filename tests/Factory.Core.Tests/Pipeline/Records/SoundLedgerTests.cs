using System.Text;
using System.Text.Json.Nodes;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Tests.Ledger;

namespace Factory.Core.Tests.Pipeline.Records;

/// <summary>No run goes on, and nothing is sealed, over a ledger that is not what it was.</summary>
public sealed class SoundLedgerTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    private LedgerPaths Paths => new(Path.Combine(_repository.Root, "tools/codex/runs"));

    [Theory]
    [InlineData("\"rc\":0", "\"rc\":1", false)]
    [InlineData("\"rc\":0", "\"rc\":10", false)]
    [InlineData("\"rc\":0", "\"rc\":1", true)]
    public async Task A_run_over_an_old_line_that_was_changed_is_blocked_before_any_worker_starts(string old, string changed, bool isDryRun)
    {
        await RunOnceAsync();
        var lines = File.ReadAllLines(Paths.Ledger);
        lines[2] = lines[2].Replace(old, changed, StringComparison.Ordinal);
        File.WriteAllText(Paths.Ledger, string.Join('\n', lines) + "\n");
        var seal = Seal();

        _repository.Configure(("A_worker", "echo started > ../../../../started"));
        var result = await TestRepository.Pipeline.OneshotAsync(_repository.Request with { IsDryRun = isDryRun }, TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.Policy, Paths.Ledger), (blocker.Kind, blocker.Path));
        Assert.Contains("line 3", blocker.Message, StringComparison.Ordinal);
        Assert.Contains("ledger-verify", blocker.NextAction, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_repository.Root, "started")));
        Assert.Equal("", _repository.Git("for-each-ref", $"refs/heads/codex/factory/{result.RunId}"));
        Assert.Equal(seal, Seal());
        Assert.Null(result.Ledger);
        Assert.Contains("line 3", File.ReadAllText(result.Report!), StringComparison.Ordinal);
        Assert.Equal(LedgerSignatureStatus.Tampered, LedgerVerifier.Verify(Paths.Ledger).Signature.Status);
    }

    [Fact]
    public async Task A_line_that_a_worker_changes_far_from_the_end_blocks_the_run_that_it_works_for()
    {
        TestRepository.RequireUnix();
        await RunOnceAsync();
        using (var folder = new LedgerFolder(Path.GetDirectoryName(Paths.Ledger)!)) folder.AppendMany(300);
        _repository.Configure(("A_worker", $"printf 0 | dd of='{Quoted(Paths.Ledger)}' bs=1 seek=100 conv=notrunc 2>/dev/null; echo a > src/a.txt"));

        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Blocked, result.Status);
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal(BlockerKind.Policy, blocker.Kind);
        Assert.Contains("sound before A_worker ran", blocker.Message, StringComparison.Ordinal);
        Assert.Equal("", _repository.Git("for-each-ref", $"refs/heads/codex/factory/{result.RunId}/Z_integrator"));
        Assert.Equal("a\n", _repository.Git("show", $"codex/factory/{result.RunId}/A_worker:src/a.txt"));
    }

    [Fact]
    public async Task A_run_that_is_taken_up_over_a_changed_ledger_is_blocked_too()
    {
        await RunOnceAsync();
        var pipeline = TestRepository.Pipeline;
        var launched = await pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
        var bytes = File.ReadAllBytes(Paths.Ledger);
        bytes[Encoding.UTF8.GetString(bytes).IndexOf("\"rc\":0", StringComparison.Ordinal) + 5] = (byte)'1';
        File.WriteAllBytes(Paths.Ledger, bytes);
        var seal = Seal();

        var result = await pipeline.IntegrateAsync(_repository.Request with { RunId = launched.RunId }, TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy), (result.Status, Assert.Single(result.Blockers).Kind));
        Assert.Null(result.IntegratedCommit);
        Assert.Equal(seal, Seal());
    }

    [Fact]
    public async Task A_ledger_that_is_cut_while_a_check_runs_is_blocked_and_no_failure_of_factory()
    {
        TestRepository.RequireUnix();
        var config = _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var cut = Path.Combine(_repository.Home, "cut.sh");
        File.WriteAllText(cut, $"truncate -s -100 '{Quoted(Paths.Ledger)}'\n");
        config["integration"] = new JsonObject { ["checks"] = new JsonArray(new JsonObject { ["name"] = "cut", ["command"] = new JsonArray("sh", cut) }) };
        _repository.Save(config);

        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy), (result.Status, result.Blockers[0].Kind));
        Assert.Null(result.IntegratedCommit);
        Assert.Contains("BLOCKED", File.ReadAllText(result.Report!), StringComparison.Ordinal);
    }

    private async Task RunOnceAsync()
    {
        _repository.Configure(("A_worker", "echo first > src/first.txt"));
        Assert.Equal(RunStatus.Pass, (await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Status);
    }

    private string Seal() => string.Concat(((string[])[Paths.Checkpoint, Paths.Digest, Paths.Frontier]).Select(File.ReadAllText));

    private static string Quoted(string path) => path.Replace("'", "'\\''", StringComparison.Ordinal);
}
