using Factory.Core.Attestation;
using Factory.Core.Attestation.Verification;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Attestation;

/// <summary>A verdict that the ledger recorded stays that verdict, whatever the run's documents say later.</summary>
public sealed class RecordedVerdictTests
{
    private const string Commit = "0123456789012345678901234567890123456789";

    [Theory]
    [InlineData("RUN_MANIFEST.json", "\"BLOCKED\"", "\"PASS\"", "RUN_MANIFEST.json says status PASS; the ledger recorded BLOCKED")]
    [InlineData("Z_integrator/STATUS.json", "\"BLOCKED\"", "\"PASS\"", "Z_integrator/STATUS.json says status PASS; the ledger recorded BLOCKED")]
    [InlineData("B_worker/STATUS.json", "\"BLOCKED\"", "\"PASS\"", "B_worker/STATUS.json says status PASS; the ledger recorded BLOCKED")]
    [InlineData("Z_integrator/FINAL_REPORT.txt", "integrated_commit: none", "integrated_commit: " + Commit, "Z_integrator/FINAL_REPORT.txt says integrated_commit " + Commit + "; the ledger recorded none")]
    [InlineData("Z_integrator/FINAL_REPORT.txt", "BLOCKED", "PASS", "Z_integrator/FINAL_REPORT.txt says sha256 ")]
    public async Task A_document_that_turns_the_verdict_is_attested_by_nobody_and_verifies_for_nobody(string file, string was, string now, string said)
    {
        using var run = await AttestedRun.MakeAsync(null, null, ("A_worker", "echo a > src/a.txt"), ("B_worker", "exit 3"));
        Assert.Equal(RunStatus.Blocked, run.Result.Status);
        await run.RenewAsync();
        var text = await File.ReadAllTextAsync(run.At(file), TestContext.Current.CancellationToken);
        Assert.Contains(was, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(run.At(file), text.Replace(was, now, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var runs = Path.GetDirectoryName(run.Folder)!;
        var before = Directory.EnumerateFiles(runs, "*", SearchOption.AllDirectories).Where(IsKept).ToDictionary(one => one, File.ReadAllBytes);

        var error = await Assert.ThrowsAsync<FactoryException>(() => run.RenewAsync());
        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy), (error.Status, error.Blocker.Kind));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Equal(before.Keys.Order(), Directory.EnumerateFiles(runs, "*", SearchOption.AllDirectories).Where(IsKept).Order());
        Assert.All(before, one => Assert.Equal(one.Value, File.ReadAllBytes(one.Key)));

        // As whoever has the key would attest it all the same.
        await new RunAttestation(runs, RunId.Parse(run.Result.RunId!)).WriteAsync(["A_worker", "B_worker"], run.Key, new Dictionary<string, string>(), _ => { });
        var verified = await RunVerifier.VerifyAsync(new RunVerificationRequest { RunFolder = run.Folder, Key = run.Key.Public }, TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, verified.Status);
        Assert.Contains(verified.Checks, check => check is { Name: "recorded", Status: RunStatus.Blocked });
        Assert.Contains(verified.Blockers, blocker => blocker.Message.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_documents_together_turn_nothing_either()
    {
        using var run = await AttestedRun.MakeAsync(null, null, ("A_worker", "echo a > src/a.txt"), ("B_worker", "exit 3"));
        foreach (var file in Directory.EnumerateFiles(run.Folder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is "RUN_MANIFEST.json" or "STATUS.json" or "FINAL_REPORT.txt"))
            await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("BLOCKED", "PASS", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.Contains("the ledger recorded BLOCKED", (await Assert.ThrowsAsync<FactoryException>(() => run.RenewAsync())).Message, StringComparison.Ordinal);
    }

    private static bool IsKept(string file) => !file.EndsWith(".lock", StringComparison.Ordinal) && !file.Contains(".holder", StringComparison.Ordinal);
}
