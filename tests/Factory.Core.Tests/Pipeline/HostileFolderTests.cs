using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>What a worker puts in the place of the run's, the repository's or its bundle's folders; each was seen to happen once.</summary>
public sealed class HostileFolderTests : HostileRun
{
    [Fact]
    public async Task A_link_where_the_capture_once_wrote_its_index_leads_nothing_into_the_checkout()
    {
        TestRepository.RequireUnix();
        Repository.Configure(("A_worker", $"echo a > src/a.txt; ln -s '{Quoted(Repository.Root)}/CHANGELOG.md' \"$(git rev-parse --git-dir)/factory-capture.index\""));
        Assert.Equal(RunStatus.Pass, (await Repository.OneshotAsync(TestContext.Current.CancellationToken)).Status);
        Assert.Equal("", Repository.Git("status", "--porcelain", "--", "CHANGELOG.md", "src"));
    }

    [Theory]
    [InlineData("cp \"$A/gitdir\" \"$COMMON/gitdir\"; echo . > \"$COMMON/commondir\"; mv \"$A\" \"$COMMON/aside\"; ln -s .. \"$A\"")]
    [InlineData("mv \"$COMMON/worktrees\" \"$COMMON/aside\"; ln -s aside \"$COMMON/worktrees\"")]
    [InlineData("cp -r \"$COMMON\" ../copy; rm -r ../copy/objects; ln -s \"$COMMON/objects\" ../copy/objects; (cd ../copy; pwd) > \"$A/commondir\"")]
    public async Task What_a_worker_puts_in_the_place_of_its_worktree_s_own_folder_does_not_move_the_user_s_HEAD(string script)
    {
        TestRepository.RequireUnix();
        var before = Repository.Head;
        Repository.Configure(("A_worker", $"echo a > src/a.txt; COMMON='{Quoted(Repository.Root)}/.git'; A=$(git rev-parse --git-dir); {script}"));
        AssertBlocked(await Repository.OneshotAsync(TestContext.Current.CancellationToken));
        Assert.Equal((before, "main\n"), (Repository.Head, Repository.Git("branch", "--show-current")));
        Assert.Equal("", Repository.Git("status", "--porcelain", "--", "CHANGELOG.md", "src", "docs"));
    }

