using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Tests.Attestation.Keys;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Attestation.Verification;

public sealed class HostileRunTests(SealedRun sealedRun) : IClassFixture<SealedRun>
{
    [Fact]
    public async Task Pipes_and_links_are_named_and_never_followed()
    {
        TestRepository.RequireUnix();
        var result = await sealedRun.AfterAsync(copy =>
        {
            TestRepository.Run(copy, "mkfifo", "A_worker/pipe");
            File.CreateSymbolicLink(Path.Combine(copy, "B_worker", "link"), "/etc/passwd");
            Directory.CreateSymbolicLink(Path.Combine(copy, "Z_integrator", "loop"), copy);
        });
        Assert.Equal(["A_worker/pipe", "B_worker/link", "Z_integrator/loop"], result.Added);
        Assert.Equal(RunStatus.Blocked, result.Status);
    }

    [Fact]
    public async Task A_pipe_or_a_link_in_a_files_place_is_a_missing_file()
    {
        TestRepository.RequireUnix();
        var copy = sealedRun.Copy();
        foreach (var name in sealedRun.Files.Where(name => !name.StartsWith("attestations/github/", StringComparison.Ordinal) && name != RunAttestation.LedgerProofName))
        {
            var result = await sealedRun.AfterAsync(copy, name, file =>
            {
                File.Delete(file);
                if (name.Length % 2 == 0) TestRepository.Run(copy, "mkfifo", name);
                else File.CreateSymbolicLink(file, sealedRun.Run.At(name));
            });
            Assert.True(result.Status == RunStatus.Blocked, name);
            Assert.Contains(name, result.Missing);
        }
    }

    [Fact]
    public async Task A_bundle_that_is_a_link_to_the_real_one_blocks()
    {
        TestRepository.RequireUnix();
        var result = await sealedRun.AfterAsync(copy =>
        {
            Directory.Delete(Path.Combine(copy, "A_worker"), recursive: true);
            Directory.CreateSymbolicLink(Path.Combine(copy, "A_worker"), sealedRun.Run.At("A_worker"));
        });
        Assert.Equal(["A_worker"], result.Added);
        Assert.Contains("A_worker/DIFF.patch", result.Missing);
    }

    [Fact]
    public async Task A_file_that_was_made_huge_is_not_read()
    {
        var result = await sealedRun.AfterAsync(copy =>
        {
            using var stream = new FileStream(Path.Combine(copy, "A_worker", "SUMMARY.md"), FileMode.Open);
            stream.SetLength(1L << 40);
        });
        Assert.Equal(["A_worker/SUMMARY.md"], result.Changed);
    }

    [Fact]
    public async Task Garbage_in_any_document_gives_a_verdict()
    {
        var copy = sealedRun.Copy();
        foreach (var garbage in (string[])["", "\0", "{", "[[[[", "{\"a\":1,\"a\":2}", "\"\\ud800\"", new string('[', 100_000), "null\n"])
            foreach (var name in sealedRun.Files.Where(name => name.EndsWith(".json", StringComparison.Ordinal) || name.Contains("ttestations", StringComparison.Ordinal) || name.EndsWith(".jsonl", StringComparison.Ordinal)))
                Assert.True((await sealedRun.AfterAsync(copy, name, file => File.WriteAllText(file, garbage))).Status == RunStatus.Blocked, name);
    }

