using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>Workers that reach outside their worktree, each beside one that does not.</summary>
public sealed class EscapeTests : IDisposable
{
    private const string Innocent = "echo b > src/b.txt";
    private readonly TestRepository _repository = new();

    private string Root => _repository.Root;

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("echo x >> \"$ROOT/src/file1.txt\"", "src/file1.txt")]
    [InlineData("rm \"$ROOT/docs/guide.md\"", "docs/guide.md")]
    [InlineData("echo x > \"$ROOT/new.txt\"", "new.txt")]
    [InlineData("echo y > \"$ROOT/mine.txt\"", "mine.txt")]
    [InlineData("echo y >> \"$ROOT/CHANGELOG.md\"", "CHANGELOG.md")]
    [InlineData("chmod +x \"$ROOT/src/file1.txt\"", "src/file1.txt")]
    [InlineData("git -C \"$ROOT\" add mine.txt", "index")]
    [InlineData("git -C \"$ROOT\" update-index --assume-unchanged src/file1.txt", "index")]
    [InlineData("git -C \"$ROOT\" symbolic-ref HEAD refs/heads/other", "HEAD")]
    [InlineData("git update-ref refs/heads/other HEAD~1", "refs/heads/other")]
    [InlineData("git branch -D other", "refs/heads/other")]
    [InlineData("git tag sneaky", "refs/tags/sneaky")]
    [InlineData("git replace HEAD HEAD~1", null)]
    [InlineData("ln -s . \"$COMMON/refs/heads/round\"; ln -s . \"$COMMON/refs/heads/about\"", "refs/heads/round")]
    [InlineData("echo x > src/a.txt; git stash -u", "refs/stash")]
    [InlineData("git config user.name Mallory", "user.name")]
    [InlineData("git config alias.st '!sh -c evil'", "alias.st")]
    [InlineData("mkdir -p \"$COMMON/hooks\"; echo 'exit 1' > \"$COMMON/hooks/pre-commit\"", "hooks/pre-commit")]
    [InlineData("mkdir -p \"$COMMON/info\"; echo '* merge=union' >> \"$COMMON/info/attributes\"", "info/attributes")]
    [InlineData("git worktree add -q --detach \"$HOME_OF_TEST/elsewhere\"", null)]
    [InlineData("git -C \"$HOME_OF_TEST/other tree\" checkout -q --detach HEAD~1", null)]
    [InlineData("git rev-parse HEAD~1 > \"$COMMON/MERGE_HEAD\"", "MERGE_HEAD")]
    [InlineData("mkdir \"$COMMON/rebase-merge\"; echo 'exec evil' > \"$COMMON/rebase-merge/git-rebase-todo\"", "rebase-merge/git-rebase-todo")]
    [InlineData("git config -f \"$HOME_OF_TEST/included\" core.pager evil", null)]
    [InlineData("echo 'exit 1' > \"$HOME_OF_TEST/hooks of mine/pre-push\"", null)]
    [InlineData("echo '*.txt' > \"$HOME_OF_TEST/ignored by me\"", null)]
    [InlineData("mkdir -p \"$COMMON/worktrees/x\"; printf 'a\\0b' > \"$COMMON/worktrees/x/gitdir\"", null)]
    [InlineData("echo more >> \"$ROOT/module/inner.txt\"", "module")]
    [InlineData("git -C \"$ROOT/module\" config core.pager evil", "core.pager")]
    [InlineData("echo 'exit 1' > \"$COMMON/modules/module/hooks/post-checkout\"", "modules/module/hooks/post-checkout")]
    [InlineData("touch -r \"$ROOT/large.txt\" stamp; printf x | dd of=\"$ROOT/large.txt\" conv=notrunc 2>/dev/null; touch -r stamp \"$ROOT/large.txt\"; rm stamp", "large.txt")]
    [InlineData("mkdir \"$HOME_OF_TEST/evil\"; for n in objects refs worktrees logs packed-refs info hooks; do ln -s \"$COMMON/$n\" \"$HOME_OF_TEST/evil/$n\"; done; cp \"$COMMON/config\" \"$HOME_OF_TEST/evil/config\"; echo \"$HOME_OF_TEST/evil\" > \"$COMMON/commondir\"", "commondir")]
    [InlineData("echo \"$COMMON\" > \"$COMMON/worktrees/other-tree/commondir\"", "worktrees/other-tree/commondir")]
    [InlineData("echo \"$ROOT/tools/codex/x/.git\" > \"$COMMON/worktrees/other-tree/gitdir\"", null)]
    [InlineData("mv \"$COMMON/worktrees/other-tree\" \"$HOME_OF_TEST/moved\"; ln -s \"$HOME_OF_TEST/moved\" \"$COMMON/worktrees/other-tree\"", "worktrees/other-tree")]
    [InlineData("git config -f \"$COMMON/worktrees/other-tree/config.worktree\" core.pager evil", "core.pager")]
    [InlineData("git rev-parse HEAD~1 > \"$COMMON/worktrees/other-tree/MERGE_HEAD\"", null)]
    [InlineData("cp \"$HOME_OF_TEST/forged index\" \"$COMMON/index\"", "index: cached trees")]
    [InlineData("for f in \"$COMMON\"/sharedindex.*; do chmod u+w \"$f\"; printf x | dd of=\"$f\" bs=1 seek=20 conv=notrunc 2>/dev/null; done", null)]
    [InlineData("git pack-refs --all; echo \"$(git rev-parse HEAD~1) refs/heads/other\" >> \"$COMMON/packed-refs\"", "refs/heads/other")]
    [InlineData("mkdir -p \"$COMMON/hooks/lib\"; echo evil > \"$COMMON/hooks/lib/common.sh\"", "hooks/lib/common.sh")]
    [InlineData("mkdir \"$HOME_OF_TEST/hooks of mine/_\"; echo evil > \"$HOME_OF_TEST/hooks of mine/_/husky.sh\"", null)]
    [InlineData("mkdir -p \"$COMMON/info/x\"; echo x > \"$COMMON/info/x/y\"", "info/x/y")]
    [InlineData("git branch origin/main HEAD~1", "refs/heads/origin/main")]
    [InlineData("git branch v1 HEAD~1", "refs/heads/v1")]
    [InlineData("echo module; git -C \"$ROOT/ext/objects\" config core.pager evil", "core.pager")]
    [InlineData("git -C \"$ROOT/module\" tag sneaky", "modules/module: refs/tags/sneaky")]
    [InlineData("git -C \"$ROOT/module\" symbolic-ref HEAD refs/heads/none", "modules/module/HEAD")]
    [InlineData("echo '*' >> \"$COMMON/modules/module/info/exclude\"", "modules/module/info/exclude")]
    [InlineData("echo \"$COMMON\" > \"$COMMON/modules/module/commondir\"", "modules/module/commondir")]
    [InlineData("echo '{}' > \"$HOME_OF_TEST/factory.config.json\"", null)]
    [InlineData("truncate -s 10 \"$ROOT/tools/codex/runs/factory_ledger.jsonl\" || true", null)]
    public async Task A_worker_that_reaches_out_is_named_and_nobody_else(string script, string? what)
    {
        TestRepository.RequireUnix();
        Prepare();
        if (script.Contains("module", StringComparison.Ordinal)) AddSubmodule();
        if (script.Contains("forged", StringComparison.Ordinal)) File.WriteAllBytes(Path.Combine(_repository.Home, "forged index"), Guards.Escapes.Checkout.CachedTreesTests.Forge(File.ReadAllBytes(Path.Combine(Root, ".git", "index")), "src"));
        if (script.Contains("sharedindex", StringComparison.Ordinal)) _repository.Git("update-index", "--split-index");
        if (script.StartsWith("truncate", StringComparison.Ordinal)) script = "cp \"$ROOT/tools/codex/runs/factory_ledger.jsonl\" /dev/null; printf '0' | dd of=\"$ROOT/tools/codex/runs/factory_ledger.jsonl\" bs=1 seek=30 conv=notrunc 2>/dev/null";
        var result = await RunAsync(1, ("A_worker", "echo a > src/a2.txt"), ("B_worker", $"ROOT='{Quoted(Root)}'; COMMON=\"$ROOT/.git\"; HOME_OF_TEST='{Quoted(_repository.Home)}'; {script}"), ("C_worker", Innocent));
        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        var escapes = result.Blockers.Where(blocker => blocker.Kind == BlockerKind.Escape).ToList();
        Assert.NotEmpty(escapes);
        if (what is not null) Assert.Contains(escapes, blocker => blocker.Path == what && blocker.Worker == "B_worker");
        Assert.DoesNotContain(result.Blockers, blocker => blocker.Worker is "A_worker" or "C_worker");
        Assert.NotEqual(RunStatus.Blocked, result.Workers[0].Status);
        Assert.NotEqual(RunStatus.Blocked, result.Workers[2].Status);
        Assert.Contains("== ", File.ReadAllText(Path.Combine(result.RunDir!, "Z_integrator", "LOGS", "escapes.diff")), StringComparison.Ordinal);
        Assert.Contains("[escape]", File.ReadAllText(result.Report!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".gitignore")]
    [InlineData("src/.gitattributes")]
    [InlineData(".git/info/exclude")]
    public async Task A_pipe_where_git_reads_a_file_ends_the_run_and_is_named(string path)
    {
        TestRepository.RequireUnix();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere a pipe cannot be told from a file");
        _repository.Configure(("A_worker", $"echo a > src/a.txt; rm -f '{Quoted(Root)}/{path}'; mkfifo '{Quoted(Root)}/{path}'"));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var result = await _repository.OneshotAsync(patience.Token);
        Assert.False(patience.IsCancellationRequested);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Message.Contains(path.Replace(".git/", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_git_folder_full_of_nothing_ends_no_run_without_a_word()
    {
        TestRepository.RequireUnix();
        foreach (var name in (string[])["index", "HEAD"])
        {
            using var repository = new TestRepository();
            repository.Configure(("A_worker", $"echo a > src/a.txt; truncate -s 5G '{Quoted(repository.Root)}/.git/{name}'"));
            var result = await repository.OneshotAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Worker: "A_worker" });
        }
    }

    [Fact]
    public async Task What_shows_the_changes_is_listed_among_the_logs_and_covered_by_the_manifest()
    {
        TestRepository.RequireUnix();
        Prepare();
        var result = await RunAsync(1, ("A_worker", $"echo x > '{Quoted(Root)}/planted.txt'"));
        var index = FactoryJson.Read<LogsIndexDocument>(File.ReadAllBytes(Path.Combine(result.RunDir!, "Z_integrator", "LOGS", "INDEX.json")));
        Assert.Equal(new LogRecord("escapes", "LOGS/escapes.diff", null), Assert.Single(index.Logs));
        Assert.Contains("Z_integrator/LOGS/escapes.diff", File.ReadAllText(Path.Combine(result.RunDir!, "attestations", "report.sha256")) + File.ReadAllText(Path.Combine(result.RunDir!, "attestations", "bundles.sha256")), StringComparison.Ordinal);
        Assert.Empty(SchemaGate.Validate(File.ReadAllBytes(Path.Combine(result.RunDir!, "Z_integrator", "LOGS", "INDEX.json")), SchemaGate.Load("logs_index")));
    }

    [Theory]
    [InlineData("git status >/dev/null; git -C \"$ROOT\" status >/dev/null; git log >/dev/null")]
    [InlineData("touch \"$ROOT/src/file1.txt\"; git -C \"$ROOT\" status >/dev/null")]
    [InlineData("git add -A; git commit -q -m work; git reset -q --soft HEAD~1; git gc -q")]
    [InlineData("echo x > src/x.txt; git add -A; git commit -q -m work; git rebase -q HEAD~1")]
    [InlineData("touch \"$ROOT/src/file1.txt\"; git -C \"$ROOT\" update-index --refresh >/dev/null || true; git -C \"$ROOT\" write-tree >/dev/null")]
    [InlineData("git fetch -q \"$ROOT\" main")]
    [InlineData("mkdir -p ignored; echo x > ignored/cache; git pack-refs --all")]
    public async Task What_changes_nothing_of_the_user_s_is_no_finding(string script)
    {
        TestRepository.RequireUnix();
        Prepare();
        var result = await RunAsync(0, ("A_worker", $"ROOT='{Quoted(Root)}'; echo a > src/a.txt; {script}"), ("B_worker", Innocent));
        Assert.Equal([], result.Blockers);
        Assert.Equal(RunStatus.Pass, result.Status);
    }

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
        var config = _repository.Configure(("A_worker", $"echo a > src/a.txt; echo x >> '{Quoted(Root)}/mine.txt'; git -C '{Quoted(Root)}' commit -q --allow-empty -m mine; git -C '{Quoted(Root)}' config user.signingkey x"));
        config["security"] = new JsonObject { ["escape_check"] = "warn" };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
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
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        File.WriteAllText(Path.Combine(Root, ".git", "index"), "broken");
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
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
    [InlineData("cp -r \"$COMMON\" \"$LINKED.git\"; rm -r \"$LINKED.git/objects\"; ln -s \"$COMMON/objects\" \"$LINKED.git/objects\"; echo \"gitdir: $LINKED.git/worktrees/linked\" > \"$LINKED/.git\"")]
    [InlineData("git -C \"$LINKED\" config --worktree alias.st '!sh -c evil'")]
    [InlineData("echo \"$COMMON\" > \"$COMMON/worktrees/linked/commondir\"")]
    [InlineData("git -C \"$COMMON/..\" symbolic-ref HEAD refs/heads/other")]
    [InlineData("git rev-parse HEAD~1 > \"$COMMON/MERGE_HEAD\"")]
    [InlineData("git pack-refs --all; echo \"$(git rev-parse HEAD~1) refs/heads/other\" >> \"$COMMON/packed-refs\"")]
    public async Task A_linked_checkout_keeps_its_repository_and_its_own_settings(string script)
    {
        TestRepository.RequireUnix();
        Prepare();
        _repository.Git("config", "extensions.worktreeConfig", "true");
        var linked = Path.Combine(_repository.Home, "linked");
        _repository.Git("worktree", "add", "-q", "-b", "linked", linked);
        _repository.Configure(("A_worker", $"echo a > src/a.txt; COMMON='{Quoted(Root)}/.git'; LINKED='{Quoted(linked)}'; {script}"));
        var result = await TestRepository.Pipeline.OneshotAsync(_repository.Request with { Repository = linked }, TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Worker: "A_worker" });
    }

    [Theory]
    [InlineData("")]
    [InlineData("touch -r \"$COMMON/config\" \"$FILE\"")]
    [InlineData("O=$(echo lone | git hash-object -w --stdin); P=$(echo $O | git pack-objects -q \"$COMMON/objects/pack/pack\"); F=\"$COMMON/objects/pack/pack-$P.pack\"; chmod u+w \"$F\"; printf x | dd of=\"$F\" bs=1 seek=14 conv=notrunc 2>/dev/null")]
    public async Task An_object_of_the_base_that_a_worker_forges_blocks(string afterwards)
    {
        TestRepository.RequireUnix();
        Prepare();
        var other = _repository.Git("hash-object", "-w", "mine.txt").Trim();
        var result = await RunAsync(0, ("A_worker", $"COMMON='{Quoted(Root)}/.git'; of() {{ echo \"$COMMON/objects/$(echo $1 | cut -c1-2)/$(echo $1 | cut -c3-)\"; }}; FILE=$(of $(git rev-parse HEAD:docs/guide.md)); chmod u+w \"$FILE\"; cat \"$(of {other})\" > \"$FILE\"; {afterwards}"), ("B_worker", Innocent));
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path!.StartsWith(afterwards.Contains("pack-objects", StringComparison.Ordinal) ? "objects/pack/" : "objects/", StringComparison.Ordinal));
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Null(result.IntegratedCommit);
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

    private static string Quoted(string path) => path.Replace("'", "'\\''", StringComparison.Ordinal);

    // The user has uncommitted work, a second branch, a second worktree, and two commits.
    private void Prepare()
    {
        _repository.Git("commit", "-q", "--allow-empty", "-m", "second");
        _repository.Git("branch", "other");
        _repository.Git("tag", "v1");
        _repository.Git("update-ref", "refs/remotes/origin/main", "HEAD");
        _repository.Git("worktree", "add", "-q", "--detach", Path.Combine(_repository.Home, "other tree"));
        _repository.Write("mine.txt", "mine\n");
        _repository.Write("large.txt", new string('a', 100_000));
        Directory.CreateDirectory(Path.Combine(_repository.Home, "hooks of mine"));
        _repository.Git("config", "core.hooksPath", Path.Combine(_repository.Home, "hooks of mine"));
        _repository.Git("config", "core.excludesFile", Path.Combine(_repository.Home, "ignored by me"));
        _repository.Git("config", "include.path", "../../included");
        File.AppendAllText(Path.Combine(Root, "CHANGELOG.md"), "uncommitted\n");
    }

    private void AddSubmodule()
    {
        var origin = Path.Combine(_repository.Home, "origin");
        TestRepository.Run(_repository.Home, "git", "init", "-q", origin);
        File.WriteAllText(Path.Combine(origin, "inner.txt"), "inner\n");
        TestRepository.Run(origin, "git", "add", "-A");
        TestRepository.Run(origin, "git", "-c", "user.name=T", "-c", "user.email=t@example.invalid", "commit", "-q", "-m", "inner");
        foreach (var path in (string[])["module", "ext/objects"]) _repository.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", origin, path);
        _repository.Git("commit", "-q", "-m", "module");
    }

    private Task<RunResult> RunAsync(int parallel, params (string Id, string Script)[] workers)
    {
        var config = _repository.Configure(workers);
        config["run"] = new JsonObject { ["max_parallel"] = parallel };
        _repository.Save(config);
        return _repository.OneshotAsync(TestContext.Current.CancellationToken);
    }
}