    [Theory]
    [InlineData("GIT_INDEX_FILE=\"$SEED\" git update-index --assume-unchanged docs/guide.md")]
    [InlineData("rm \"$SEED\"; mkfifo \"$SEED\"")]
    [InlineData("rm \"$SEED\"")]
    [InlineData("rm -r \"$COMMON/factory\"; ln -s ../docs \"$COMMON/factory\"")]
    public async Task The_index_that_captures_start_from_hides_nothing_when_a_worker_reaches_it(string script)
    {
        TestRepository.RequireUnix();
        Repository.Configure(("A_worker", $"echo evil >> docs/guide.md; COMMON='{Quoted(Repository.Root)}/.git'; SEED=\"$COMMON/factory/$FACTORY_RUN_ID/A_worker.index\"; {script}"));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Worker: "A_worker" });
        Assert.Equal("docs/guide.md\n", Repository.Git("diff", "--name-only", result.BaseCommit!, result.Workers[0].Commit!));
    }

    [Fact]
    public async Task A_link_in_the_place_of_Factory_s_folder_in_theRepository_is_not_written_through()
    {
        TestRepository.RequireUnix();
        Repository.Write("elsewhere/kept.txt", "kept\n");
        Directory.CreateSymbolicLink(Path.Combine(Repository.Root, ".git", "factory"), Path.Combine(Repository.Root, "elsewhere"));
        Repository.Configure(("A_worker", "echo a > src/a.txt"));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        // Its id is reserved there, so there is no run yet that could have a report.
        Assert.Equal((RunStatus.Blocked, null), (result.Status, result.RunId));
        Assert.Equal(BlockerKind.Escape, Assert.Single(result.Blockers).Kind);
        Assert.Equal(["kept.txt"], Directory.EnumerateFileSystemEntries(Path.Combine(Repository.Root, "elsewhere")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_link_in_the_integrator_s_place_leads_nothing_out_of_the_run()
    {
        TestRepository.RequireUnix();
        var victim = Directory.CreateDirectory(Path.Combine(Repository.Home, "victim")).FullName;
        File.WriteAllText(Path.Combine(victim, "STATUS.json"), "mine");
        Repository.Configure(("A_worker", $"echo a > src/a.txt; ln -s \"{victim}\" \"$FACTORY_BUNDLE_DIR/../Z_integrator\"; rm -rf \"$FACTORY_BUNDLE_DIR/LOGS\"; ln -s \"{victim}\" \"$FACTORY_BUNDLE_DIR/LOGS\""));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["STATUS.json"], Directory.GetFileSystemEntries(victim).Select(Path.GetFileName));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(victim, "STATUS.json")));
        Assert.True(File.Exists(result.Report));
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_worker_s_own_bundle_blocks_and_the_report_says_so()
    {
        TestRepository.RequireUnix();
        var victim = Directory.CreateDirectory(Path.Combine(Repository.Home, "victim")).FullName;
        Repository.Configure(("A_worker", $"echo a > src/a.txt; mv \"$FACTORY_BUNDLE_DIR\" \"{victim}/taken\"; ln -s \"{victim}\" \"$FACTORY_BUNDLE_DIR\""), ("B_worker", "echo b > src/b.txt"));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.All(result.Blockers, blocker => Assert.Equal((BlockerKind.Escape, "A_worker"), (blocker.Kind, blocker.Worker)));
        Assert.Contains("[escape] A_worker", File.ReadAllText(result.Report!), StringComparison.Ordinal);
        Assert.Equal(["taken"], Directory.GetFileSystemEntries(victim).Select(Path.GetFileName));
        Assert.Equal(RunStatus.Pass, result.Workers[1].Status);
    }

    [Theory]
    [InlineData("mv \"$FACTORY_BUNDLE_DIR\" \"$FACTORY_BUNDLE_DIR.old\"; mkdir -p \"$FACTORY_BUNDLE_DIR/LOGS\"", "was moved to ")]
    [InlineData("mv \"$FACTORY_BUNDLE_DIR/LOGS\" \"$FACTORY_BUNDLE_DIR/OLD\"; mkdir \"$FACTORY_BUNDLE_DIR/LOGS\"", "was moved to ")]
    [InlineData("echo output; rm -rf \"$FACTORY_BUNDLE_DIR/LOGS\"; mkdir \"$FACTORY_BUNDLE_DIR/LOGS\"", "was deleted")]
    public async Task A_folder_in_the_place_of_a_worker_s_own_bundle_or_logs_blocks(string script, string what)
    {
        TestRepository.RequireUnix();
        Repository.Configure(("A_worker", "echo a > src/a.txt; " + script));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Worker == "A_worker" && blocker.Message.Contains(what, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_s_folder_that_a_worker_replaces_by_a_link_is_blocked_and_nothing_is_written_there()
    {
        TestRepository.RequireUnix();
        var victim = Directory.CreateDirectory(Path.Combine(Repository.Home, "victim")).FullName;
        Repository.Configure(("A_worker", $"echo a > src/a.txt; run=$(dirname \"$FACTORY_BUNDLE_DIR\"); mv \"$run\" \"$run.moved\"; ln -s \"{victim}\" \"$run\""));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape);
        Assert.Empty(Directory.GetFileSystemEntries(victim));
        Assert.Null(result.Report);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_a_status_file_stops_nobody()
    {
        Repository.Configure(("A_worker", "echo a > src/a.txt; mkdir \"$FACTORY_BUNDLE_DIR/STATUS.json\"; touch \"$FACTORY_BUNDLE_DIR/STATUS.json/x\""), ("B_worker", "echo b > src/b.txt"));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        Assert.Equal(RunStatus.Pass, result.Status);
    }
}
