using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>What lies in the git folder that all worktrees share, and may not be changed whatever is configured.</summary>
public sealed class SharedFolderEscapeTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Folders_among_the_hooks_and_in_info_keep_no_run_from_starting()
    {
        foreach (var name in (string[])["hooks/pre-commit.d", "info/x"]) Directory.CreateDirectory(Path.Combine(_repository.Root, ".git", name));
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
    }

    [Fact]
    public async Task Hooks_and_included_settings_that_lie_in_the_git_folder_block_also_where_others_warn()
    {
        TestRepository.RequireUnix();
        var hooks = Directory.CreateDirectory(Path.Combine(_repository.Root, ".git", "hooks of mine")).FullName;
        File.WriteAllText(Path.Combine(hooks, "pre-commit"), "#!/bin/sh\n");
        File.WriteAllText(Path.Combine(_repository.Root, ".git", "extra"), "[core]\n\tpager = less\n");
        _repository.Git("config", "core.hooksPath", ".git/hooks of mine");
        _repository.Git("config", "include.path", "extra");
        var config = _repository.Configure(("A_worker", "echo a > src/a.txt; G=$(git rev-parse --git-common-dir); echo evil >> \"$G/hooks of mine/pre-commit\"; git config -f \"$G/extra\" core.pager evil"));
        config["security"] = new JsonObject { ["escape_check"] = "warn" };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["extra", "hooks of mine/pre-commit"], result.Blockers.Where(blocker => blocker.Kind == BlockerKind.Escape).Select(blocker => blocker.Path).Order(StringComparer.Ordinal));
        Assert.Equal(RunStatus.Blocked, result.Status);
    }

    // The checkout of a run in which a submodule, another worktree and a monitor's program lie in or belong to the git folder.
    [Theory]
    [InlineData("git stash create > /dev/null; git rev-parse HEAD > \"$GIT/MERGE_AUTOSTASH\"", "MERGE_AUTOSTASH")]
    [InlineData("git commit-tree 'HEAD^{tree}' -m evil > \"$GIT/ORIG_HEAD\"", "ORIG_HEAD")]
    [InlineData("printf 'URL: /tmp/evil\\nPush: refs/heads/main\\n' > \"$GIT/remotes/origin\"", "remotes/origin")]
    [InlineData("mkdir -p \"$GIT/branches\"; echo /tmp/evil > \"$GIT/branches/up\"", "branches/up")]
    [InlineData("echo 'exit 1' >> \"$GIT/monitor\"", "monitor")]
    [InlineData("echo 'exit 1' >> \"$GIT/tools/an alias\"", "tools/an alias")]
    [InlineData("echo \"gitdir: $GIT\" > \"$GIT/../../other/.git\"", "worktrees/other/.git")]
    [InlineData("mkdir -p \"$GIT/worktrees/other/info\"; echo /docs/ > \"$GIT/worktrees/other/info/sparse-checkout\"", "worktrees/other/info/sparse-checkout")]
    [InlineData("git rev-parse HEAD > \"$GIT/worktrees/other/MERGE_AUTOSTASH\"", "other: MERGE_AUTOSTASH")]
    [InlineData("cp \"$GIT/modules/module/HEAD\" \"$GIT/modules/module/MERGE_HEAD\"", "modules/module/MERGE_HEAD")]
    [InlineData("echo \"gitdir: $GIT\" > \"$GIT/../module/.git\"", "modules/module/.git")]
    [InlineData(": > \"$GIT/refs/heads/empty\"", "refs/heads/empty")]
    [InlineData("echo none > \"$GIT/refs/tags/broken\"", "refs/tags/broken")]
    public async Task What_decides_the_user_s_next_command_blocks(string script, string path)
    {
        TestRepository.RequireUnix();
        var (git, module) = (Path.Combine(_repository.Root, ".git"), Path.Combine(_repository.Home, "a module"));
        _repository.Git("init", "-q", module);
        _repository.Git("-C", module, "-c", "user.name=m", "-c", "user.email=m@example.invalid", "commit", "-q", "--allow-empty", "-m", "m");
        _repository.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", module, "module");
        _repository.Commit("a submodule");
        _repository.Git("worktree", "add", "-q", Path.Combine(_repository.Home, "other"));
        Directory.CreateDirectory(Path.Combine(git, "remotes"));
        Directory.CreateDirectory(Path.Combine(git, "tools"));
        foreach (var program in (string[])["monitor", "tools/an alias"]) File.WriteAllText(Path.Combine(git, program), "#!/bin/sh\nexit 1\n", new System.Text.UTF8Encoding(false));
        _repository.Git("config", "core.fsmonitor", ".git/monitor");
        _repository.Git("config", "alias.odd", $"!sh '{git}/tools/an alias' x");
        _repository.Configure(("A_worker", $"GIT='{git.Replace("'", "'\\''", StringComparison.Ordinal)}'; echo a > src/a.txt; {script}"), ("B_worker", "echo b > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path!.EndsWith(path, StringComparison.Ordinal));
        Assert.All(result.Blockers, blocker => Assert.Equal(BlockerKind.Escape, blocker.Kind));
    }

    [Fact]
    public async Task A_worktree_that_the_user_makes_or_takes_away_is_told_once()
    {
        TestRepository.RequireUnix();
        var (gone, made) = (Path.Combine(_repository.Home, "gone"), Path.Combine(_repository.Home, "made"));
        _repository.Git("worktree", "add", "-q", gone);
        Directory.CreateDirectory(Path.Combine(_repository.Root, ".git", "worktrees", "gone", "info"));
        File.WriteAllText(Path.Combine(_repository.Root, ".git", "worktrees", "gone", "info", "sparse-checkout"), "/*\n");
        var root = _repository.Root.Replace("'", "'\\''", StringComparison.Ordinal);
        var config = _repository.Configure(("A_worker", $"echo a > src/a.txt; cd '{root}'; git worktree remove --force '{gone}'; git worktree add -q '{made}' HEAD"));
        config["security"] = new JsonObject { ["escape_check"] = "warn" };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        Assert.True(Directory.Exists(made) && !Directory.Exists(gone));
        var told = result.Warnings.Where(warning => warning.Contains("the worktree ", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, told.Count);
        Assert.Contains(told, warning => warning.Contains($"{gone} was deleted", StringComparison.Ordinal));
        Assert.Contains(told, warning => warning.Contains($"{made} was made", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Branches_of_an_earlier_run_stay_nobody_s_to_change_when_its_folder_is_gone_and_a_worker_makes_it_anew()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var earlier = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Core.Workers.FolderRemoval.Delete(earlier.RunDir!);
        // In the same second the next run would take the id that is free again.
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken);
        var prefix = $"refs/heads/codex/factory/{earlier.RunId}/";
        _repository.Configure(("A_worker", $"echo b > src/b.txt; mkdir '{earlier.RunDir!.Replace("'", "'\\''", StringComparison.Ordinal)}'; git update-ref {prefix}Z_integrator HEAD; git update-ref -d {prefix}A_worker"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([prefix + "A_worker", prefix + "Z_integrator"], result.Blockers.Where(blocker => blocker.Kind == BlockerKind.Escape).Select(blocker => blocker.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_ref_of_the_run_that_stands_twice_in_packed_refs_blocks_and_ends_with_a_report()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo a > src/a.txt; P=$(git rev-parse --git-common-dir)/packed-refs; for i in 1 2; do echo \"$(git rev-parse HEAD) refs/heads/codex/factory/$FACTORY_RUN_ID/C\" >> \"$P\"; done"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path!.EndsWith("/C", StringComparison.Ordinal));
    }
}
