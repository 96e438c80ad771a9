using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>Who is blamed for what was changed outside a worktree, what only warns, and how it is told.</summary>
public sealed class EscapeVerdictTests : EscapeRun
{
    [Fact]
    public async Task Workers_that_ran_side_by_side_are_all_suspects()
    {
        Prepare();
        var result = await RunAsync(0, ("A_worker", $"echo x > '{Quoted(Root)}/new.txt'; sleep 0.3"), ("B_worker", Innocent + "; sleep 0.3"));
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.Escape, "new.txt", null), (blocker.Kind, blocker.Path, blocker.Worker));
        Assert.Contains("while A_worker and B_worker ran, by a worker or by you", blocker.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_works_meanwhile_can_have_it_warn_only()
    {
        Prepare();
        var config = Repository.Configure(("A_worker", $"echo a > src/a.txt; echo x >> '{Quoted(Root)}/mine.txt'; git -C '{Quoted(Root)}' commit -q --allow-empty -m mine; git -C '{Quoted(Root)}' config user.signingkey x"));
        config["security"] = new JsonObject { ["escape_check"] = "warn" };
        Repository.Save(config);
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal("user.signingkey", Assert.Single(result.Blockers).Path);
        Assert.Contains(result.Warnings, warning => warning.Contains("mine.txt in your checkout was changed", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, warning => warning.Contains("the ref refs/heads/main was changed", StringComparison.Ordinal));
        Assert.Contains("security.escape_check is warn", File.ReadAllText(result.Report!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_that_a_worker_makes_is_a_warning()
    {
        Prepare();
        var result = await RunAsync(1, ("A_worker", "git checkout -q -b feature; echo a > src/a.txt; git add -A; git commit -q -m x"), ("B_worker", Innocent));
        Assert.Equal([], result.Blockers);
        Assert.Contains("the ref refs/heads/feature was made while A_worker ran", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_bundle_and_a_captured_worktree_are_nobody_s_to_change()
    {
        TestRepository.RequireUnix();
        Prepare();
        var result = await RunAsync(1, ("A_worker", "echo a > src/a.txt"), ("B_worker", "echo more >> \"$FACTORY_BUNDLE_DIR/../A_worker/SUMMARY.md\"; git -C \"$FACTORY_WORKTREE/../A_worker\" reset -q --hard HEAD~1"));
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Path: "A_worker/SUMMARY.md" });
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path!.EndsWith("worktrees/A_worker", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ref_that_a_worker_makes_among_the_run_s_own_blocks()
    {
        Prepare();
        var result = await RunAsync(0, ("A_worker", "echo a > src/a.txt; git update-ref refs/heads/codex/factory/$FACTORY_RUN_ID/Z_integrator HEAD"));
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path!.EndsWith("/Z_integrator", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_shown_change_holds_no_secret()
    {
        Prepare();
        var token = Guards.Secrets.SecretSamples.ByRule["github-token"](new Random(1)).Secret;
        var result = await RunAsync(1, ("A_worker", $"git config credential.helper '{token}'"));
        var shown = File.ReadAllText(Path.Combine(result.RunDir!, "Z_integrator", "LOGS", "escapes.diff"));
        Assert.Contains("+credential.helper = [redacted: github-token]", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkout_that_git_cannot_read_starts_no_worker()
    {
        Prepare();
        Repository.Configure(("A_worker", "echo a > src/a.txt"));
        File.WriteAllText(Path.Combine(Root, ".git", "index"), "broken");
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Null(result.Workers[0].ExitCode);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape);
    }

    [Fact]
    public async Task A_branch_of_an_earlier_run_is_nobody_s_to_move_even_when_its_folder_is_made_anew()
    {
        TestRepository.RequireUnix();
        Prepare();
        var earlier = await RunAsync(1, ("A_worker", "echo a > src/a.txt"));
        var branch = $"codex/factory/{earlier.RunId}/Z_integrator";
        var result = await RunAsync(1, ("A_worker", $"sleep 0.05; cd '{Quoted(Path.GetDirectoryName(earlier.RunDir!)!)}'; mv {earlier.RunId} moved; mkdir {earlier.RunId}; cp -r moved/. {earlier.RunId}/; rm -r moved; git -C '{Quoted(Root)}' update-ref refs/heads/{branch} other"));
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path == "refs/heads/" + branch);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("git config core.pager evil", false)]
    [InlineData("git -C \"$ROOT\" config --worktree core.pager evil", false)]
    [InlineData("git config extensions.worktreeConfig yes", false)]
    public async Task What_git_sets_for_a_first_sparse_checkout_warns_and_nothing_else_hides_behind_it(string script, bool warnsOnly)
    {
        TestRepository.RequireUnix();
        Prepare();
        var result = await RunAsync(1, ("A_worker", $"ROOT='{Quoted(Root)}'; git sparse-checkout set src; echo a > src/a.txt; {script}"), ("B_worker", Innocent));
        if (warnsOnly)
        {
            Assert.Equal([], result.Blockers);
            Assert.Contains(result.Warnings, warning => warning.Contains("extensions.worktreeconfig of the repository's configuration, which all worktrees share, was set by git, as it does when settings for one worktree are first made", StringComparison.Ordinal));
            return;
        }

        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Worker: "A_worker", Path: "extensions.worktreeconfig" });
        Assert.Equal(RunStatus.Blocked, result.Status);
    }

    [Fact]
    public async Task Who_initialises_submodules_is_blocked_and_told_what_to_do()
    {
        TestRepository.RequireUnix();
        Prepare();
        var result = await RunAsync(1, ("A_worker", "git config submodule.inner.active true; git config submodule.inner.url ../inner"), ("B_worker", Innocent));
        Assert.Equal(["submodule.inner.active", "submodule.inner.url"], result.Blockers.Select(blocker => blocker.Path));
        Assert.All(result.Blockers, blocker => Assert.Contains("do so in your checkout before ('git submodule update --init')", blocker.NextAction, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_of_the_checkout_that_became_huge_is_told_with_its_size()
    {
        TestRepository.RequireUnix();
        Prepare();
        var result = await RunAsync(1, ("A_worker", $"truncate -s 1T '{Quoted(Root)}/src/file1.txt'"), ("B_worker", Innocent));
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Worker: "A_worker", Path: "src/file1.txt" });
        Assert.Contains("(what was changed is not shown: the file has 1,099,511,627,776 bytes now)", File.ReadAllText(Path.Combine(result.RunDir!, "Z_integrator", "LOGS", "escapes.diff")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_to_folders_in_a_bundle_are_not_followed()
    {
        TestRepository.RequireUnix();
        Prepare();
        var result = await RunAsync(1, ("A_worker", "echo a > src/a.txt; cd \"$FACTORY_BUNDLE_DIR\"; ln -s / root; mkdir d; ln -s . d/x; ln -s . d/y; echo > d/z"), ("B_worker", Innocent));
        Assert.Equal([], result.Blockers);
    }
}
