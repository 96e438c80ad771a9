using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>
/// A base may hold files otherwise than its attributes say, and git then wants to change each of them as soon as it reads one. No
/// worker is blamed for that, and none can hide an edit behind it.
/// </summary>
public sealed class UntouchedFilesTests : HostileRun
{
    // New times alone make git read them again, as it does also when they were written in one second with the index.
    private const string Touch = "touch src/crlf.txt src/real.bin; ";

    public UntouchedFilesTests()
    {
        TestRepository.RequireUnix();
        Repository.Git("config", "filter.up.clean", "sha256sum | cut -c1-20");
        Repository.Git("config", "filter.up.smudge", "cat");
        Repository.Write("src/crlf.txt", "a\r\nb\r\n");
        Repository.Write("src/real.bin", "REAL\n");
        Repository.Commit("as they were");
        Repository.Write(".gitattributes", "*.txt text\n*.bin filter=up\n");
        CommitAttributes();
    }

    [Theory]
    [InlineData("new times", Touch + "echo n > docs/new.md", "A docs/new.md")]
    [InlineData("nothing else", Touch, "")]
    [InlineData("its own commit of something else", Touch + "echo n > docs/new.md; git add docs/new.md; git commit -qm one", "A docs/new.md")]
    [InlineData("other attributes", Touch + "echo '*.txt text eol=crlf' > .gitattributes", "M .gitattributes")]
    [InlineData("attributes beside the files", Touch + "echo '* -text -filter' > src/.gitattributes", "A src/.gitattributes")]
    [InlineData("without an index", Touch + "rm \"$(git rev-parse --git-dir)/index\"", "")]
    public async Task What_no_worker_touched_stays_as_the_base_has_it(string name, string script, string changes)
    {
        var result = await RunAsync(script);
        Assert.True(result.Blockers.Count == 0, name + ": " + string.Join('\n', result.Blockers));
        Assert.Equal(changes, Changed(result));
        var next = await RunAsync(Touch);
        Assert.Equal([], next.Blockers);
        Assert.Equal(["A_worker: changed nothing; check that its command does what you expect, or drop it from the run"], next.Warnings);
        Assert.Equal("", Changed(next));
    }

    [Theory]
    [InlineData("an edit of the same size", Touch + "printf 'a\\r\\nc\\r\\n' > src/crlf.txt; printf 'RAEL\\n' > src/real.bin", "M src/crlf.txt,M src/real.bin")]
    [InlineData("an edit behind attributes", "echo '* -text -filter' > src/.gitattributes; printf 'a\\r\\nc\\r\\n' > src/crlf.txt", "A src/.gitattributes,M src/crlf.txt")]
    [InlineData("other ends of lines", "printf 'a\\nb\\n' > src/crlf.txt", "M src/crlf.txt")]
    [InlineData("a mode", "chmod +x src/crlf.txt", "M src/crlf.txt")]
    [InlineData("renormalised", Touch + "git add --renormalize src/crlf.txt; git commit -qm one", "M src/crlf.txt")]
    [InlineData("renormalised, staged", Touch + "git add --renormalize src", "M src/crlf.txt,M src/real.bin")]
    public async Task What_a_worker_did_itself_is_captured(string name, string script, string changes)
    {
        var result = await RunAsync(script);
        Assert.True(result.Blockers.Count == 0, name + ": " + string.Join('\n', result.Blockers));
        Assert.Equal(changes, Changed(result));
    }

    [Fact]
    public async Task Workers_with_scopes_of_their_own_get_no_blame_in_a_repository_with_submodules_either()
    {
        var inner = Path.Combine(Repository.Home, "inner");
        TestRepository.Run(Repository.Home, "git", "init", "-q", inner);
        TestRepository.Run(inner, "git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x");
        Repository.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "inner");
        Repository.Git("commit", "-q", "-m", "a submodule");
        var config = Repository.Configure(("A_worker", Touch + "echo n > docs/a.md"), ("B_worker", Touch + "echo n > docs/b.md"), ("C_worker", Touch + "git add --renormalize src/crlf.txt"));
        Repository.Save(config);
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        Assert.Equal("A docs/a.md,A docs/b.md,M src/crlf.txt", Changed(result));
    }

    [Fact]
    public async Task Captured_work_that_was_deleted_is_written_again_the_same()
    {
        Repository.Configure(("A_worker", Touch + "git add --renormalize src/crlf.txt; echo a > src/a.txt"), ("B_worker", PrunedObjectsTests.DeleteObjectsOfA + "\necho b > src/b.txt"));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        Assert.Contains(result.Warnings, warning => warning.Contains("A_worker: objects of its captured work were deleted", StringComparison.Ordinal));
        Assert.Equal("A src/a.txt,A src/b.txt,M src/crlf.txt", Changed(result));
    }

    private void CommitAttributes()
    {
        Repository.Git("add", ".gitattributes");
        Repository.Git("commit", "-q", "-m", "attributes, without renormalising");
    }

    private string Changed(RunResult result) =>
        string.Join(',', Repository.Git("diff", "-M", "--name-status", "HEAD", result.IntegratedCommit!).Replace('\t', ' ').Split('\n', StringSplitOptions.RemoveEmptyEntries));

    private Task<RunResult> RunAsync(string script)
    {
        Repository.Configure(("A_worker", script));
        return Repository.OneshotAsync(TestContext.Current.CancellationToken);
    }
}
