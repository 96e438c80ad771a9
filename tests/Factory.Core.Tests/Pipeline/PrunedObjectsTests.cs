using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>What one worker's git deletes from the repository that all share costs no other worker its work.</summary>
public sealed class PrunedObjectsTests : IDisposable
{
    // What a prune does that began before there was the branch.
    internal const string DeleteObjectsOfA = """
        until [ -e "$FACTORY_BUNDLE_DIR/../A_worker/STATUS.json" ]; do sleep 0.05; done
        objects=$(git rev-parse --path-format=absolute --git-common-dir)/objects
        for id in $(git rev-list --objects codex/factory/$FACTORY_RUN_ID/A_worker --not $FACTORY_BASE_COMMIT | cut -c1-40); do
            rm -f "$objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-)"
        done
        """;

    private readonly TestRepository _repository = new();

    public PrunedObjectsTests() => TestRepository.RequireUnix();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Objects_that_are_deleted_while_a_capture_writes_them_are_written_once_more()
    {
        var (armed, filter) = (Path.Combine(_repository.Home, "armed"), Path.Combine(_repository.Home, "filter.sh"));
        // Where a filter runs the capture has written a.txt already, and no ref names it yet.
        File.WriteAllText(filter, "cat\nif rm \"$(dirname \"$0\")/armed\" 2>/dev/null; then env -u GIT_INDEX_FILE -u GIT_DIR -u GIT_WORK_TREE git -C \"$1\" prune --expire=now; fi\n");
        _repository.Git("config", "filter.prune.clean", $"sh {Quote(filter)} {Quote(_repository.Root)}");
        _repository.Write(".gitattributes", "z.txt filter=prune\n");
        _repository.Commit("a filter");
        _repository.Configure(("A_worker", $"echo a > src/a.txt; echo z > src/z.txt; touch {Quote(armed)}"));

        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);

        Assert.False(File.Exists(armed));
        Assert.Equal([], result.Blockers);
        Assert.Contains(result.Warnings, warning => warning.Contains("A_worker: its work was captured more than once", StringComparison.Ordinal) && warning.Contains("git gc --prune=now", StringComparison.Ordinal));
        Assert.Equal("a\n", _repository.Git("show", result.IntegratedCommit + ":src/a.txt"));
        Assert.Equal("z\n", _repository.Git("show", result.IntegratedCommit + ":src/z.txt"));
    }

    [Fact]
    public async Task Objects_that_are_deleted_after_the_capture_are_written_again_under_their_ids()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt; git rm -q docs/guide.md"), ("B_worker", DeleteObjectsOfA + "\necho b > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        Assert.Contains(result.Warnings, warning => warning.Contains("A_worker: objects of its captured work were deleted", StringComparison.Ordinal));
        Assert.Equal("A\tsrc/a.txt\nA\tsrc/b.txt\n", _repository.Git("diff", "--name-status", "--diff-filter=A", result.BaseCommit!, result.IntegratedCommit!));
        Assert.Equal("a\n", _repository.Git("show", $"{result.Workers[0].Commit}:src/a.txt"));
        _repository.Git("fsck", "--connectivity-only");
    }

    [Fact]
    public async Task Work_that_cannot_be_written_again_blocks_and_the_message_says_what_happened()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"), ("B_worker", DeleteObjectsOfA + "\necho other > \"$FACTORY_WORKTREE/../A_worker/src/a.txt\"; echo b > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        var blocker = Assert.Single(result.Blockers, blocker => blocker.Message.Contains("cannot be written again", StringComparison.Ordinal));
        Assert.Equal((BlockerKind.Worker, "A_worker"), (blocker.Kind, blocker.Worker));
        Assert.Contains("git prune", blocker.Message, StringComparison.Ordinal);
        Assert.Null(result.IntegratedCommit);
        Assert.True(File.Exists(result.Report));
    }

    [Fact]
    public async Task A_worker_that_collects_garbage_all_the_time_costs_its_neighbours_nothing()
    {
        const string Many = "for n in $(seq 40); do echo $FACTORY_WORKER_ID $n > src/$FACTORY_WORKER_ID-$n.txt; done; git add -A";
        _repository.Configure(("A_worker", Many), ("B_worker", "for n in 1 2 3 4 5 6; do git gc -q --prune=now 2>/dev/null || true; git prune --expire=now || true; done; echo b > src/b.txt"), ("C_worker", Many));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        // Right, or blocked with the reason.
        foreach (var worker in result.Workers.Where(worker => worker.Id != "B_worker"))
        {
            if (result.Blockers.Any(blocker => blocker.Worker == worker.Id && blocker.Message.Contains("deleted", StringComparison.Ordinal))) continue;
            Assert.True(worker.Commit is not null, string.Join('\n', result.Blockers));
            Assert.Equal($"{worker.Id} 40\n", _repository.Git("show", $"{worker.Commit}:src/{worker.Id}-40.txt"));
        }

        Assert.NotEqual(RunStatus.Fail, result.Status);
    }

    [Fact]
    public async Task What_was_rescued_survives_a_prune_that_began_before()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        File.WriteAllText(Path.Combine(_repository.Root, "tools/codex/worktrees/A_worker/src/mine.txt"), "mine\n");
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        var rescue = $"refs/factory/rescue/{result.RunId}/A_worker";
        foreach (var id in _repository.Git("rev-list", "--objects", rescue, "--not", "main").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..40]))
            File.Delete(Path.Combine(_repository.Root, ".git", "objects", id[..2], id[2..]));
        Assert.Equal("mine\n", _repository.Git("show", rescue + ":src/mine.txt"));
    }

    private static string Quote(string path) => "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
