using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>A worker may have git track what git ignores; it is captured like everything else that git tracks.</summary>
public sealed class IgnoredButTrackedTests : HostileRun
{
    public IgnoredButTrackedTests()
    {
        TestRepository.RequireUnix();
        Repository.Write(".gitignore", "packages/\n*.log\n");
        Repository.Write("packages/lib/tool.txt", "v1\n");
        Repository.Write("packages/lib/gen.txt", "generated\n");
        Repository.Git("add", "-f", "packages");
        Repository.Commit("packages that are tracked though they are ignored");
    }

    [Theory]
    [InlineData("committed", "git add -f build.log packages/new.txt; git commit -qm one", "A build.log,A packages/new.txt")]
    [InlineData("staged", "git add -f build.log packages/new.txt", "A build.log,A packages/new.txt")]
    [InlineData("of odd names", "for f in ' c.log' '[a-c].log' '!d.log' 'caf\u00e9.log'; do echo x > \"$f\"; git add -f \"./$f\"; done; rm build.log", "A  c.log,A !d.log,A [a-c].log,A \"caf\\303\\251.log\"")]
    [InlineData("named only", "git add -f -N build.log", "A build.log")]
    [InlineData("committed without the worktree's index", "GIT_INDEX_FILE=$FACTORY_BUNDLE/../other git add -f build.log; t=$(GIT_INDEX_FILE=$FACTORY_BUNDLE/../other git write-tree); git update-ref --no-deref HEAD $(git commit-tree -p HEAD -m one $t); rm $FACTORY_BUNDLE/../other", "A build.log")]
    [InlineData("renamed, committed", "git mv packages/lib packages/lib2; git commit -qm one", "R100 packages/lib/gen.txt packages/lib2/gen.txt,R100 packages/lib/tool.txt packages/lib2/tool.txt")]
    [InlineData("renamed, staged", "git mv packages/lib/gen.txt packages/lib/gen2.txt", "R100 packages/lib/gen.txt packages/lib/gen2.txt")]
    [InlineData("staged, and changed afterwards", "git add -f packages/new.txt; echo later > packages/new.txt", "A packages/new.txt")]
    [InlineData("changed", "echo v2 > packages/lib/tool.txt", "M packages/lib/tool.txt")]
    [InlineData("no more tracked, and left where it is", "echo /README.md >> .gitignore; git rm -q --cached README.md; git commit -qam one", "M .gitignore,D README.md")]
    [InlineData("not tracked", "true", "")]
    [InlineData("taken from the index by a slip", "git rm -rq --cached .", "")]
    [InlineData("without an index", "rm \"$(git rev-parse --git-dir)/index\"", "")]
    [InlineData("with an index that names what is nowhere", "git update-index --add --cacheinfo 100644,$(git hash-object -w .gitignore),packages/nowhere.txt", "")]
    [InlineData("behind a link", "mkdir -p elsewhere; echo x > elsewhere/a; git update-index --add --cacheinfo 100644,$(git hash-object -w .gitignore),packages/link/a; ln -s ../elsewhere packages/link", "A elsewhere/a")]
    public async Task What_the_worker_tracks_is_captured(string name, string script, string changes)
    {
        Repository.Write("README.md", "# Read me\n");
        Repository.Commit("read me");
        var result = await RunAsync($"echo log > build.log; echo new > packages/new.txt; {script}");
        Assert.True(result.Blockers.Count == 0, name + ": " + string.Join('\n', result.Blockers));
        Assert.Equal(changes, string.Join(',', Repository.Git("diff", "-M", "--name-status", "HEAD", result.IntegratedCommit!).Replace('\t', ' ').Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        if (changes.Contains("packages/new.txt", StringComparison.Ordinal)) Assert.Equal(script.Contains("later", StringComparison.Ordinal) ? "later\n" : "new\n", Repository.Git("show", result.IntegratedCommit + ":packages/new.txt"));
    }

    [Fact]
    public async Task What_is_protected_is_so_though_it_is_ignored()
    {
        Repository.Write(".gitignore", ".env\n");
        Repository.Commit("ignored settings");
        var result = await RunAsync("echo key=1 > .env; git add -f .env");
        AssertBlocked(result);
        Assert.Contains(result.Blockers, blocker => blocker is { Worker: "A_worker", Path: ".env" });
    }

    [Fact]
    public async Task The_worktree_begins_the_next_run_as_the_base_is()
    {
        await RunAsync("echo new > packages/new.txt; git add -f packages/new.txt");
        var next = await RunAsync("test ! -e packages/new.txt");
        Assert.Empty(next.Blockers);
        Assert.Equal("", Repository.Git("diff", "--name-only", "HEAD", next.IntegratedCommit!));
    }

    private Task<RunResult> RunAsync(string script)
    {
        Repository.Save(Repository.Configure(("A_worker", script)));
        return Repository.OneshotAsync(TestContext.Current.CancellationToken);
    }
}
