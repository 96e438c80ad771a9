using Factory.Core.Contracts;
using Factory.Core.Locking;
using Factory.Core.Repository;

namespace Factory.Core.Tests.Pipeline;

public sealed class BadRepositoryTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public BadRepositoryTests() => _repository.Configure(("A_worker", "echo x > src/x.txt"));

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_folder_that_is_no_repository_is_refused()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_repository.Home, "plain")).FullName;
        await RefusedAsync(folder, null, "is not in a git repository's checkout");
    }

    [Fact]
    public Task A_folder_that_does_not_exist_is_refused() => RefusedAsync(Path.Combine(_repository.Home, "nowhere"), null, "does not exist");

    [Fact]
    public async Task A_bare_repository_is_refused()
    {
        var bare = Path.Combine(_repository.Home, "bare.git");
        TestRepository.Run(_repository.Home, "git", "init", "-q", "--bare", bare);
        await RefusedAsync(bare, null, "is a bare repository");
    }

    [Fact]
    public async Task A_repository_without_commits_is_refused()
    {
        var empty = Path.Combine(_repository.Home, "empty");
        TestRepository.Run(_repository.Home, "git", "init", "-q", empty);
        await RefusedAsync(empty, null, "has no commits yet");
    }

    [Theory]
    [InlineData("no-such-branch", "names no commit")]
    [InlineData("-x", "begins with '-'")]
    [InlineData("both", "is ambiguous")]
    [InlineData("HEAD:src", "names no commit")]
    public async Task A_base_ref_that_names_no_single_commit_is_refused(string reference, string message)
    {
        _repository.Git("branch", "both");
        _repository.Git("tag", "both", "HEAD");
        await RefusedAsync(_repository.Root, reference, message);
    }

    [Fact]
    public async Task A_missing_configuration_is_refused_with_the_way_to_make_one()
    {
        File.Delete(_repository.Request.ConfigFile!);
        var result = await RefusedAsync(_repository.Root, null, "");
        Assert.Contains("init", result.Blockers[0].NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_without_workers_is_refused()
    {
        _repository.Configure();
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("no worker is defined", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_allow_list_glob_that_matches_nothing_is_refused_before_anything_runs()
    {
        var config = _repository.Configure(("A_worker", "echo x > src/x.txt"));
        config["workers"]!["allowlist_globs"] = new System.Text.Json.Nodes.JsonObject { ["A_worker"] = new System.Text.Json.Nodes.JsonArray("scr/**") };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Contains("'scr/**' matches nothing", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
        Assert.Null(result.Workers[0].ExitCode);
    }

    [Fact]
    public async Task A_foreign_folder_in_the_place_of_a_worktree_is_left_alone()
    {
        _repository.Write("tools/codex/worktrees/A_worker/precious.txt", "mine");
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("is not a worktree of this repository", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(_repository.Root, "tools/codex/worktrees/A_worker/precious.txt")));
    }

    [Fact]
    public async Task A_worktree_in_use_blocks_with_the_holder_and_harms_nothing()
    {
        var held = Path.Combine(_repository.Root, "tools/codex/worktrees/.locks/A_worker.lock");
        using var other = FileLock.TryAcquire(held, new LockHolder("factory_20260101_000000_deadbeef_001", 4711, "build-7", "2026-01-01T00:00:00.000Z"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.Lock, 2), (blocker.Kind, result.ExitCode));
        Assert.Contains("run factory_20260101_000000_deadbeef_001, pid 4711 on build-7", blocker.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_id_that_exists_is_refused_and_its_folder_is_not_touched()
    {
        var first = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        var report = File.ReadAllBytes(first.Report!);
        var second = await TestRepository.Pipeline.OneshotAsync(_repository.Request with { RunId = first.RunId }, TestContext.Current.CancellationToken);
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("exists already", Assert.Single(second.Blockers).Message, StringComparison.Ordinal);
        Assert.Equal(report, File.ReadAllBytes(first.Report!));
    }

    [Fact]
    public async Task Two_runs_in_one_second_get_two_ids()
    {
        var first = TestRepository.Pipeline.OneshotAsync(_repository.Request with { IsDryRun = true }, TestContext.Current.CancellationToken);
        var second = TestRepository.Pipeline.OneshotAsync(_repository.Request with { IsDryRun = true }, TestContext.Current.CancellationToken);
        var ids = new[] { (await first).RunId, (await second).RunId };
        Assert.Equal(2, ids.Distinct().Count());
        Assert.All(ids, Assert.NotNull);
    }

    [Theory]
    [InlineData("git version 2.37.9", false)]
    [InlineData("git version 2.38.0.windows.1", true)]
    [InlineData("git version 2.50.1 (Apple Git-155)", true)]
    [InlineData("hub 3", false)]
    public void An_old_git_is_refused(string answer, bool isAccepted)
    {
        if (isAccepted) Assert.True(GitVersion.Check(answer) >= GitVersion.Oldest);
        else Assert.Contains("git", Assert.Throws<FactoryException>(() => GitVersion.Check(answer)).Blocker.NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_git_is_refused()
    {
        var error = await Assert.ThrowsAsync<FactoryException>(() => GitVersion.RequireAsync(new Git("no-such-git"), TestContext.Current.CancellationToken));
        Assert.Contains("install git 2.38", error.Blocker.NextAction, StringComparison.Ordinal);
    }

    private async Task<RunResult> RefusedAsync(string folder, string? baseRef, string message)
    {
        var result = await TestRepository.Pipeline.OneshotAsync(
            _repository.Request with { Repository = folder, Overrides = new() { BaseRef = baseRef } }, TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        Assert.Contains(message, result.Blockers[0].Message, StringComparison.Ordinal);
        Assert.NotEqual("", result.Blockers[0].NextAction);
        Assert.Null(result.RunId);
        return result;
    }
}
