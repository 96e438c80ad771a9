using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

public sealed class BadWorkerTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_worker_that_exits_non_zero_blocks_and_its_edits_are_on_its_branch()
    {
        var result = await RunAsync("echo half > src/half.txt; exit 3");
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.Worker, "A_worker"), (blocker.Kind, blocker.Worker));
        Assert.Contains("exit code 3", blocker.Message, StringComparison.Ordinal);
        Assert.Equal(3, result.Workers[0].ExitCode);
        Assert.Equal("half\n", _repository.Git("show", $"{result.Workers[0].Branch}:src/half.txt"));
        AssertBlocked(result);
    }

    [Fact]
    public async Task A_worker_that_hangs_is_stopped_after_its_time_and_its_edits_are_kept()
    {
        var config = _repository.Configure(("A_worker", "echo half > src/half.txt; sleep 300"));
        config["workers"]!["definitions"]![0]!["timeout_seconds"] = 1;
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(BlockerKind.Timeout, Assert.Single(result.Blockers).Kind);
        Assert.Equal("half\n", _repository.Git("show", $"{result.Workers[0].Branch}:src/half.txt"));
        AssertBlocked(result);
    }

    [Fact]
    public async Task A_worker_that_writes_much_output_is_no_problem_and_its_log_is_capped()
    {
        var result = await RunAsync("head -c 200000000 /dev/zero; echo x > src/x.txt");
        Assert.Equal(RunStatus.Warn, result.Status);
        Assert.Contains(result.Warnings, warning => warning.Contains("was cut", StringComparison.Ordinal));
        Assert.InRange(new DirectoryInfo(Path.Combine(result.RunDir!, "A_worker", "LOGS")).EnumerateFiles().Sum(file => file.Length), 1, 40_000_000);
    }

    [Fact]
    public async Task A_worker_that_deletes_its_worktree_blocks_and_the_next_run_makes_it_again()
    {
        TestRepository.RequireUnix();
        var result = await RunAsync("cd /; rm -rf \"$FACTORY_WORKTREE\"");
        Assert.Contains(result.Blockers, blocker => blocker.Message.Contains("deleted its own worktree", StringComparison.Ordinal));
        AssertBlocked(result);
        Assert.Equal(RunStatus.Pass, (await RunAsync("echo x > src/x.txt")).Status);
    }

    [Fact]
    public async Task A_worker_that_deletes_its_git_file_blocks_and_its_files_are_captured()
    {
        var result = await RunAsync("echo x > src/x.txt; rm .git");
        Assert.Contains(result.Blockers, blocker => blocker.Message.Contains(".git file", StringComparison.Ordinal));
        Assert.Equal("x\n", _repository.Git("show", $"{result.Workers[0].Branch}:src/x.txt"));
    }

    [Fact]
    public async Task A_worker_that_leaves_a_merge_in_progress_blocks_and_its_files_are_captured()
    {
        var result = await RunAsync("""
            git checkout -q -b one; echo one > docs/guide.md; git commit -qam one
            git checkout -q --detach "$FACTORY_BASE_COMMIT"; echo two > docs/guide.md; git commit -qam two
            git merge one || true
            """);
        Assert.Contains(result.Blockers, blocker => blocker.Message.Contains("a merge in progress", StringComparison.Ordinal));
        Assert.Contains("<<<<<<<", _repository.Git("show", $"{result.Workers[0].Branch}:docs/guide.md"), StringComparison.Ordinal);
        AssertBlocked(result);
        var next = await RunAsync("echo x > src/x.txt");
        Assert.Equal([], next.Blockers);
        Assert.Contains("refs/factory/rescue/", Assert.Single(next.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_commits_on_a_branch_of_its_own_keeps_its_commits()
    {
        var result = await RunAsync("git checkout -q -b mine; echo x > src/x.txt; git add -A; git commit -q -m mine; echo y > src/y.txt");
        Assert.Equal(RunStatus.Warn, result.Status);
        Assert.Equal("mine", _repository.Git("log", "-1", "--format=%s", result.Workers[0].Commit + "^2").Trim());
        Assert.Equal("x\ny\n", _repository.Git("show", $"{result.IntegratedCommit}:src/x.txt") + _repository.Git("show", $"{result.IntegratedCommit}:src/y.txt"));
        Assert.Equal("mine", _repository.Git("log", "-1", "--format=%s", "mine").Trim());
    }

    [Fact]
    public async Task A_worker_that_changes_nothing_is_a_warning_that_says_so()
    {
        var result = await RunAsync("true");
        Assert.Equal((RunStatus.Warn, 0), (result.Status, result.ExitCode));
        Assert.Contains("changed nothing", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(_repository.Git("rev-parse", "HEAD^{tree}").Trim(), result.IntegratedTree);
    }

    [Fact]
    public async Task A_command_that_is_not_found_blocks_before_any_worker_starts()
    {
        var config = _repository.Configure(("A_worker", "echo x > src/x.txt"), ("B_worker", "true"));
        config["workers"]!["definitions"]![1]!["command"] = new JsonArray("no-such-program-here");
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        var blocker = Assert.Single(result.Blockers);
        Assert.Contains("no-such-program-here", blocker.Message, StringComparison.Ordinal);
        Assert.Equal("B_worker", blocker.Worker);
        Assert.Null(result.Workers[0].ExitCode);
        Assert.True(File.Exists(result.Report));
        AssertBlocked(result);
    }

    [Fact]
    public async Task A_worker_that_hides_its_edits_from_its_own_index_hides_nothing()
    {
        var result = await RunAsync("""
            git update-index --assume-unchanged src/file1.txt; git update-index --skip-worktree src/file2.txt
            echo hidden >> src/file1.txt; echo hidden >> src/file2.txt
            """);
        Assert.Equal(["src/file1.txt", "src/file2.txt"], Changed(result));
    }

    [Fact]
    public async Task What_a_sparse_checkout_leaves_out_of_a_worktree_is_not_deleted()
    {
        var result = await RunAsync("echo more >> docs/guide.md; git add -A; git commit -q -m docs; git update-index --skip-worktree docs/guide.md src/file2.txt; rm docs/guide.md src/file2.txt src/file3.txt; echo one >> src/file1.txt");
        Assert.Equal(["docs/guide.md", "src/file1.txt", "src/file3.txt"], Changed(result).Order(StringComparer.Ordinal));
        Assert.EndsWith("more\n", _repository.Git("show", result.Workers[0].Commit + ":docs/guide.md"), StringComparison.Ordinal);
        Assert.Contains("2 paths out of its worktree", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_makes_a_repository_inside_its_worktree_blocks_and_the_files_stay()
    {
        var result = await RunAsync("git init -q src/inner; cd src/inner; echo x > x; git add -A; git -c user.name=a -c user.email=a@b commit -q -m x");
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Worker, Path: "src/inner" });
        var file = Path.Combine(_repository.Root, "tools/codex/worktrees/A_worker/src/inner/x");
        Assert.True(File.Exists(file));
        var second = await RunAsync("true");
        Assert.Equal(RunStatus.Blocked, second.Status);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task Binary_mode_rename_symlink_and_non_ascii_changes_all_count_and_the_patch_gives_the_tree()
    {
        TestRepository.RequireUnix();
        var result = await RunAsync("""
            head -c 3000 /dev/urandom > src/data.bin; chmod +x src/file1.txt; git mv src/file2.txt 'src/ä (b).txt'
            ln -s ../docs/guide.md src/link; printf 'no newline' > docs/guide.md; rm CHANGELOG.md; cp src/file3.txt src/copy.txt
            """);
        Assert.Equal([], result.Blockers);
        Assert.Equal(["CHANGELOG.md", "docs/guide.md", "src/copy.txt", "src/data.bin", "src/file1.txt", "src/link", "src/ä (b).txt"], Changed(result));
        var copy = Path.Combine(_repository.Home, "copy");
        TestRepository.Run(_repository.Home, "git", "clone", "-q", _repository.Root, copy);
        TestRepository.Run(copy, "git", "checkout", "-q", result.BaseCommit!);
        TestRepository.Run(copy, "git", "apply", "--index", Path.Combine(result.RunDir!, "A_worker", "DIFF.patch"));
        Assert.Equal(_repository.Git("rev-parse", result.Workers[0].Commit + "^{tree}").Trim(), TestRepository.Run(copy, "git", "write-tree").Trim());
    }

    private Task<RunResult> RunAsync(string script)
    {
        _repository.Configure(("A_worker", script));
        return _repository.OneshotAsync(TestContext.Current.CancellationToken);
    }

    private static string[] Changed(RunResult result) =>
        [.. FactoryJson.Read<FilesChangedDocument>(File.ReadAllBytes(Path.Combine(result.RunDir!, "A_worker", "FILES_CHANGED.json"))).Changes.Select(change => change.Path)];

    private void AssertBlocked(RunResult result)
    {
        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        Assert.Null(result.IntegratedCommit);
        Assert.Equal("", _repository.Git("for-each-ref", $"refs/heads/codex/factory/{result.RunId}/Z_integrator"));
        Assert.Contains("status:            BLOCKED", File.ReadAllText(result.Report!), StringComparison.Ordinal);
        Assert.Equal(RunStatus.Blocked, FactoryJson.Read<StatusDocument>(File.ReadAllBytes(Path.Combine(result.RunDir!, "Z_integrator", "STATUS.json"))).Status);
        Assert.All(result.Blockers, blocker => Assert.NotEqual("", blocker.NextAction));
    }
}
