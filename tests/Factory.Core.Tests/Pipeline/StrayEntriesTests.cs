using System.Text.Json.Nodes;
using Factory.Core.Attestation.Verification;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>
/// What a worker leaves in the run's folder that no manifest can name, or that nobody can reach, blocks that worker and nobody
/// else, is kept, and leaves a run that can be attested and verified.
/// </summary>
public sealed class StrayEntriesTests : IDisposable
{
    private const string Deep = "i=0; while [ $i -lt 250 ]; do mkdir eeeeeeeeeeeeeeeeeeeeeeeee; cd -P eeeeeeeeeeeeeeeeeeeeeeeee; i=$((i+1)); done; echo kept > x";
    private readonly TestRepository _repository = new();

    // .NET can neither reach nor name what these tests leave behind.
    public void Dispose()
    {
        if (!OperatingSystem.IsWindows()) TestRepository.Run(Path.GetTempPath(), "rm", "-rf", _repository.Home);
        _repository.Dispose();
    }

    [Theory]
    [InlineData("echo kept > \"$(printf 'a\\nb')\"", "A_worker/a\\u000ab", "line break")]
    [InlineData("echo kept > \"LOGS/$(printf 'a\\rb')\"", "A_worker/LOGS/a\\u000db", "line break")]
    [InlineData("echo kept > \"$(printf 'a\\033[31mb')\"", "A_worker/a\\u001b[31mb", "control character")]
    [InlineData("mkdir -p one/two; echo kept > \"one/two/$(printf 'a\\tb')\"", "A_worker/one/two/a\\u0009b", "control character")]
    [InlineData("mkdir \"$(printf 'a\\nb')\"; cd \"$(printf 'a\\nb')\"; echo kept > \"$(printf 'c\\nd')\"", "A_worker/a\\u000ab", "line break")]
    [InlineData("ln -s /etc \"$(printf 'a\\nb')\"", "A_worker/a\\u000ab", "line break")]
    [InlineData("mkfifo \"$(printf 'a\\nb')\"", "A_worker/a\\u000ab", "line break")]
    [InlineData(Deep, "A_worker/eeeeeeeeeeeeeeeeeeeeeeeee", "deep")]
    [InlineData("cd LOGS; " + Deep, "A_worker/LOGS/eeeeeeeeeeeeeeeeeeeeeeeee", "deep")]
    public async Task An_entry_that_no_manifest_can_name_blocks_its_worker_alone_and_is_kept(string script, string shown, string rule)
    {
        var result = await RunAsync(script);
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.InvalidPath, "A_worker"), (blocker.Kind, blocker.Worker));
        Assert.Contains($"[invalid_path] A_worker {shown}: ", blocker.ToString(), StringComparison.Ordinal);
        Assert.Contains(rule, blocker.Message, StringComparison.Ordinal);
        Assert.Contains("set.aside/A_worker/1", blocker.Message, StringComparison.Ordinal);
        Assert.True(Path.Exists(Aside(result, "1")) || new FileInfo(Aside(result, "1")).LinkTarget is not null);
        Assert.Contains($"1  {shown}  ", File.ReadAllText(Aside(result, "names-1.txt")), StringComparison.Ordinal);
        if (script.Contains("kept", StringComparison.Ordinal)) Assert.Equal("kept\n", TestRepository.Run(result.RunDir!, "sh", "-c", "find set.aside/A_worker/1 -type f -execdir cat {} +"));
        await RequireWholeAsync(result);
    }

    [Fact]
    public async Task Names_that_are_no_text_block_their_worker_alone_even_when_they_read_alike()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems have no such names");
        var result = await RunAsync("echo 1 > \"$(printf 'a\\377b')\"; echo 2 > \"$(printf 'a\\376b')\"; mkdir \"$(printf 'd\\376')\"; echo 3 > \"$(printf 'd\\376/x')\"; echo fine > \"$(printf 'a\\357\\277\\275b')\"");
        Assert.Equal(["A_worker/a\\xfeb", "A_worker/a\\xffb", "A_worker/d\\xfe"], result.Blockers.Select(blocker => blocker.Path));
        Assert.Equal(("2\n", "1\n"), (File.ReadAllText(Aside(result, "1")), File.ReadAllText(Aside(result, "2"))));
        Assert.Equal("fine\n", File.ReadAllText(Path.Combine(result.RunDir!, "A_worker", "a\uFFFDb")));
        await RequireWholeAsync(result);
    }

    [Theory]
    [InlineData("truncate -s 1T core", "A_worker/core", "1,099,511,627,776 bytes")]
    [InlineData("cd LOGS; truncate -s 1T core", "A_worker/LOGS/core", "1,099,511,627,776 bytes")]
    [InlineData("mkdir sub; truncate -s 1T sub/core", "A_worker/sub/core", "1,099,511,627,776 bytes")]
    [InlineData("truncate -s 1T FILES_DECLARED.json", "A_worker/FILES_DECLARED.json", "1,099,511,627,776 bytes")]
    [InlineData("truncate -s 1T SUMMARY.md", "A_worker/SUMMARY.md", "1,099,511,627,776 bytes")]
    [InlineData("truncate -s 1000M core; mkdir one; truncate -s 1000M one/core", "A_worker/one/core", "1,048,576,000 bytes")]
    public async Task A_file_that_takes_too_long_to_read_blocks_its_worker_alone_and_is_kept(string script, string shown, string rule)
    {
        var result = await RunAsync(script);
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.InvalidPath, "A_worker", shown), (blocker.Kind, blocker.Worker, blocker.Path));
        Assert.Contains(rule, blocker.Message, StringComparison.Ordinal);
        Assert.Equal(rule, new FileInfo(Aside(result, "1")).Length.ToString("N0", System.Globalization.CultureInfo.InvariantCulture) + " bytes");
        await RequireWholeAsync(result);
    }

    [Fact]
    public void Reading_files_for_a_manifest_ends_when_that_is_asked_for()
    {
        var file = Path.Combine(_repository.Home, "core");
        using (var stream = File.Create(file)) stream.SetLength(1L << 40);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        Assert.Throws<OperationCanceledException>(() => Factory.Core.Attestation.ChecksumManifest.Digest(_repository.Home, [file], soon.Token));
    }

    [Fact]
    public async Task Of_thousands_of_such_names_a_few_are_named_and_all_are_kept()
    {
        var result = await RunAsync("i=0; while [ $i -lt 2000 ]; do : > \"$(printf 'a\\n%s' $i)\"; i=$((i+1)); done");
        Assert.Equal(6, result.Blockers.Count);
        Assert.Contains("1995 more", result.Blockers[^1].Message, StringComparison.Ordinal);
        Assert.Equal(2000, File.ReadAllLines(Aside(result, "names-1.txt")).Length);
        Assert.Equal(2001, Directory.GetFiles(Path.Combine(result.RunDir!, "set.aside", "A_worker")).Length);
        await RequireWholeAsync(result);
    }

    [Theory]
    [InlineData("cd ..; mkdir stray; cd stray; " + Deep, "stray")]
    [InlineData("cd ..; echo kept > \"$(printf 'a\\nb')\"", "a\nb")]
    [InlineData("cd ..; mkdir -p Z_integrator; cd Z_integrator; " + Deep, "Z_integrator/eeeeeeeeeeeeeeeeeeeeeeeee")]
    [InlineData("cd ..; mkdir -p set.aside/other; echo x > set.aside/other/x", "set.aside/other")]
    public async Task What_lies_beside_the_bundles_blocks_the_run_and_does_not_end_it(string script, string path)
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo a > src/a.txt; cd \"$FACTORY_BUNDLE_DIR\"; " + script), ("B_worker", "echo b > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Worker: null } && blocker.Path == path);
        Assert.NotEqual(RunStatus.Blocked, (await RunVerifier.VerifyAsync(new RunVerificationRequest { RunFolder = result.RunDir! }, TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task What_another_worker_puts_into_a_closed_bundle_does_not_end_the_run()
    {
        TestRepository.RequireUnix();
        var config = _repository.Configure(("A_worker", "echo a > src/a.txt"), ("B_worker", "echo b > src/b.txt; cd \"$FACTORY_BUNDLE_DIR/../A_worker\"; echo x > \"$(printf 'a\\nb')\"; " + Deep));
        config["run"] = new JsonObject { ["max_parallel"] = 1 };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Worker: "B_worker" });
        Assert.NotEqual(RunStatus.Blocked, (await RunVerifier.VerifyAsync(new RunVerificationRequest { RunFolder = result.RunDir! }, TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task A_link_in_place_of_the_folder_for_such_entries_leads_nothing_out()
    {
        var victim = Directory.CreateDirectory(Path.Combine(_repository.Home, "victim")).FullName;
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", $"echo a > src/a.txt; cd \"$FACTORY_BUNDLE_DIR\"; ln -s '{victim}' ../set.aside; echo kept > \"$(printf 'a\\nb')\""), ("B_worker", "echo b > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Empty(Directory.EnumerateFileSystemEntries(victim));
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Worker: "A_worker" });
        Assert.Equal("kept\n", File.ReadAllText(Aside(result, "1")));
    }

    [Fact]
    public async Task A_bundle_brought_from_elsewhere_with_such_names_is_blocked_and_stays_so()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo a > src/a.txt"), ("B_worker", "echo b > src/b.txt"));
        var launched = await TestRepository.Pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
        TestRepository.Run(Path.Combine(launched.RunDir!, "A_worker"), "sh", "-c", "echo kept > \"$(printf 'a\\nb')\"; " + Deep);
        var request = _repository.Request with { RunId = launched.RunId };
        var judged = await TestRepository.Pipeline.ValidateAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(["A_worker/a\nb", "A_worker/eeeeeeeeeeeeeeeeeeeeeeeee"], judged.Blockers.Select(blocker => blocker.Path));
        var integrated = await TestRepository.Pipeline.IntegrateAsync(request, TestContext.Current.CancellationToken);
        Assert.Contains("set.aside/A_worker", Assert.Single(integrated.Blockers).Message, StringComparison.Ordinal);
        await RequireWholeAsync(integrated);
    }

    [Fact]
    public async Task What_nobody_may_read_is_opened_with_a_warning()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "the system's own user may read everything");
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo a > src/a.txt; cd \"$FACTORY_BUNDLE_DIR\"; echo s > s; mkdir d; echo x > d/x; chmod 000 s d; echo mine > SUMMARY.md; chmod 000 SUMMARY.md"), ("B_worker", "echo b > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Warn, result.Status);
        Assert.Contains("A_worker/d/x", File.ReadAllText(Path.Combine(result.RunDir!, "attestations", "bundles.sha256")), StringComparison.Ordinal);
        Assert.Equal("mine\n", File.ReadAllText(Path.Combine(result.RunDir!, "A_worker", "SUMMARY.md")));
    }

    [Fact]
    public async Task What_is_deleted_while_a_run_is_judged_does_not_end_it()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo a > src/a.txt"), ("B_worker", "echo b > src/b.txt"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var churn = Task.Run(() => Churn(Path.Combine(_repository.Root, "tools", "codex", "runs"), stop.Token), CancellationToken.None);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await churn;
        Assert.True(result.Status != RunStatus.Fail, string.Join('\n', result.Blockers));
    }

    private static void Churn(string runs, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var bundle = Directory.Exists(runs) ? Directory.EnumerateDirectories(runs).Select(run => Path.Combine(run, "A_worker")).FirstOrDefault(Directory.Exists) : null;
            if (bundle is null) continue;
            try
            {
                Directory.CreateDirectory(Path.Combine(bundle, "v", "w"));
                File.WriteAllText(Path.Combine(bundle, "v", "w", "x"), "");
                File.WriteAllText(Path.Combine(bundle, "y"), "");
                Directory.Delete(Path.Combine(bundle, "v"), recursive: true);
                File.Delete(Path.Combine(bundle, "y"));
            }
            catch (DirectoryNotFoundException)
            {
                // Before the worker starts the runner sets it aside.
            }
        }
    }

    private static string Aside(RunResult result, string name) => Path.Combine(result.RunDir!, "set.aside", "A_worker", name);

    private async Task<RunResult> RunAsync(string script)
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo a > src/a.txt; cd \"$FACTORY_BUNDLE_DIR\"; " + script), ("B_worker", "echo b > src/b.txt"));
        return await _repository.OneshotAsync(TestContext.Current.CancellationToken);
    }

    // The other worker is as it would be alone, and the record holds.
    private static async Task RequireWholeAsync(RunResult result)
    {
        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        Assert.Equal([RunStatus.Blocked, RunStatus.Pass], result.Workers.Select(worker => worker.Status));
        foreach (var list in (string[])["bundles", "report", "ledger"]) TestRepository.Run(result.RunDir!, "sha256sum", "--strict", "--quiet", "-c", $"attestations/{list}.sha256");
        var verified = await RunVerifier.VerifyAsync(new RunVerificationRequest { RunFolder = result.RunDir! }, TestContext.Current.CancellationToken);
        Assert.Empty(verified.Blockers);
        Assert.Equal(RunStatus.Warn, verified.Status);
        Assert.Contains(verified.Checks, check => check is { Name: "added_files", Status: RunStatus.Pending } && check.Message.Contains("set.aside", StringComparison.Ordinal));
    }
}
