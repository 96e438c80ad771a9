using System.Diagnostics;
using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

public sealed class FaultTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(140)]
    [InlineData(160)]
    [InlineData(180)]
    [InlineData(200)]
    [InlineData(220)]
    public async Task A_disk_that_fills_up_fails_the_run_moves_no_branch_and_leaves_no_file_that_says_pass(int kilobytes)
    {
        using var disk = SmallDisk.Mount($"{kilobytes}k");
        ConfigureRunsFolder(disk.Folder, "seq 1 3000 > src/file1.txt");

        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);

        var branches = _repository.Git("for-each-ref", "--format=%(refname)", "refs/heads/codex");
        if (result.Status == RunStatus.Pass)
        {
            Assert.Contains("Z_integrator", branches, StringComparison.Ordinal);
            Assert.InRange(kilobytes, 101, 220);
            return;
        }

        Assert.Equal((RunStatus.Fail, 1), (result.Status, result.ExitCode));
        Assert.Contains("space", result.Blockers[0].Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Z_integrator", branches, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(disk.Folder, "*", SearchOption.AllDirectories).Where(file => file.Contains("Z_integrator", StringComparison.Ordinal)))
            Assert.DoesNotContain("PASS", File.ReadLines(file).Take(10).Where(line => line.Contains("status", StringComparison.Ordinal)).DefaultIfEmpty("").First(), StringComparison.Ordinal);
        if (branches.Contains("A_worker", StringComparison.Ordinal)) Assert.Contains("3000\n", _repository.Git("show", branches.Trim().Split('\n')[0] + ":src/file1.txt"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_full_disk_says_of_each_worker_where_its_work_is(bool isFirstKept)
    {
        using var disk = SmallDisk.Mount("12m");
        using var repository = new TestRepository("full", disk.Folder);
        // The second fills the disk when the first is captured, or before.
        const string Captured = "while ! git for-each-ref --format='%(refname)' | grep -q A_worker; do sleep 0.05; done; ";
        repository.Configure(("A_worker", isFirstKept ? "echo a > src/a.txt" : "while ! [ -e ../B_worker/full ]; do sleep 0.05; done; : > src/a.txt"), ("B_worker", (isFirstKept ? Captured : "") + "head -c 20000000 /dev/urandom > big.bin || : > full"));
        var result = await repository.OneshotAsync(TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Fail, result.Status);
        var blocker = Assert.Single(result.Blockers, blocker => blocker.Worker is null);
        Assert.Equal(BlockerKind.Config, blocker.Kind);
        var branch = $"codex/factory/{result.RunId}/A_worker";
        Assert.Equal(isFirstKept, repository.Git("for-each-ref").Contains(branch, StringComparison.Ordinal));
        Assert.Contains(isFirstKept ? $"the work of A_worker is on branch {branch}" : "the work of A_worker is on no branch, but in its worktree tools/codex/worktrees/A_worker", blocker.NextAction, StringComparison.Ordinal);
        Assert.Contains("the work of B_worker is on no branch, but in its worktree tools/codex/worktrees/B_worker", blocker.NextAction, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(repository.Root, "tools/codex/worktrees/B_worker/big.bin")));
    }

    [Fact]
    public async Task A_disk_that_is_full_before_a_worker_started_says_so()
    {
        using var disk = SmallDisk.Mount("8k");
        ConfigureRunsFolder(disk.Folder, "echo a > src/a.txt");
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Fail, result.Status);
        Assert.Equal(BlockerKind.Config, result.Blockers[0].Kind);
        Assert.Contains("no worker had started", result.Blockers[0].NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_runs_folder_is_refused_with_the_way_out()
    {
        using var disk = SmallDisk.Mount("1m");
        disk.Remount("ro");
        ConfigureRunsFolder(disk.Folder, "true");
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("cannot be written", result.Blockers[0].Message, StringComparison.Ordinal);
        Assert.Contains("paths.runs_dir", result.Blockers[0].NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_stops_its_workers_and_keeps_what_they_did()
    {
        _repository.Configure(("A_worker", "echo half > src/half.txt; sleep 300"), ("B_worker", "echo whole > src/whole.txt"));
        using var cancel = new CancellationTokenSource();
        var running = _repository.OneshotAsync(cancel.Token);
        while (!File.Exists(Path.Combine(_repository.Root, "tools/codex/worktrees/A_worker/src/half.txt"))) await Task.Delay(20, TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        var watch = Stopwatch.StartNew();
        var result = await running;
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Null(result.IntegratedCommit);
        Assert.Equal("half\n", _repository.Git("show", $"{result.Workers[0].Branch}:src/half.txt"));
        Assert.Contains($"status:            {result.Status.ToWire()}", File.ReadAllText(result.Report!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_person_leaves_in_a_reused_worktree_is_rescued_before_it_is_reset()
    {
        _repository.Configure(("A_worker", "mkdir -p ignored; echo cache > ignored/cache; echo a > src/a.txt"));
        await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        var worktree = Path.Combine(_repository.Root, "tools/codex/worktrees/A_worker");
        File.WriteAllText(Path.Combine(worktree, "src/mine.txt"), "mine\n");

        _repository.Configure(("A_worker", "cat ignored/cache > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);

        var rescue = $"refs/factory/rescue/{result.RunId}/A_worker";
        Assert.Contains(rescue, Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal("mine\n", _repository.Git("show", rescue + ":src/mine.txt"));
        Assert.Equal("A\tsrc/b.txt\n", _repository.Git("diff", "--name-status", result.BaseCommit!, result.IntegratedCommit!));
        Assert.Equal("cache\n", _repository.Git("show", result.IntegratedCommit + ":src/b.txt"));
    }

    [Fact]
    public async Task A_clean_reused_worktree_needs_no_rescue()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        var second = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], second.Warnings);
        Assert.Equal("", _repository.Git("for-each-ref", "refs/factory"));
    }

    [Fact]
    public async Task A_bundle_that_was_changed_after_launching_is_found()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt; echo b > src/b.txt"));
        var pipeline = TestRepository.Pipeline;
        var launched = await pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
        var file = Path.Combine(launched.RunDir!, "A_worker", "FILES_CHANGED.json");
        var evidence = JsonNode.Parse(File.ReadAllText(file))!;
        evidence["changes"]!.AsArray().RemoveAt(1);
        File.WriteAllText(file, evidence.ToJsonString());
        File.Delete(Path.Combine(launched.RunDir!, "A_worker", "HANDOFF_NOTE.json"));
        var judged = await pipeline.IntegrateAsync(_repository.Request with { RunId = launched.RunId }, TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, judged.Status);
        Assert.Contains(judged.Blockers, blocker => blocker.Kind == BlockerKind.Schema && blocker.Message.Contains("HANDOFF_NOTE.json is missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hook_and_an_identity_that_is_not_there_do_not_matter()
    {
        var hook = Path.Combine(_repository.Root, ".git", "hooks", "post-checkout");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        File.WriteAllText(hook, $"#!/bin/sh\ntouch '{_repository.Home.Replace("'", "'\\''", StringComparison.Ordinal)}/hook-ran'\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(hook, (UnixFileMode)0b111_101_101);
        _repository.Git("config", "--unset", "user.name");
        _repository.Git("config", "--unset", "user.email");
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        Assert.False(File.Exists(Path.Combine(_repository.Home, "hook-ran")));
    }

    private void ConfigureRunsFolder(string folder, string script)
    {
        var config = _repository.Configure(("A_worker", script));
        config["paths"] = new JsonObject { ["runs_dir"] = folder };
        _repository.Save(config);
    }
}
