using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Factory.Core.Attestation;
using Factory.Core.Attestation.Verification;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Tests.Attestation;

namespace Factory.Core.Tests.Pipeline;

/// <summary>What the ledger recorded of a run decides, and not what the run's own documents say later.</summary>
public sealed class RecordedRunTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("workers", "A_worker", "A_worker, B_worker")]
    [InlineData("kind", "other", "factory")]
    [InlineData("base_ref", "other", "HEAD")]
    [InlineData("base_ref_hash", "PARENT", "BASE")]
    public async Task A_manifest_that_says_something_else_than_the_ledger_is_not_taken_up(string field, string said, string recorded)
    {
        _repository.Commit("second");
        var run = await LaunchAsync();
        (said, recorded) = (said.Replace("PARENT", _repository.Git("rev-parse", "HEAD^").Trim(), StringComparison.Ordinal), recorded.Replace("BASE", _repository.Head, StringComparison.Ordinal));
        Edit(Path.Combine(run.RunDir!, "RUN_MANIFEST.json"), manifest => manifest[field] = field == "workers" ? new JsonArray(said) : said);
        _repository.Git("update-ref", "-d", $"refs/heads/codex/factory/{run.RunId}/B_worker");
        Directory.Delete(Path.Combine(run.RunDir!, "B_worker"), recursive: true);
        var before = Contents();

        var request = _repository.Request with { RunId = run.RunId };
        foreach (var result in new[] { await TestRepository.Pipeline.IntegrateAsync(request, TestContext.Current.CancellationToken), await TestRepository.Pipeline.ValidateAsync(request, TestContext.Current.CancellationToken) })
        {
            Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
            var blocker = Assert.Single(result.Blockers);
            Assert.Equal(BlockerKind.Policy, blocker.Kind);
            Assert.Contains($"RUN_MANIFEST.json says {field} {said}; the ledger recorded {recorded}", blocker.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Contents());
        Assert.Equal("", _repository.Git("for-each-ref", $"refs/heads/codex/factory/{run.RunId}/Z_integrator"));
    }

    [Fact]
    public async Task A_run_whose_beginning_no_ledger_tells_is_not_taken_up()
    {
        var run = await LaunchAsync();
        var ledger = Path.Combine(Path.GetDirectoryName(run.RunDir!)!, LedgerPaths.LedgerName);
        File.WriteAllLines(ledger, File.ReadAllLines(ledger).Where(line => !line.Contains("RUN_START", StringComparison.Ordinal)));
        var result = await TestRepository.Pipeline.IntegrateAsync(_repository.Request with { RunId = run.RunId }, TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy), (result.Status, Assert.Single(result.Blockers).Kind));
    }

    [Fact]
    public async Task A_run_that_is_taken_up_unchanged_goes_on()
    {
        var run = await LaunchAsync("true");
        var result = await TestRepository.Pipeline.IntegrateAsync(_repository.Request with { RunId = run.RunId }, TestContext.Current.CancellationToken);
        Assert.NotNull(result.IntegratedCommit);
    }

    [Fact]
    public async Task A_verification_tells_a_worker_that_the_manifest_and_the_folder_no_longer_know()
    {
        using var run = await AttestedRun.MakeAsync();
        Edit(run.At("RUN_MANIFEST.json"), manifest => manifest["workers"] = new JsonArray("A_worker"));
        Directory.Delete(run.At("B_worker"), recursive: true);
        // As whoever has the key would attest it.
        await new RunAttestation(Path.GetDirectoryName(run.Folder)!, RunId.Parse(run.Result.RunId!)).WriteAsync(["A_worker"], run.Key, new Dictionary<string, string>(), _ => { });
        var result = await RunVerifier.VerifyAsync(new RunVerificationRequest { RunFolder = run.Folder, Key = run.Key.Public }, TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Contains(result.Blockers, blocker => blocker.Message.Contains("says workers A_worker; the ledger recorded A_worker, B_worker", StringComparison.Ordinal));
        Assert.Contains("B_worker/STATUS.json", result.Missing);
    }

    private async Task<RunResult> LaunchAsync(string second = "exit 3")
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"), ("B_worker", "echo b > docs/b.md; " + second));
        return await TestRepository.Pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
    }

    private Dictionary<string, string> Contents() => Directory.EnumerateFiles(Path.Combine(_repository.Root, "tools/codex/runs"), "*", SearchOption.AllDirectories)
        .Where(file => !file.Contains("locks", StringComparison.Ordinal) && !file.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(file => file, file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));

    private static void Edit(string file, Action<JsonNode> change)
    {
        var document = JsonNode.Parse(File.ReadAllText(file))!;
        change(document);
        File.WriteAllText(file, document.ToJsonString());
    }
}
