using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>What a worker does to the capture of its work, or of another's, is noticed or does nothing.</summary>
public sealed class HostileCaptureTests : HostileRun
{
    private const string Honest = "echo b > src/b.txt";

    public HostileCaptureTests() => TestRepository.RequireUnix();

    private string Hacked => Path.Combine(Repository.Root, "hacked");

    [Fact]
    public async Task A_filter_that_a_worker_changed_is_run_before_the_last_look_and_blamed_on_that_worker()
    {
        Repository.Git("config", "filter.strip.clean", "sh tools/strip.sh");
        Repository.Write("tools/strip.sh", "cat\n");
        Repository.Write(".gitattributes", "*.md filter=strip\n");
        Repository.Commit("a filter");
        var result = await RunAsync(1, ("A_worker", $"printf 'cat; echo x > \"%s\"\\n' '{Quoted(Hacked)}' > tools/strip.sh; echo more >> docs/guide.md"), ("B_worker", Honest));
        Assert.True(File.Exists(Hacked));
        AssertBlocked(result);
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Worker: "A_worker", Path: "hacked" });
        Assert.DoesNotContain(result.Blockers, blocker => blocker.Worker == "B_worker");
    }

    [Fact]
    public async Task A_program_that_a_worker_names_in_the_settings_of_its_worktree_is_not_run_for_its_capture()
    {
        Repository.Git("config", "extensions.worktreeConfig", "true");
        Repository.Write(".gitattributes", "*.md filter=mine\n");
        Repository.Commit("attributes");
        var result = await RunAsync(0, ("A_worker", $"git config --worktree filter.mine.clean 'echo x > \"{Quoted(Hacked)}\"; cat'; echo more >> docs/guide.md"), ("B_worker", Honest));
        Assert.False(File.Exists(Hacked));
        Assert.Equal("# Guide\nmore\n", Repository.Git("show", $"{result.Workers[0].Branch}:docs/guide.md"));
    }

    [Fact]
    public async Task What_a_worker_committed_on_the_way_is_no_ancestor_of_what_is_integrated_and_stays_on_its_branch()
    {
        var secret = "AKIA" + "Z7QK3XW5N2PLMT4V";
        var config = Configured(0, ("A_worker", $"echo 'key = {secret}' > src/key.txt; echo x > outside.txt; git add -A; git commit -qm one; git rm -q src/key.txt outside.txt; git commit -qm two; echo a > src/a.txt"), ("B_worker", Honest));
        config["workers"]!["allowlist_globs"] = new JsonObject { ["A_worker"] = new JsonArray("src/**") };
        Repository.Save(config);
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Empty(result.Blockers);
        var history = Repository.Git("log", "-p", "-m", result.IntegratedCommit!);
        Assert.DoesNotContain(secret, history, StringComparison.Ordinal);
        Assert.DoesNotContain("outside.txt", history, StringComparison.Ordinal);
        Assert.Equal(3, Repository.Git("rev-list", "--parents", "-n1", result.IntegratedCommit!).Split(' ').Length - 1);
        Assert.Equal("a\n", Repository.Git("show", $"{result.IntegratedCommit}^2:src/a.txt"));
        Assert.Equal(result.Workers[1].Commit, Repository.Git("rev-parse", $"{result.IntegratedCommit}^3").Trim());
        Assert.Equal("one", Repository.Git("log", "-1", "--format=%s", result.Workers[0].Commit + "^2~1").Trim());
    }

    [Fact]
    public async Task An_index_that_is_changed_after_its_capture_blocks_for_the_next_run_begins_with_it()
    {
        var wait = "while ! git rev-parse -q --verify refs/heads/codex/factory/$FACTORY_RUN_ID/A_worker > /dev/null; do sleep 0.1; done; sleep 0.5";
        var result = await RunAsync(0, ("A_worker", "echo a > src/a.txt"), ("B_worker", $"{wait}; cd '{Quoted(Repository.Root)}/tools/codex/worktrees/A_worker'; echo EVIL >> src/file1.txt; git update-index --assume-unchanged src/file1.txt"));
        AssertBlocked(result);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path == "worktrees/A_worker/index");
        // Nor does the next one: what the index was made to hide is kept under a rescue ref.
        var next = await RunAsync(0, ("A_worker", "echo honest > src/c.txt"), ("B_worker", Honest));
        Assert.Empty(next.Blockers);
        Assert.Equal("src/b.txt\nsrc/c.txt", Repository.Git("diff", "--name-only", "HEAD", next.IntegratedCommit!).Trim());
    }

    [Fact]
    public async Task A_repository_without_a_commit_is_named_and_everything_beside_it_is_captured()
    {
        var result = await RunAsync(0, ("A_worker", "git init -q \"it's a scratch\"; echo y > \"it's a scratch/file\"; echo a > src/a.txt; rm docs/guide.md"), ("B_worker", Honest));
        AssertBlocked(result);
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.Worker, "A_worker", "it's a scratch"), (blocker.Kind, blocker.Worker, blocker.Path));
        Assert.Equal("A\tsrc/a.txt\nD\tdocs/guide.md", string.Join('\n', Repository.Git("diff", "--name-status", "HEAD", result.Workers[0].Branch!).Trim().Split('\n').Order(StringComparer.Ordinal)));
        var next = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Contains("another repository at it's a scratch", Assert.Single(next.Blockers).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "tools", "codex", "worktrees", "A_worker", "it's a scratch", "file")));
    }

    [Fact]
    public async Task A_lock_that_is_left_in_the_way_of_a_capture_holds_it_up_no_longer()
    {
        var result = await RunAsync(1, ("A_worker", "mkdir -p \"$(git rev-parse --git-common-dir)/refs/heads/codex/factory/$FACTORY_RUN_ID\"; touch \"$(git rev-parse --git-common-dir)/refs/heads/codex/factory/$FACTORY_RUN_ID/B_worker.lock\" \"$(git rev-parse --git-dir)/HEAD.lock\"; echo a > src/a.txt"), ("B_worker", Honest));
        Assert.Empty(result.Blockers);
        Assert.Contains("left a lock in the way of its branch", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal("a\nb\n", Repository.Git("show", $"{result.IntegratedCommit}:src/a.txt") + Repository.Git("show", $"{result.IntegratedCommit}:src/b.txt"));
        Assert.Equal(result.Workers[0].Commit, File.ReadAllText(Path.Combine(Repository.Root, ".git", "worktrees", "A_worker", "HEAD")).Trim());
    }

    private JsonObject Configured(int atATime, params (string Id, string Script)[] workers)
    {
        var config = Repository.Configure(workers);
        config["run"] = new JsonObject { ["max_parallel"] = atATime };
        return config;
    }

    private Task<RunResult> RunAsync(int atATime, params (string Id, string Script)[] workers)
    {
        Repository.Save(Configured(atATime, workers));
        return Repository.OneshotAsync(TestContext.Current.CancellationToken);
    }
}
