using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>Ways in which a worker, or somebody after it, has turned a verdict or lost work; each was seen to happen once.</summary>
public sealed class HostileWorkerTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("git init -q src/inner; cd src/inner; echo x > x; git add -A; git -c user.name=a -c user.email=a@b commit -q -m x")]
    [InlineData("git checkout -q -b s; echo 1 > docs/guide.md; git commit -qam 1; git checkout -q --detach \"$FACTORY_BASE_COMMIT\"; echo 2 > docs/guide.md; git commit -qam 2; git merge s || true")]
    public async Task What_blocked_a_worker_at_launch_still_blocks_when_integrating_alone(string script)
    {
        _repository.Configure(("A_worker", script));
        var launched = await TestRepository.Pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, launched.Status);
        AssertBlocked(await IntegrateAsync(launched));
    }

    [Fact]
    public async Task What_blocked_the_run_at_launch_still_blocks_when_integrating_alone()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt; git config merge.default union"));
        var launched = await TestRepository.Pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, launched.Status);
        Assert.Contains((await IntegrateAsync(launched)).Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Path: "merge.default" });
    }

    [Fact]
    public async Task A_path_listed_twice_in_the_evidence_is_a_blocker_and_no_crash()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var launched = await TestRepository.Pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
        var file = Path.Combine(launched.RunDir!, "A_worker", "FILES_CHANGED.json");
        var evidence = JsonNode.Parse(File.ReadAllText(file))!;
        evidence["changes"]!.AsArray().Add(evidence["changes"]![0]!.DeepClone());
        File.WriteAllText(file, evidence.ToJsonString());
        AssertBlocked(await IntegrateAsync(launched));
    }

    [Fact]
    public async Task An_edited_status_file_does_not_turn_a_failed_command_into_a_good_one()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt; exit 3"));
        var launched = await TestRepository.Pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
        var file = Path.Combine(launched.RunDir!, "A_worker", "STATUS.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"rc\": 3", "\"rc\": 0", StringComparison.Ordinal).Replace("BLOCKED", "PASS", StringComparison.Ordinal));
        AssertBlocked(await IntegrateAsync(launched));
    }

    [Fact]
    public async Task A_branch_that_was_moved_after_the_capture_blocks()
    {
        _repository.Configure(("A_worker", "echo good > src/a.txt"));
        var launched = await TestRepository.Pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
        _repository.Git("checkout", "-q", "-b", "evil", launched.Workers[0].Commit!);
        _repository.Write("src/a.txt", "evil\n");
        _repository.Commit("evil");
        _repository.Git("branch", "-f", launched.Workers[0].Branch!, "evil");
        var result = await IntegrateAsync(launched);
        AssertBlocked(result);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Policy);
    }

    [Fact]
    public async Task A_link_where_the_capture_once_wrote_its_index_leads_nothing_into_the_checkout()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", $"echo a > src/a.txt; ln -s '{Quoted(_repository.Root)}/CHANGELOG.md' \"$(git rev-parse --git-dir)/factory-capture.index\""));
        Assert.Equal(RunStatus.Pass, (await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Status);
        Assert.Equal("", _repository.Git("status", "--porcelain", "--", "CHANGELOG.md", "src"));
    }

    [Theory]
    [InlineData("cp \"$A/gitdir\" \"$COMMON/gitdir\"; echo . > \"$COMMON/commondir\"; mv \"$A\" \"$COMMON/aside\"; ln -s .. \"$A\"")]
    [InlineData("mv \"$COMMON/worktrees\" \"$COMMON/aside\"; ln -s aside \"$COMMON/worktrees\"")]
    [InlineData("cp -r \"$COMMON\" ../copy; rm -r ../copy/objects; ln -s \"$COMMON/objects\" ../copy/objects; (cd ../copy; pwd) > \"$A/commondir\"")]
    public async Task What_a_worker_puts_in_the_place_of_its_worktree_s_own_folder_does_not_move_the_user_s_HEAD(string script)
    {
        TestRepository.RequireUnix();
        var before = _repository.Head;
        _repository.Configure(("A_worker", $"echo a > src/a.txt; COMMON='{Quoted(_repository.Root)}/.git'; A=$(git rev-parse --git-dir); {script}"));
        AssertBlocked(await _repository.OneshotAsync(TestContext.Current.CancellationToken));
        Assert.Equal((before, "main\n"), (_repository.Head, _repository.Git("branch", "--show-current")));
        Assert.Equal("", _repository.Git("status", "--porcelain", "--", "CHANGELOG.md", "src", "docs"));
    }

    [Theory]
    [InlineData("GIT_INDEX_FILE=\"$SEED\" git update-index --assume-unchanged docs/guide.md")]
    [InlineData("rm \"$SEED\"; mkfifo \"$SEED\"")]
    [InlineData("rm \"$SEED\"")]
    [InlineData("rm -r \"$COMMON/factory\"; ln -s ../docs \"$COMMON/factory\"")]
    public async Task The_index_that_captures_start_from_hides_nothing_when_a_worker_reaches_it(string script)
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", $"echo evil >> docs/guide.md; COMMON='{Quoted(_repository.Root)}/.git'; SEED=\"$COMMON/factory/$FACTORY_RUN_ID/A_worker.index\"; {script}"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Worker: "A_worker" });
        Assert.Equal("docs/guide.md\n", _repository.Git("diff", "--name-only", result.BaseCommit!, result.Workers[0].Commit!));
    }

    [Fact]
    public async Task A_link_in_the_place_of_Factory_s_folder_in_the_repository_is_not_written_through()
    {
        TestRepository.RequireUnix();
        _repository.Write("elsewhere/kept.txt", "kept\n");
        Directory.CreateSymbolicLink(Path.Combine(_repository.Root, ".git", "factory"), Path.Combine(_repository.Root, "elsewhere"));
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        AssertBlocked(await _repository.OneshotAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["kept.txt"], Directory.EnumerateFileSystemEntries(Path.Combine(_repository.Root, "elsewhere")).Select(Path.GetFileName).Where(name => name != "locks" && !name!.EndsWith(".lock", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("printf 'gitdir: /a\\000b\\n' > .git", RunStatus.Blocked)]
    [InlineData("rm .git; truncate -s 1900M .git", RunStatus.Blocked)]
    [InlineData("truncate -s 1900M \"$(git rev-parse --git-dir)/HEAD\"", RunStatus.Pass)]
    public async Task A_file_of_git_that_holds_no_path_or_has_no_end_is_no_crash(string script, RunStatus expected)
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo a > src/a.txt; " + script));
        Assert.Equal(expected, (await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task A_check_sees_the_merged_tree_and_not_what_an_earlier_check_made_of_it()
    {
        var config = _repository.Configure(("A_worker", "echo a > src/a.txt"));
        config["integration"] = Checks(("format", "echo formatted > docs/guide.md"), ("test", "grep -q formatted docs/guide.md"));
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.Contains(result.Warnings, warning => warning.Contains("'format' changed tracked files (docs/guide.md)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_check_that_deletes_its_checkout_does_not_count()
    {
        TestRepository.RequireUnix();
        var config = _repository.Configure(("A_worker", "echo a > src/a.txt"));
        config["integration"] = Checks(("rm", "cd /; rm -rf \"$FACTORY_WORKTREE\""), ("after", "test -f src/a.txt"));
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.Contains("'rm'", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("git config merge.default union", "merge.default")]
    [InlineData("echo '* merge=union' >> \"$(git rev-parse --git-path info/attributes)\"", "info/attributes")]
    [InlineData("echo '*.gen' >> \"$(git rev-parse --git-path info/exclude)\"", "info/exclude")]
    public async Task A_worker_that_changes_what_all_worktrees_share_blocks_the_run(string script, string what)
    {
        Directory.CreateDirectory(Path.Combine(_repository.Root, ".git", "info"));
        _repository.Configure(("A_worker", "echo a > src/a.txt; " + script));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path == what);
    }

    [Fact]
    public async Task A_link_in_the_integrator_s_place_leads_nothing_out_of_the_run()
    {
        TestRepository.RequireUnix();
        var victim = Directory.CreateDirectory(Path.Combine(_repository.Home, "victim")).FullName;
        File.WriteAllText(Path.Combine(victim, "STATUS.json"), "mine");
        _repository.Configure(("A_worker", $"echo a > src/a.txt; ln -s \"{victim}\" \"$FACTORY_BUNDLE_DIR/../Z_integrator\"; rm -rf \"$FACTORY_BUNDLE_DIR/LOGS\"; ln -s \"{victim}\" \"$FACTORY_BUNDLE_DIR/LOGS\""));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["STATUS.json"], Directory.GetFileSystemEntries(victim).Select(Path.GetFileName));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(victim, "STATUS.json")));
        Assert.True(File.Exists(result.Report));
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_worker_s_own_bundle_blocks_and_the_report_says_so()
    {
        TestRepository.RequireUnix();
        var victim = Directory.CreateDirectory(Path.Combine(_repository.Home, "victim")).FullName;
        _repository.Configure(("A_worker", $"echo a > src/a.txt; mv \"$FACTORY_BUNDLE_DIR\" \"{victim}/taken\"; ln -s \"{victim}\" \"$FACTORY_BUNDLE_DIR\""), ("B_worker", "echo b > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
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
        _repository.Configure(("A_worker", "echo a > src/a.txt; " + script));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Worker == "A_worker" && blocker.Message.Contains(what, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_s_folder_that_a_worker_replaces_by_a_link_is_blocked_and_nothing_is_written_there()
    {
        TestRepository.RequireUnix();
        var victim = Directory.CreateDirectory(Path.Combine(_repository.Home, "victim")).FullName;
        _repository.Configure(("A_worker", $"echo a > src/a.txt; run=$(dirname \"$FACTORY_BUNDLE_DIR\"); mv \"$run\" \"$run.moved\"; ln -s \"{victim}\" \"$run\""));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape);
        Assert.Empty(Directory.GetFileSystemEntries(victim));
        Assert.Null(result.Report);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_a_status_file_stops_nobody()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt; mkdir \"$FACTORY_BUNDLE_DIR/STATUS.json\"; touch \"$FACTORY_BUNDLE_DIR/STATUS.json/x\""), ("B_worker", "echo b > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        Assert.Equal(RunStatus.Pass, result.Status);
    }

    [Fact]
    public async Task A_worker_that_deletes_its_registration_blocks_itself_and_the_run_has_its_report()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "rm -rf \"$(git rev-parse --git-dir)\""), ("B_worker", "echo b > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.All(result.Blockers, blocker => Assert.Equal("A_worker", blocker.Worker));
        Assert.Equal("b\n", _repository.Git("show", result.Workers[1].Branch + ":src/b.txt"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pipe_in_the_place_of_the_git_file_blocks_and_hangs_nothing()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "rm .git; mkfifo .git"));
        AssertBlocked(await _repository.OneshotAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Commits_in_a_worktree_that_its_worker_deleted_are_kept()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo p > src/p.txt; git add -A; git commit -q -m p; cd /; rm -rf \"$FACTORY_WORKTREE\""));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.Equal("p\n", _repository.Git("show", result.Workers[0].Branch + ":src/p.txt"));
    }

    [Fact]
    public async Task Commits_in_a_worktree_that_a_person_deleted_are_rescued()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        var worktree = Path.Combine(_repository.Root, "tools/codex/worktrees/A_worker");
        TestRepository.Run(worktree, "sh", "-c", "echo later > src/later.txt; git add -A; git commit -q -m later");
        Directory.Delete(worktree, recursive: true);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal("later\n", _repository.Git("show", $"refs/factory/rescue/{result.RunId}/A_worker:src/later.txt"));
    }

    [Fact]
    public async Task A_rebase_left_open_is_rescued_with_its_origin_and_bricks_no_later_run()
    {
        _repository.Configure(("A_worker", """
            git checkout -q -b side; echo one > docs/guide.md; git commit -qam one
            git checkout -q --detach "$FACTORY_BASE_COMMIT"; echo two > docs/guide.md; git commit -qam two; echo x > src/x.txt; git add -A; git commit -q -m kept
            git rebase side || true
            """));
        var first = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(first);
        Assert.Contains("kept", _repository.Git("log", "--format=%s", first.Workers[0].Commit!), StringComparison.Ordinal);
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        Assert.Equal([], (await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Blockers);
    }

    [Theory]
    [InlineData("git update-index --skip-worktree src/file1.txt")]
    [InlineData("git update-index --assume-unchanged src/file1.txt")]
    [InlineData("git sparse-checkout set src")]
    public async Task What_a_worker_sets_in_its_worktree_does_not_hide_the_next_worker_s_edits(string script)
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt; " + script));
        await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        _repository.Configure(("A_worker", "echo edit >> src/file1.txt; test -f docs/guide.md"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        Assert.Equal("M\tsrc/file1.txt\n", _repository.Git("diff", "--name-status", result.BaseCommit!, result.IntegratedCommit!));
    }

    [Fact]
    public async Task A_worktree_whose_first_fill_was_cut_short_is_used_again()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(_repository.Root, ".git/worktrees/A_worker/index"));
        File.Delete(Path.Combine(_repository.Root, "tools/codex/worktrees/A_worker/docs/guide.md"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        Assert.Equal("A\tsrc/a.txt\n", _repository.Git("diff", "--name-status", result.BaseCommit!, result.IntegratedCommit!));
    }

    [Fact]
    public async Task A_branch_in_the_way_of_the_run_s_branches_is_found_before_anything_runs()
    {
        _repository.Git("branch", "codex");
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Contains("a branch codex is in the way", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
        Assert.Null(result.Workers[0].ExitCode);
    }

    private Task<RunResult> IntegrateAsync(RunResult launched) =>
        TestRepository.Pipeline.IntegrateAsync(_repository.Request with { RunId = launched.RunId }, TestContext.Current.CancellationToken);

    private static string Quoted(string path) => path.Replace("'", "'\\''", StringComparison.Ordinal);

    private void AssertBlocked(RunResult result)
    {
        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        Assert.True(File.Exists(result.Report));
        Assert.Equal("", _repository.Git("for-each-ref", $"refs/heads/codex/factory/{result.RunId}/Z_integrator"));
    }

    private JsonObject Checks(params (string Name, string Script)[] checks) => new()
    {
        ["checks"] = new JsonArray([.. checks.Select(check =>
        {
            var file = Path.Combine(_repository.Home, $"check-{check.Name}.sh");
            File.WriteAllText(file, check.Script + "\n");
            return new JsonObject { ["name"] = check.Name, ["command"] = new JsonArray("sh", file) };
        })]),
    };
}
