using Factory.Core.Contracts;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Attestation;

public sealed class PipesInRunsTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task A_run_whose_worker_leaves_pipes_ends_and_its_checksums_verify()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes are told apart on Linux only");
        _repository.Configure(("A_worker", "echo x > src/x.txt; mkfifo \"$FACTORY_BUNDLE_DIR/SUMMARY.md\" \"$FACTORY_BUNDLE_DIR/LOGS/p\""));
        var result = await Task.Run(() => _repository.OneshotAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Warn, result.Status);
        Assert.Contains("SUMMARY.md was ignored", Assert.Single(result.Warnings), StringComparison.Ordinal);
        var listed = await File.ReadAllTextAsync(Path.Combine(result.RunDir!, "attestations", "bundles.sha256"), TestContext.Current.CancellationToken);
        Assert.Contains("  A_worker/SUMMARY.md\n", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("A_worker/LOGS/p\n", listed, StringComparison.Ordinal);
        TestRepository.Run(result.RunDir!, "sha256sum", "--strict", "--quiet", "-c", "attestations/bundles.sha256");
    }
}
