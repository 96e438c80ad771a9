using System.Text;
using System.Text.Json.Nodes;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Tests.Pipeline;

/// <summary>A line that follows the chain, but that the run did not write, is neither believed nor sealed.</summary>
public sealed class ForgedLineTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly string _started, _go;

    public ForgedLineTests()
    {
        TestRepository.RequireUnix();
        (_started, _go) = (Path.Combine(_repository.Home, "started"), Path.Combine(_repository.Home, "go"));
    }

    public void Dispose() => _repository.Dispose();

    private LedgerPaths Paths => new(Path.Combine(_repository.Root, "tools/codex/runs"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // A worker's own way of waiting until the test has appended.
    private string Wait => $"touch '{Quoted(_started)}'; while [ ! -e '{Quoted(_go)}' ]; do sleep 0.02; done";

    [Theory]
    [InlineData("earlier", LedgerEventType.RunEnd, "which had ended before")]
    [InlineData("earlier", LedgerEventType.WorkerEnd, "which had ended before")]
    [InlineData("earlier", LedgerEventType.RunStart, "which had ended before")]
    [InlineData("own", LedgerEventType.WorkerBundleDiscovered, "this run did not write it")]
    [InlineData("own", LedgerEventType.LedgerRecovered, "this run did not write it")]
    [InlineData("wrong id", LedgerEventType.WorkerEnd, "not the hash of its content")]
    public async Task A_chained_line_that_a_worker_appends_blocks_the_run_and_is_not_sealed(string whose, LedgerEventType type, string why)
    {
        var earlier = await RunBlockedAsync();
        var seal = Seal();
        _repository.Configure(("A_worker", Wait + "; echo a > src/a.txt"));
        var running = _repository.OneshotAsync(Stop);
        var line = await AppendMeanwhileAsync(own => whose switch { "own" => own, "earlier" => earlier, _ => "factory_20200101_000000_00000000_001" }, type, isIdWrong: whose == "wrong id");
        var result = await running;

        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.Policy, Paths.Ledger), (blocker.Kind, blocker.Path));
        Assert.Contains($"line {line} ", blocker.Message, StringComparison.Ordinal);
        Assert.Contains(why, blocker.Message, StringComparison.Ordinal);
        Assert.Contains("A_worker", blocker.Message, StringComparison.Ordinal);
        Assert.Null(result.Ledger);
        Assert.Equal(seal, Seal());
        Assert.Equal("", _repository.Git("for-each-ref", $"refs/heads/codex/factory/{result.RunId}/Z_integrator"));
    }

    [Theory]
    [InlineData("earlier", LedgerEventType.AttestationWritten)]
    [InlineData("earlier", LedgerEventType.LedgerRecovered)]
    [InlineData("another", LedgerEventType.RunStart)]
    [InlineData("another", LedgerEventType.RunEnd)]
    public async Task What_Factory_itself_appends_for_other_runs_stands_in_nobody_s_way(string whose, LedgerEventType type)
    {
        var earlier = await RunBlockedAsync();
        _repository.Configure(("A_worker", Wait + "; echo a > src/a.txt"));
        var running = _repository.OneshotAsync(Stop);
        await AppendMeanwhileAsync(_ => whose == "earlier" ? earlier : "factory_20200101_000000_00000000_001", type);
        Assert.Equal(RunStatus.Pass, (await running).Status);
        Assert.Equal(RunStatus.Pass, LedgerVerifier.Verify(Paths.Ledger, cancellationToken: Stop).Status);
    }

    [Fact]
    public async Task A_line_that_is_appended_while_a_check_runs_blocks_the_run_too()
    {
        var earlier = await RunBlockedAsync();
        var seal = Seal();
        var config = _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var check = Path.Combine(_repository.Home, "check.sh");
        File.WriteAllText(check, Wait + "\n");
        config["integration"] = new JsonObject { ["checks"] = new JsonArray(new JsonObject { ["name"] = "waits", ["command"] = new JsonArray("sh", check) }) };
        _repository.Save(config);
        var running = _repository.OneshotAsync(Stop);
        await AppendMeanwhileAsync(_ => earlier, LedgerEventType.RunEnd);
        var result = await running;
        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy), (result.Status, Assert.Single(result.Blockers).Kind));
        Assert.Null(result.IntegratedCommit);
        Assert.Equal(seal, Seal());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_line_that_is_appended_during_a_launch_blocks_the_integration_and_is_not_sealed(bool isOwn)
    {
        var earlier = await RunBlockedAsync();
        var seal = Seal();
        _repository.Configure(("A_worker", Wait + "; echo a > src/a.txt"));
        var running = TestRepository.Pipeline.LaunchAsync(_repository.Request, Stop);
        await AppendMeanwhileAsync(own => isOwn ? own : earlier, isOwn ? LedgerEventType.CheckResult : LedgerEventType.RunEnd);
        var launched = await running;
        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy), (launched.Status, Assert.Single(launched.Blockers).Kind));
        var result = await TestRepository.Pipeline.IntegrateAsync(_repository.Request with { RunId = launched.RunId }, Stop);
        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy), (result.Status, result.Blockers[0].Kind));
        Assert.Equal(seal, Seal());
    }

    [Fact]
    public async Task A_second_record_of_a_bundle_is_not_believed()
    {
        _repository.Configure(("A_worker", "exit 3"));
        var launched = await TestRepository.Pipeline.LaunchAsync(_repository.Request, Stop);
        Append(launched.RunId!, LedgerEventType.WorkerBundleDiscovered, "A_worker");
        var result = await TestRepository.Pipeline.IntegrateAsync(_repository.Request with { RunId = launched.RunId }, Stop);
        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy), (result.Status, Assert.Single(result.Blockers).Kind));
    }

    [Fact]
    public async Task A_verification_tells_a_line_after_the_end_of_its_run()
    {
        var earlier = await RunBlockedAsync();
        Append(earlier, LedgerEventType.RunEnd, "Z_integrator");
        var open = LedgerVerifier.Verify(Paths.Ledger, cancellationToken: Stop);
        Assert.Equal((RunStatus.Blocked, LedgerSignatureStatus.Tampered), (open.Status, open.Signature.Status));
        Assert.Contains($"it is of {earlier}, which had ended before", open.Reason, StringComparison.Ordinal);
        // No run goes on over it, and what a checkpoint covers already is told all the same.
        Assert.Equal(RunStatus.Blocked, (await _repository.OneshotAsync(Stop)).Status);
        using var key = new SigningKey(System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256));
        LedgerSeal.Write(Paths.RunsFolder, key, cancellationToken: Stop);
        var covered = LedgerVerifier.Verify(Paths.Ledger, cancellationToken: Stop);
        Assert.Equal((RunStatus.Warn, LedgerSignatureStatus.Verified), (covered.Status, covered.Signature.Status));
        Assert.Contains("which had ended before", covered.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verification_computes_the_ids_beyond_the_checkpoint_though_the_chain_holds()
    {
        await RunBlockedAsync();
        var line = Append("factory_20200101_000000_00000000_001", LedgerEventType.WorkerEnd, "A_worker", isIdWrong: true);
        Append("factory_20200101_000000_00000000_001", LedgerEventType.WorkerEnd, "A_worker");
        var result = LedgerVerifier.Verify(Paths.Ledger, cancellationToken: Stop);
        Assert.Equal((RunStatus.Blocked, line, 1L), (result.Status, result.FirstBadLine, result.BadLines));
        Assert.Contains("not the hash of its content", result.Reason, StringComparison.Ordinal);
    }

    private async Task<string> RunBlockedAsync()
    {
        _repository.Configure(("A_worker", "exit 1"));
        var result = await _repository.OneshotAsync(Stop);
        Assert.Equal(RunStatus.Blocked, result.Status);
        return result.RunId!;
    }

    private async Task<int> AppendMeanwhileAsync(Func<string, string> run, LedgerEventType type, bool isIdWrong = false)
    {
        while (!File.Exists(_started)) await Task.Delay(20, Stop);
        var own = JsonNode.Parse(File.ReadLines(Paths.Ledger).Last())!["run_id"]!.GetValue<string>();
        var line = Append(run(own), type, "A_worker", isIdWrong);
        await File.WriteAllTextAsync(_go, "", Stop);
        return line;
    }

    // What a worker can write that has read how Factory does.
    private int Append(string run, LedgerEventType type, string actor, bool isIdWrong = false)
    {
        using (var writer = new LedgerWriter(Paths.RunsFolder, TimeProvider.System))
            writer.Append(new LedgerEntry(RunId.Parse(run), type, actor) { Rc = 0, Details = new Dictionary<string, object?> { ["status"] = "PASS", ["kind"] = "factory" } }, Stop);
        var lines = File.ReadAllLines(Paths.Ledger);
        if (isIdWrong)
        {
            lines[^1] = lines[^1].Replace($"\"event_id\":\"{JsonNode.Parse(lines[^1])!["event_id"]}\"", "\"event_id\":\"0123456789abcdef\"", StringComparison.Ordinal);
            File.WriteAllText(Paths.Ledger, string.Join('\n', lines) + "\n", new UTF8Encoding(false));
        }

        return lines.Length;
    }

    private string Seal() => string.Concat(((string[])[Paths.Checkpoint, Paths.Digest, Paths.Frontier]).Select(File.ReadAllText));

    private static string Quoted(string path) => path.Replace("'", "'\\''", StringComparison.Ordinal);
}
