using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>Ways in which a worker, or somebody after it, has lost work by what it made of a worktree; each was seen to happen once.</summary>
public sealed class HostileWorktreeTests : HostileRun
{
    [Theory]
    [InlineData("printf 'gitdir: /a\\000b\\n' > .git", RunStatus.Blocked)]
    [InlineData("rm .git; truncate -s 1900M .git", RunStatus.Blocked)]
    [InlineData("truncate -s 1900M \"$(git rev-parse --git-dir)/HEAD\"", RunStatus.Pass)]
    public async Task A_file_of_git_that_holds_no_path_or_has_no_end_is_no_crash(string script, RunStatus expected)
    {
        TestRepository.RequireUnix();
        Repository.Configure(("A_worker", "echo a > src/a.txt; " + script));
        Assert.Equal(expected, (await Repository.OneshotAsync(TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task A_worker_that_deletes_its_registration_blocks_itself_and_the_run_has_its_report()
    {
        TestRepository.RequireUnix();
        Repository.Configure(("A_worker", "rm -rf \"$(git rev-parse --git-dir)\""), ("B_worker", "echo b > src/b.txt"));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.All(result.Blockers, blocker => Assert.Equal("A_worker", blocker.Worker));
        Assert.Equal("b\n", Repository.Git("show", result.Workers[1].Branch + ":src/b.txt"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pipe_in_the_place_of_the_git_file_blocks_and_hangs_nothing()
    {
        TestRepository.RequireUnix();
        Repository.Configure(("A_worker", "rm .git; mkfifo .git"));
        AssertBlocked(await Repository.OneshotAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Commits_in_a_worktree_that_its_worker_deleted_are_kept()
    {
        TestRepository.RequireUnix();
        Repository.Configure(("A_worker", "echo p > src/p.txt; git add -A; git commit -q -m p; cd /; rm -rf \"$FACTORY_WORKTREE\""));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.Equal("p\n", Repository.Git("show", result.Workers[0].Branch + ":src/p.txt"));
    }

    [Fact]
    public async Task Commits_in_a_worktree_that_a_person_deleted_are_rescued()
    {
        Repository.Configure(("A_worker", "echo a > src/a.txt"));
        await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        var worktree = Path.Combine(Repository.Root, "tools/codex/worktrees/A_worker");
        TestRepository.Run(worktree, "sh", "-c", "echo later > src/later.txt; git add -A; git commit -q -m later");
        Directory.Delete(worktree, recursive: true);
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal("later\n", Repository.Git("show", $"refs/factory/rescue/{result.RunId}/A_worker:src/later.txt"));
    }

    [Fact]
    public async Task A_rebase_left_open_is_rescued_with_its_origin_and_bricks_no_later_run()
    {
        Repository.Configure(("A_worker", """
            git checkout -q -b side; echo one > docs/guide.md; git commit -qam one
            git checkout -q --detach "$FACTORY_BASE_COMMIT"; echo two > docs/guide.md; git commit -qam two; echo x > src/x.txt; git add -A; git commit -q -m kept
            git rebase side || true
            """));
        var first = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(first);
        Assert.Contains("kept", Repository.Git("log", "--format=%s", first.Workers[0].Commit!), StringComparison.Ordinal);
        Repository.Configure(("A_worker", "echo a > src/a.txt"));
        Assert.Equal([], (await Repository.OneshotAsync(TestContext.Current.CancellationToken)).Blockers);
    }

    [Theory]
    [InlineData("git update-index --skip-worktree src/file1.txt")]
    [InlineData("git update-index --assume-unchanged src/file1.txt")]
    [InlineData("git sparse-checkout set src")]
    public async Task What_a_worker_sets_in_its_worktree_does_not_hide_the_next_worker_s_edits(string script)
    {
        Repository.Configure(("A_worker", "echo a > src/a.txt; " + script));
        await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Repository.Configure(("A_worker", "echo edit >> src/file1.txt; test -f docs/guide.md"));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        Assert.Equal("M\tsrc/file1.txt\n", Repository.Git("diff", "--name-status", result.BaseCommit!, result.IntegratedCommit!));
    }

    [Fact]
    public async Task What_a_sparse_checkout_left_out_is_no_lost_work_in_the_next_run()
    {
        Repository.Git("config", "extensions.worktreeConfig", "true");
        Repository.Configure(("A_worker", "echo a >> src/file1.txt; git sparse-checkout set src"));
        for (var run = 0; run < 3; run++)
        {
            var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
            Assert.Equal([], result.Blockers);
            Assert.Equal("A_worker: its sparse checkout left 1 paths out of its worktree; they count as unchanged", Assert.Single(result.Warnings));
            Assert.Equal("M\tsrc/file1.txt\n", Repository.Git("diff", "--name-status", result.BaseCommit!, result.IntegratedCommit!));
        }

        Assert.Equal("", Repository.Git("for-each-ref", "refs/factory/rescue"));
        Repository.Configure(("A_worker", "test -f docs/guide.md; echo a > src/a.txt"));
        Assert.Equal([], (await Repository.OneshotAsync(TestContext.Current.CancellationToken)).Warnings);
    }

    [Fact]
    public async Task A_file_that_git_reads_for_too_long_is_named_and_the_other_work_is_captured()
    {
        TestRepository.RequireUnix();
        Repository.Write("src/image.bin", "small\n");
        Repository.Commit("an image");
        Repository.Configure(("A_worker", "echo a > src/a.txt; truncate -s 1T 'src/[a] disk.img'; truncate -s 1T src/image.bin; mkdir -p ignored; truncate -s 1T ignored/cache.img"));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["src/[a] disk.img", "src/image.bin"], result.Blockers.Select(blocker => blocker.Path));
        Assert.All(result.Blockers, blocker => Assert.Contains("has 1,099,511,627,776 bytes, and security.max_file_bytes is 52,428,800", blocker.Message, StringComparison.Ordinal));
        Assert.Equal("A\tsrc/a.txt\n", Repository.Git("diff", "--name-status", result.BaseCommit!, result.Workers[0].Commit!));
        var next = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Contains(next.Blockers, blocker => blocker.Message.Contains("src/[a] disk.img' of 1,099,511,627,776 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worktree_whose_first_fill_was_cut_short_is_used_again()
    {
        Repository.Configure(("A_worker", "echo a > src/a.txt"));
        await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(Repository.Root, ".git/worktrees/A_worker/index"));
        File.Delete(Path.Combine(Repository.Root, "tools/codex/worktrees/A_worker/docs/guide.md"));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        Assert.Equal("A\tsrc/a.txt\n", Repository.Git("diff", "--name-status", result.BaseCommit!, result.IntegratedCommit!));
    }
}