    [Fact]
    public async Task Many_and_deep_names_give_a_verdict()
    {
        var result = await sealedRun.AfterAsync(copy =>
        {
            var deep = Path.Combine(copy, "A_worker", string.Join('/', Enumerable.Repeat("deep", 150)));
            Directory.CreateDirectory(deep);
            File.WriteAllText(Path.Combine(deep, "x"), "");
            for (var i = 0; i < 5000; i++) File.WriteAllBytes(Path.Combine(copy, "B_worker", $"n{i}"), []);
        });
        Assert.Equal((RunStatus.Blocked, 1000), (result.Status, result.Added.Count));
        Assert.Contains("more", result.Checks.Single(check => check.Name == "added_files").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_deeper_than_any_path_give_a_verdict_and_no_attestation()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell that goes deeper than a path can say");
        var copy = sealedRun.Copy();
        // 300 names of 20 letters are longer than a path may be.
        TestRepository.Run(copy, "sh", "-c", "mkdir A_worker/d; cd A_worker/d; i=0; while [ $i -lt 300 ]; do mkdir dddddddddddddddddddd; cd -P dddddddddddddddddddd; i=$((i+1)); done");
        var result = await sealedRun.VerifyAsync(copy);
        var listing = Record.Exception(() => RunTree.List(copy, copy, TestContext.Current.CancellationToken));
        // Nor can .NET delete them.
        TestRepository.Run(copy, "rm", "-rf", "A_worker/d");
        Assert.IsType<FactoryException>(listing);
        Assert.Equal((RunStatus.Blocked, "folder"), (result.Status, Assert.Single(result.Checks).Name));
        Assert.Contains("deep", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("locks/payload.sh")]
    [InlineData("locks/deep/run.lock")]
    [InlineData("locks/run.lock.other")]
    public async Task Only_locks_lie_among_the_locks(string name)
    {
        var result = await sealedRun.AfterAsync(copy =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, name))!);
            foreach (var known in (string[])["run.lock", "run.lock.holder.json", "A_worker.lock"]) File.WriteAllText(Path.Combine(copy, "locks", known), "");
            File.WriteAllText(Path.Combine(copy, name), "x");
        });
        Assert.Equal((RunStatus.Blocked, name), (result.Status, Assert.Single(result.Added)));
    }

    [Fact]
    public async Task An_unknown_empty_folder_is_named_and_a_checkout_is_a_warning()
    {
        Assert.Equal(["C_worker"], (await sealedRun.AfterAsync(copy => Directory.CreateDirectory(Path.Combine(copy, "C_worker", "deeper")))).Added);
        var left = await sealedRun.AfterAsync(copy => Directory.CreateDirectory(Path.Combine(copy, "Z_integrator", "checkout", "src")));
        Assert.Equal(RunStatus.Warn, left.Status);
        Assert.Contains("checkout", left.Checks.Single(check => check.Name == "added_files").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_of_a_stopped_run_is_named_as_what_it_is()
    {
        var name = $"attestations/.report.sha256.{Guid.NewGuid():N}.tmp";
        var result = await sealedRun.AfterAsync(copy => File.WriteAllText(Path.Combine(copy, name), "x"));
        Assert.Equal(name, Assert.Single(result.Added));
        Assert.Contains("a draft left by a run that was stopped", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_huge_file_is_not_hashed_when_no_signed_length_is_there()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere a hole may take room");
        var result = await sealedRun.AfterAsync(copy =>
        {
            File.Delete(Path.Combine(copy, RunAttestation.ProvenanceName));
            using var stream = new FileStream(Path.Combine(copy, "A_worker", "SUMMARY.md"), FileMode.Open);
            stream.SetLength(1L << 40);
        });
        Assert.Contains(result.Blockers, blocker => blocker.Message.Contains("A_worker/SUMMARY.md not hashed: larger than 4 GiB", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_that_are_no_unicode_and_look_alike_block()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere names are Unicode");
        var copy = sealedRun.Copy();
        TestRepository.Run(copy, "sh", "-c", "touch \"$(printf 'A_worker/x\\377')\" \"$(printf 'A_worker/x\\376')\"");
        var result = await sealedRun.VerifyAsync(copy);
        // .NET cannot name them, and so not delete them.
        TestRepository.Run(copy, "sh", "-c", "rm A_worker/x*");
        Assert.Equal((RunStatus.Blocked, "A_worker/x\ufffd"), (result.Status, Assert.Single(result.Added)));
    }

    [Fact]
    public async Task A_folder_that_is_no_run_and_one_that_is_not_there_are_told_apart()
    {
        using var folder = new KeyFolder();
        Assert.Contains("is not the folder of a run", (await Assert.ThrowsAsync<FactoryException>(() => sealedRun.VerifyAsync(folder.Path))).Message, StringComparison.Ordinal);
        Assert.Contains("there is no run folder", (await Assert.ThrowsAsync<FactoryException>(() => sealedRun.VerifyAsync(folder.At("absent")))).Message, StringComparison.Ordinal);
    }
}
