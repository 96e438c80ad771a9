using Factory.Core.Attestation.Verification;
using Factory.Core.Contracts;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Attestation.Verification;

public sealed class HostileRepositoryTests
{
    [Fact]
    public async Task No_command_that_a_repository_configures_is_run_and_a_driver_that_would_take_part_is_a_warning()
    {
        TestRepository.RequireUnix();
        using var run = await AttestedRun.MakeAsync(
            configure: AttestedRun.SharedChangelog,
            workers: [("A_worker", "sed -i 's/^entry 1$/top/' CHANGELOG.md"), ("B_worker", "sed -i 's/^entry 40$/bottom/' CHANGELOG.md")]);
        await run.SealAsync();
        var (root, marker) = (run.Repository.Root, Path.Combine(run.Repository.Home, "marker"));
        var hooks = Directory.CreateDirectory(Path.Combine(run.Repository.Home, "hooks")).FullName;
        await File.WriteAllTextAsync(Path.Combine(root, ".git", "info", "attributes"), "* merge=evil filter=evil diff=evil\n", TestContext.Current.CancellationToken);
        foreach (var name in (string[])["filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "diff.evil.command", "diff.external", "core.fsmonitor", "core.sshCommand", "core.pager"])
            Configure(name, $"touch {marker};");
        Configure("core.hooksPath", hooks);
        // The name alone, which nothing defines, is merged as text.
        Assert.Equal(RunStatus.Pass, (await VerifyAsync()).Status);
        Configure("merge.evil.driver", $"touch {marker}; false");
        Configure("merge.evil.name", "x");
        await RequireWarning("evil");
        await File.WriteAllTextAsync(Path.Combine(root, ".git", "info", "attributes"), "", TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Pass, (await VerifyAsync()).Status);
        Configure("merge.text.driver", $"touch {marker}; false");
        await RequireWarning("text");
        Assert.False(File.Exists(marker));

        async Task RequireWarning(string driver)
        {
            var result = await VerifyAsync();
            Assert.Equal((RunStatus.Warn, RunStatus.Pending), (result.Status, result.Checks[^1].Status));
            Assert.Contains($"a merge driver of the repository ({driver}) takes part", result.Checks[^1].Message, StringComparison.Ordinal);
        }

        void Configure(string name, string value) => TestRepository.Run(root, "git", "config", name, value);
        Task<RunVerification> VerifyAsync() => RunVerifier.VerifyAsync(new RunVerificationRequest { RunFolder = run.Folder, Key = run.Key.Public }, TestContext.Current.CancellationToken);
    }
}
