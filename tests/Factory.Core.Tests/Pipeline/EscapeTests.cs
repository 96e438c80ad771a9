using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>Workers that reach outside their worktree, each beside one that does not.</summary>
public sealed class EscapeTests : EscapeRun
{
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
        if (script.Contains("forged", StringComparison.Ordinal)) File.WriteAllBytes(Path.Combine(Repository.Home, "forged index"), Guards.Escapes.Checkout.CachedTreesTests.Forge(File.ReadAllBytes(Path.Combine(Root, ".git", "index")), "src"));
        if (script.Contains("sharedindex", StringComparison.Ordinal)) Repository.Git("update-index", "--split-index");
        if (script.StartsWith("truncate", StringComparison.Ordinal)) script = "cp \"$ROOT/tools/codex/runs/factory_ledger.jsonl\" /dev/null; printf '0' | dd of=\"$ROOT/tools/codex/runs/factory_ledger.jsonl\" bs=1 seek=30 conv=notrunc 2>/dev/null";
        var result = await RunAsync(1, ("A_worker", "echo a > src/a2.txt"), ("B_worker", $"ROOT='{Quoted(Root)}'; COMMON=\"$ROOT/.git\"; HOME_OF_TEST='{Quoted(Repository.Home)}'; {script}"), ("C_worker", Innocent));
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
        Repository.Configure(("A_worker", $"echo a > src/a.txt; rm -f '{Quoted(Root)}/{path}'; mkfifo '{Quoted(Root)}/{path}'"));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var result = await Repository.OneshotAsync(patience.Token);
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
        Repository.Git("config", "extensions.worktreeConfig", "true");
        var linked = Path.Combine(Repository.Home, "linked");
        Repository.Git("worktree", "add", "-q", "-b", "linked", linked);
        Repository.Configure(("A_worker", $"echo a > src/a.txt; COMMON='{Quoted(Root)}/.git'; LINKED='{Quoted(linked)}'; {script}"));
        var result = await TestRepository.Pipeline.OneshotAsync(Repository.Request with { Repository = linked }, TestContext.Current.CancellationToken);
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
        var other = Repository.Git("hash-object", "-w", "mine.txt").Trim();
        var result = await RunAsync(0, ("A_worker", $"COMMON='{Quoted(Root)}/.git'; of() {{ echo \"$COMMON/objects/$(echo $1 | cut -c1-2)/$(echo $1 | cut -c3-)\"; }}; FILE=$(of $(git rev-parse HEAD:docs/guide.md)); chmod u+w \"$FILE\"; cat \"$(of {other})\" > \"$FILE\"; {afterwards}"), ("B_worker", Innocent));
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path!.StartsWith(afterwards.Contains("pack-objects", StringComparison.Ordinal) ? "objects/pack/" : "objects/", StringComparison.Ordinal));
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Null(result.IntegratedCommit);
    }
}
