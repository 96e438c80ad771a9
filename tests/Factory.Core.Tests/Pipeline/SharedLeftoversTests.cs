using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>What workers leave in the git folder that decides later merges, or keeps git from working, is told.</summary>
public sealed class SharedLeftoversTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public SharedLeftoversTests() => TestRepository.RequireUnix();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("mkdir -p \"$GIT/rr-cache/0a\"; echo x > \"$GIT/rr-cache/0a/preimage\"; echo evil > \"$GIT/rr-cache/0a/postimage\"", "rr-cache/0a/postimage")]
    [InlineData("echo evil > \"$GIT/rr-cache/known/postimage\"", "rr-cache/known/postimage")]
    [InlineData("mv \"$GIT/rr-cache\" \"$GIT/moved\"; ln -s moved \"$GIT/rr-cache\"", "rr-cache")]
    [InlineData("echo poisoned > \"$GIT/rr-cache/x\"", "rr-cache/x")]
    public async Task A_recorded_resolution_that_a_worker_makes_or_changes_blocks(string script, string path)
    {
        _repository.Write(".git/rr-cache/known/preimage", "a\n");
        _repository.Write(".git/rr-cache/known/postimage", "b\n");
        var result = await RunAsync(script);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path == path);
    }

    [Fact]
    public async Task A_conflict_that_a_worker_only_meets_is_no_finding()
    {
        var result = await RunAsync("mkdir -p \"$GIT/rr-cache/0b\" \"$GIT/rr-cache/known\"; echo x > \"$GIT/rr-cache/0b/preimage\"");
        Assert.Equal([], result.Blockers);
        Assert.Equal([], result.Warnings);
    }

    [Fact]
    public async Task What_a_fetch_into_the_users_checkout_left_is_a_warning()
    {
        var result = await RunAsync("echo evil > \"$GIT/FETCH_HEAD\"");
        Assert.Equal([], result.Blockers);
        Assert.Contains(result.Warnings, warning => warning.Contains("FETCH_HEAD beside HEAD of your checkout was made", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("index.lock")]
    [InlineData("config.lock")]
    [InlineData("HEAD.lock")]
    [InlineData("refs/heads/main.lock")]
    public async Task A_lock_file_that_is_left_behind_is_named(string name)
    {
        var result = await RunAsync($"touch \"$GIT/{name}\"");
        Assert.Contains(result.Warnings, warning => warning.StartsWith($"the lock file .git/{name} was made while workers ran", StringComparison.Ordinal));
        Assert.Equal(RunStatus.Warn, result.Status);
    }

    [Fact]
    public async Task A_lock_file_that_was_there_before_or_is_gone_again_is_not()
    {
        _repository.Write(".git/gc.lock", "");
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var result = await RunAsync("touch \"$GIT/index.lock\"; (sleep 0.4; rm \"$GIT/index.lock\") & wait");
        Assert.DoesNotContain(result.Warnings, warning => warning.Contains("lock file", StringComparison.Ordinal));
    }

    private Task<RunResult> RunAsync(string script)
    {
        _repository.Configure(("A_worker", $"GIT='{Path.Combine(_repository.Root, ".git").Replace("'", "'\\''", StringComparison.Ordinal)}'; echo a > src/a.txt; {script}"));
        return _repository.OneshotAsync(TestContext.Current.CancellationToken);
    }
}
