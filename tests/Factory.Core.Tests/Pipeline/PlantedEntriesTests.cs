using System.Text.Json.Nodes;
using Factory.Core.Attestation.Verification;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>What a worker puts into the run's own folders is set aside and blocks the run; what is left verifies.</summary>
public sealed class PlantedEntriesTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("echo x > ../APPROVED.txt", "APPROVED.txt")]
    [InlineData("mkdir ../C_worker; echo x > ../C_worker/STATUS.json", "C_worker")]
    [InlineData("mkdir -p ../Z_integrator; echo approved > ../Z_integrator/SIGNOFF.md", "Z_integrator/SIGNOFF.md")]
    [InlineData("mkdir -p ../Z_integrator/LOGS; echo x > ../Z_integrator/LOGS/escapes.diff", "Z_integrator/LOGS/escapes.diff")]
    [InlineData("echo x > ../locks/note", "locks/note")]
    [InlineData("mkdir ../attestations; echo x > ../attestations/bundles.sha256", "attestations")]
    [InlineData("ln -s /etc ../etc", "etc")]
    [InlineData("echo '{}' > ../RUN_INPUTS.json", "RUN_INPUTS.json")]
    [InlineData("rm ../RUN_INPUTS.json", "RUN_INPUTS.json")]
    [InlineData("sed -i 's/\"B_worker\"/\"C_worker\"/' ../RUN_MANIFEST.json", "RUN_MANIFEST.json")]
    public async Task What_the_runner_did_not_make_is_set_aside_and_blocks_the_run(string script, string path)
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo a > src/a.txt; cd \"$FACTORY_BUNDLE_DIR\"; " + script), ("B_worker", "echo b > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.Escape, path), (blocker.Kind, blocker.Path));
        Assert.Contains("A_worker", blocker.Message, StringComparison.Ordinal);
        if (!script.StartsWith("rm ", StringComparison.Ordinal)) Assert.Contains("set.aside/Z_integrator/1", blocker.Message, StringComparison.Ordinal);
        Assert.Equal("", _repository.Git("for-each-ref", $"refs/heads/codex/factory/{result.RunId}/Z_integrator"));
        Assert.DoesNotContain("SIGNOFF", File.ReadAllText(Path.Combine(result.RunDir!, "attestations/report.sha256")), StringComparison.Ordinal);
        var verified = await RunVerifier.VerifyAsync(new RunVerificationRequest { RunFolder = result.RunDir! }, TestContext.Current.CancellationToken);
        Assert.Empty(verified.Blockers);
    }

    [Fact]
    public async Task What_lies_in_the_bundle_of_a_worker_that_has_not_started_is_not_taken_for_its_own()
    {
        TestRepository.RequireUnix();
        var config = _repository.Configure(("A_worker", "echo a > src/a.txt; cd \"$FACTORY_BUNDLE_DIR/../B_worker\"; echo forged > SUMMARY.md; echo forged > LOGS/command.stdout.log"), ("B_worker", "echo b > src/b.txt"));
        config["run"] = new JsonObject { ["max_parallel"] = 1 };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Equal(["B_worker/LOGS/command.stdout.log", "B_worker/SUMMARY.md"], result.Blockers.Where(blocker => blocker is { Kind: BlockerKind.Escape, Worker: "A_worker" }).Select(blocker => blocker.Path!).Order(StringComparer.Ordinal));
        Assert.Equal(RunStatus.Pass, result.Workers.Single(worker => worker.Id == "B_worker").Status);
        Assert.DoesNotContain("forged", File.ReadAllText(Path.Combine(result.RunDir!, "B_worker/SUMMARY.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inputs_that_were_changed_since_are_found_before_the_integration()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var launched = await TestRepository.Pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
        File.AppendAllText(Path.Combine(launched.RunDir!, "RUN_INPUTS.json"), " ");
        var result = await TestRepository.Pipeline.IntegrateAsync(_repository.Request with { RunId = launched.RunId }, TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy), (result.Status, Assert.Single(result.Blockers).Kind));
        Assert.Contains("RUN_INPUTS.json says sha256", result.Blockers[0].Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(launched.RunDir!, "Z_integrator")));
    }
}
