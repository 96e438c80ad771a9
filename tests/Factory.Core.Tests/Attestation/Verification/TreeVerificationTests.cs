using Factory.Core.Attestation;
using Factory.Core.Attestation.Verification;
using Factory.Core.Contracts;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Attestation.Verification;

public sealed class TreeVerificationTests
{
    [Fact]
    public async Task A_run_whose_shared_file_was_merged_passes_also_from_a_shallow_clone()
    {
        using var run = await AttestedRun.MakeAsync(
            configure: AttestedRun.SharedChangelog,
            workers: [("A_worker", "sed -i 's/^entry 1$/top/' CHANGELOG.md; git add -A; git commit -qm mine; chmod +x src/file1.txt; cp src/file2.txt src/copy.txt"), ("B_worker", "sed -i 's/^entry 40$/bottom/' CHANGELOG.md; rm src/file3.txt")]);
        Assert.Equal(RunStatus.Pass, run.Result.Status);
        await run.SealAsync();
        Assert.Equal(RunStatus.Pass, (await VerifyAsync(run, null)).Status);
        var clone = Path.Combine(run.Repository.Home, "clone");
        TestRepository.Run(run.Repository.Home, "git", "clone", "-q", "--depth", "1", "file://" + run.Repository.Root, clone);
        var shallow = await VerifyAsync(run, clone);
        Assert.All(shallow.Checks, check => Assert.True(check.Status == RunStatus.Pass, check.ToString()));
    }

    [Fact]
    public async Task Trees_that_the_patches_do_not_give_block_even_when_everything_was_signed()
    {
        using var run = await AttestedRun.MakeAsync();
        // Whoever holds the key attests a patch that is not the worker's work.
        var patch = run.At("A_worker/DIFF.patch");
        await File.WriteAllTextAsync(patch, (await File.ReadAllTextAsync(patch, TestContext.Current.CancellationToken)).Replace("+a\n", "+b\n", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await run.RenewAsync();
        await run.SealAsync();
        var result = await VerifyAsync(run, null);
        Assert.Equal(["tree"], result.Checks.Where(check => check.Status == RunStatus.Blocked).Select(check => check.Name));
        Assert.Contains(result.Blockers, blocker => blocker.Path == "A_worker/DIFF.patch");
    }

    [Fact]
    public async Task A_blocked_run_and_a_run_with_links_and_pipes_verify_as_what_they_are()
    {
        TestRepository.RequireUnix();
        using var run = await AttestedRun.MakeAsync(workers: [("A_worker", "echo a > src/a.txt; ln -s /etc/passwd \"$FACTORY_BUNDLE_DIR/LOGS/link\"; mkfifo \"$FACTORY_BUNDLE_DIR/LOGS/p\"; exit 3")]);
        Assert.Equal(RunStatus.Blocked, run.Result.Status);
        await run.SealAsync();
        var result = await VerifyAsync(run, null);
        Assert.All(result.Checks, check => Assert.True(check.Status == RunStatus.Pass, check.ToString()));
        File.Delete(run.At("A_worker/LOGS/p"));
        Assert.Equal(["A_worker/LOGS/p"], (await VerifyAsync(run, null)).Missing);
    }

    [Fact]
    public async Task A_run_that_has_not_ended_says_so_and_lists_nothing_as_added()
    {
        using var repository = new TestRepository();
        repository.Configure(("A_worker", "echo a > src/a.txt"));
        var launched = await TestRepository.Pipeline.LaunchAsync(repository.Request, TestContext.Current.CancellationToken);
        var result = await RunVerifier.VerifyAsync(new RunVerificationRequest { RunFolder = launched.RunDir! }, TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Blocked, 0), (result.Status, result.Added.Count));
        Assert.Contains("has not ended", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_without_provenance_is_checked_as_far_as_it_goes()
    {
        using var repository = new TestRepository();
        repository.Configure(("A_worker", "echo a > src/a.txt"));
        var run = await repository.OneshotAsync(TestContext.Current.CancellationToken);
        foreach (var name in (string[])[RunAttestation.LedgerProofName, RunAttestation.ProvenanceName]) File.Delete(Path.Combine(run.RunDir!, name));
        var request = new RunVerificationRequest { RunFolder = run.RunDir! };
        var result = await RunVerifier.VerifyAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Warn, result.Status);
        Assert.Equal([RunAttestation.LedgerProofName, RunAttestation.ProvenanceName], (await RunVerifier.VerifyAsync(request with { RequireSignature = true }, TestContext.Current.CancellationToken)).Missing);
    }

    private static Task<RunVerification> VerifyAsync(AttestedRun run, string? repository) =>
        RunVerifier.VerifyAsync(new RunVerificationRequest { RunFolder = run.Folder, Key = run.Key.Public, Repository = repository }, TestContext.Current.CancellationToken);
}
