using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>What workers leave in the git folder that decides later merges, or keeps git from working, is told.</summary>
public sealed class SharedLeftoversTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public SharedLeftoversTests() => TestRepository.RequireUnix();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("mkdir -p \"$GIT/rr-cache/0a\"; echo x > \"$GIT/rr-cache/0a/preimage\"; echo evil > \"$GIT/rr-cache/0a/postimage\"", "rr-cache/0a/postimage")]
    [InlineData("echo evil > \"$GIT/rr-cache/known/postimage\"", "rr-cache/known/postimage")]
    [InlineData("mv \"$GIT/rr-cache\" \"$GIT/moved\"; ln -s moved \"$GIT/rr-cache\"", "rr-cache")]
    [InlineData("echo poisoned > \"$GIT/rr-cache/x\"", "rr-cache/x")]
    public async Task A_recorded_resolution_that_a_worker_makes_or_changes_blocks(string script, string path)
    {
        _repository.Write(".git/rr-cache/known/preimage", "a\n");
        _repository.Write(".git/rr-cache/known/postimage", "b\n");
        var result = await RunAsync(script);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path == path);
    }

    [Fact]
    public async Task A_conflict_that_a_worker_only_meets_is_no_finding()
    {
        var result = await RunAsync("mkdir -p \"$GIT/rr-cache/0b\" \"$GIT/rr-cache/known\"; echo x > \"$GIT/rr-cache/0b/preimage\"");
        Assert.Equal([], result.Blockers);
        Assert.Equal([], result.Warnings);
    }

    [Fact]
    public async Task What_a_fetch_into_the_users_checkout_left_is_a_warning()
    {
        var result = await RunAsync("echo evil > \"$GIT/FETCH_HEAD\"");
        Assert.Equal([], result.Blockers);
        Assert.Contains(result.Warnings, warning => warning.Contains("FETCH_HEAD beside HEAD of your checkout was made", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("index.lock")]
    [InlineData("config.lock")]
    [InlineData("HEAD.lock")]
    [InlineData("refs/heads/main.lock")]
    public async Task A_lock_file_that_is_left_behind_is_named(string name)
    {
        var result = await RunAsync($"touch \"$GIT/{name}\"");
        Assert.Contains(result.Warnings, warning => warning.StartsWith($"the lock file .git/{name} was made while workers ran", StringComparison.Ordinal));
        Assert.Equal(RunStatus.Warn, result.Status);
    }

    [Theory]
    [InlineData("gc.log.lock")]
    [InlineData("gc.pid.lock")]
    [InlineData("objects/maintenance.lock")]
    [InlineData("objects/info/commit-graphs/commit-graph-chain.lock")]
    public async Task A_lock_of_gits_own_housekeeping_keeps_nobody_from_working(string name)
    {
        var result = await RunAsync($"mkdir -p \"$(dirname \"$GIT/{name}\")\"; touch \"$GIT/{name}\"");
        Assert.Equal([], result.Warnings);
        Assert.Equal(RunStatus.Pass, result.Status);
    }

    [Fact]
    public async Task A_lock_file_that_was_there_before_or_is_gone_again_is_not()
    {
        _repository.Write(".git/gc.lock", "");
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var result = await RunAsync("touch \"$GIT/index.lock\"; (sleep 0.4; rm \"$GIT/index.lock\") & wait");
        Assert.DoesNotContain(result.Warnings, warning => warning.Contains("lock file", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Processes_that_are_left_running_are_named_up_to_five()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells what they are called");
        var result = await RunAsync("for i in 1 2 3 4 5 6; do sleep 300 >/dev/null 2>&1 & done");
        Assert.Matches(@"\AA_worker: left 6 processes running, stopped by the runner: (sleep \(pid [0-9]+\), ){4}sleep \(pid [0-9]+\) and 1 more\z", Assert.Single(result.Warnings));
    }

    [Fact]
    public async Task Gits_own_housekeeping_runs_before_the_worker_ends_and_leaves_no_process()
    {
        _repository.Git("config", "gc.auto", "1");
        // Enough loose objects for git to tidy up after the commit, and to take its time.
        var result = await RunAsync("parts=$(mktemp -d); seq 1 4000 | split -l 1 -a 4 - \"$parts/\"; ls -d \"$parts\"/* | git hash-object -w --stdin-paths >/dev/null; rm -r \"$parts\"; git add -A; git commit -q -m b");
        Assert.Equal([], result.Blockers);
        Assert.DoesNotContain(result.Warnings, warning => warning.Contains("running", StringComparison.Ordinal) || warning.Contains("lock file", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, "false\nfalse\nmine\n")]
    [InlineData(true, "true\nfalse\nmine\n")]
    public async Task What_a_worker_sets_of_git_in_its_environment_stays_and_has_the_last_word(bool setsItself, string expected)
    {
        var config = _repository.Configure(("A_worker", "for key in gc.autoDetach maintenance.autoDetach factory.own; do git config --get $key; done > src/a.txt"));
        config["workers"]!["definitions"]![0]!["env"] = new System.Text.Json.Nodes.JsonObject
        {
            ["GIT_CONFIG_COUNT"] = setsItself ? "2" : "1",
            ["GIT_CONFIG_KEY_0"] = "factory.own",
            ["GIT_CONFIG_VALUE_0"] = "mine",
            ["GIT_CONFIG_KEY_1"] = "GC.autodetach",
            ["GIT_CONFIG_VALUE_1"] = "true",
        };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Pass, result.Status);
        Assert.Equal(expected, _repository.Git("show", result.IntegratedCommit + ":src/a.txt"));
    }

    [Fact]
    public async Task Changes_that_are_not_committed_are_counted_in_the_report_and_are_no_warning()
    {
        Assert.DoesNotContain("not_seen", File.ReadAllText((await RunAsync("true")).Report!), StringComparison.Ordinal);
        _repository.Write("src/file1.txt", "changed\n");
        _repository.Write("docs/new.md", "untracked\n");
        _repository.Write("src/file2.txt", "staged\n");
        _repository.Git("add", "src/file2.txt");
        var result = await RunAsync("true");
        Assert.Equal(RunStatus.Pass, result.Status);
        Assert.Contains("\nnot_seen:          3 uncommitted changes of your checkout; workers start from the base commit\n", File.ReadAllText(result.Report!), StringComparison.Ordinal);
        var finding = Assert.Single(await Factory.Core.Diagnostics.Doctor.RunAsync(_repository.Request, TestContext.Current.CancellationToken), finding => finding.Name == "checkout");
        Assert.Equal((RunStatus.Pass, "3 changes of your checkout are not committed; workers start from HEAD and do not see them"), (finding.Status, finding.Message));
    }

    private Task<RunResult> RunAsync(string script)
    {
        _repository.Configure(("A_worker", $"GIT='{Path.Combine(_repository.Root, ".git").Replace("'", "'\\''", StringComparison.Ordinal)}'; echo a > src/a.txt; {script}"));
        return _repository.OneshotAsync(TestContext.Current.CancellationToken);
    }
}
