using Factory.Core.Attestation.Verification;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Attestation;

public sealed class RenewalTests
{
    [Fact]
    public async Task A_renewal_says_what_differs_from_what_was_attested_before()
    {
        using var run = await AttestedRun.MakeAsync();
        var same = await run.RenewAsync();
        Assert.Equal((0, 0), (same.Changes!.Count, same.Warnings.Count));
        Assert.Contains("it is a renewal, and 0 files differed", await CheckpointMessageAsync(run), StringComparison.Ordinal);
        await File.AppendAllTextAsync(run.At("A_worker/SUMMARY.md"), "more\n", TestContext.Current.CancellationToken);
        File.Delete(run.At("B_worker/SUGGESTIONS.md"));
        await File.WriteAllTextAsync(run.At("B_worker/extra"), "x", TestContext.Current.CancellationToken);
        var other = await run.RenewAsync();
        Assert.Equal(["A_worker/SUMMARY.md"], other.Changed);
        Assert.Equal(["B_worker/SUGGESTIONS.md"], other.Changes!.Missing);
        Assert.Equal(["B_worker/extra"], other.Changes.Added);
        Assert.Equal(3, other.Changes.Count);
        Assert.StartsWith("3 files differ from what was attested before: A_worker/SUMMARY.md, ", Assert.Single(other.Warnings), StringComparison.Ordinal);
        Assert.Contains("it is a renewal, and 3 files differed", await CheckpointMessageAsync(run), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"rc\":0", "\"rc\":7")]
    [InlineData("\"rc\":0", "\"rc\":70")]
    public async Task A_ledger_that_was_changed_is_attested_by_nobody_and_nothing_is_lost(string was, string now)
    {
        using var run = await AttestedRun.MakeAsync();
        var ledger = Path.Combine(Path.GetDirectoryName(run.Folder)!, "factory_ledger.jsonl");
        Change(ledger, was, now);
        var before = Directory.EnumerateFiles(run.Folder, "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllBytes);
        var error = await Assert.ThrowsAsync<FactoryException>(() => run.RenewAsync());
        Assert.Contains("the ledger is not what it was", error.Message, StringComparison.Ordinal);
        Assert.Equal(before.Keys.Order(), Directory.EnumerateFiles(run.Folder, "*", SearchOption.AllDirectories).Order());
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
    }

    [Fact]
    public async Task A_changed_line_of_the_run_s_own_copy_is_known_by_its_id()
    {
        using var run = await AttestedRun.MakeAsync();
        Change(run.At("ledger.jsonl"), "\"rc\":0", "\"rc\":7");
        // Alone: that its digest is another one is told before.
        var findings = new VerificationFindings();
        LedgerExtractCheck.Read(RunContents.Scan(run.Folder, TestContext.Current.CancellationToken), run.Result.RunId, null, findings);
        var check = Assert.Single(findings.ToResult(run.Result.RunId, run.Folder, null, 0).Checks);
        Assert.Equal(RunStatus.Blocked, check.Status);
        Assert.Contains("not the hash of its content", check.Message, StringComparison.Ordinal);
    }

    private static void Change(string file, string was, string now)
    {
        var text = File.ReadAllText(file);
        var at = text.IndexOf(was, StringComparison.Ordinal);
        Assert.True(at > 0);
        File.WriteAllText(file, text.Remove(at, was.Length).Insert(at, now));
    }

    [Fact]
    public async Task A_manifest_that_was_written_anew_over_changed_files_is_named()
    {
        using var run = await AttestedRun.MakeAsync();
        await File.AppendAllTextAsync(run.At("A_worker/SUMMARY.md"), "more\n", TestContext.Current.CancellationToken);
        var manifest = run.At("attestations/bundles.sha256");
        var files = Core.Attestation.ChecksumManifest.Parse(await File.ReadAllBytesAsync(manifest, TestContext.Current.CancellationToken)).Select(file => run.At(file.Name));
        await File.WriteAllBytesAsync(manifest, Core.Attestation.ChecksumManifest.Format(Core.Attestation.ChecksumManifest.Digest(run.Folder, files)), TestContext.Current.CancellationToken);
        Assert.Equal(["attestations/bundles.sha256"], (await run.RenewAsync()).Changed);
    }

    [Fact]
    public async Task Drafts_that_a_stopped_run_left_are_deleted_and_other_files_stay()
    {
        using var run = await AttestedRun.MakeAsync();
        string[] drafts = [$"attestations/.report.sha256.{Guid.NewGuid():N}.tmp", $".RUN_MANIFEST.json.{Guid.NewGuid():N}.tmp", $"A_worker/.STATUS.json.{Guid.NewGuid():N}.tmp", $"Z_integrator/LOGS/.INDEX.json.{Guid.NewGuid():N}.tmp"];
        string[] others = ["A_worker/.STATUS.json.tmp", $"A_worker/.mine.{Guid.NewGuid():N}.tmp"];
        foreach (var name in drafts.Concat(others)) await File.WriteAllTextAsync(run.At(name), "x", TestContext.Current.CancellationToken);
        var result = await run.RenewAsync();
        Assert.DoesNotContain(drafts, name => File.Exists(run.At(name)));
        Assert.All(others, name => Assert.True(File.Exists(run.At(name))));
        Assert.Equal(others, result.Changes!.Added);
        Assert.Equal(RunStatus.Pass, (await VerifyAsync(run)).Status);
    }

    private static async Task<string> CheckpointMessageAsync(AttestedRun run)
    {
        var result = await VerifyAsync(run);
        return result.Checks.Single(check => check.Name == "ledger_checkpoint").Message;
    }

    private static Task<RunVerification> VerifyAsync(AttestedRun run) =>
        RunVerifier.VerifyAsync(new RunVerificationRequest { RunFolder = run.Folder, Key = run.Key.Public }, TestContext.Current.CancellationToken);
}
