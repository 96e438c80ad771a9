using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>Ways in which a worker, or somebody after it, has turned a verdict; each was seen to happen once.</summary>
public sealed class HostileWorkerTests : HostileRun
{
    [Theory]
    [InlineData("git init -q src/inner; cd src/inner; echo x > x; git add -A; git -c user.name=a -c user.email=a@b commit -q -m x")]
    [InlineData("git checkout -q -b s; echo 1 > docs/guide.md; git commit -qam 1; git checkout -q --detach \"$FACTORY_BASE_COMMIT\"; echo 2 > docs/guide.md; git commit -qam 2; git merge s || true")]
    public async Task What_blocked_a_worker_at_launch_still_blocks_when_integrating_alone(string script)
    {
        Repository.Configure(("A_worker", script));
        var launched = await TestRepository.Pipeline.LaunchAsync(Repository.Request, TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, launched.Status);
        AssertBlocked(await IntegrateAsync(launched));
    }

    [Fact]
    public async Task What_blocked_the_run_at_launch_still_blocks_when_integrating_alone()
    {
        Repository.Configure(("A_worker", "echo a > src/a.txt; git config merge.default union"));
        var launched = await TestRepository.Pipeline.LaunchAsync(Repository.Request, TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, launched.Status);
        Assert.Contains((await IntegrateAsync(launched)).Blockers, blocker => blocker is { Kind: BlockerKind.Escape, Path: "merge.default" });
    }

    [Fact]
    public async Task A_path_listed_twice_in_the_evidence_is_a_blocker_and_no_crash()
    {
        Repository.Configure(("A_worker", "echo a > src/a.txt"));
        var launched = await TestRepository.Pipeline.LaunchAsync(Repository.Request, TestContext.Current.CancellationToken);
        var file = Path.Combine(launched.RunDir!, "A_worker", "FILES_CHANGED.json");
        var evidence = JsonNode.Parse(File.ReadAllText(file))!;
        evidence["changes"]!.AsArray().Add(evidence["changes"]![0]!.DeepClone());
        File.WriteAllText(file, evidence.ToJsonString());
        AssertBlocked(await IntegrateAsync(launched));
    }

    [Fact]
    public async Task An_edited_status_file_does_not_turn_a_failed_command_into_a_good_one()
    {
        Repository.Configure(("A_worker", "echo a > src/a.txt; exit 3"));
        var launched = await TestRepository.Pipeline.LaunchAsync(Repository.Request, TestContext.Current.CancellationToken);
        var file = Path.Combine(launched.RunDir!, "A_worker", "STATUS.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"rc\": 3", "\"rc\": 0", StringComparison.Ordinal).Replace("BLOCKED", "PASS", StringComparison.Ordinal));
        AssertBlocked(await IntegrateAsync(launched));
    }

    [Fact]
    public async Task A_branch_that_was_moved_after_the_capture_blocks()
    {
        Repository.Configure(("A_worker", "echo good > src/a.txt"));
        var launched = await TestRepository.Pipeline.LaunchAsync(Repository.Request, TestContext.Current.CancellationToken);
        Repository.Git("checkout", "-q", "-b", "evil", launched.Workers[0].Commit!);
        Repository.Write("src/a.txt", "evil\n");
        Repository.Commit("evil");
        Repository.Git("branch", "-f", launched.Workers[0].Branch!, "evil");
        var result = await IntegrateAsync(launched);
        AssertBlocked(result);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Policy);
    }

    [Fact]
    public async Task A_check_sees_the_merged_tree_and_not_what_an_earlier_check_made_of_it()
    {
        var config = Repository.Configure(("A_worker", "echo a > src/a.txt"));
        config["integration"] = Checks(("format", "echo formatted > docs/guide.md"), ("test", "grep -q formatted docs/guide.md"));
        Repository.Save(config);
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.Contains(result.Warnings, warning => warning.Contains("'format' changed tracked files (docs/guide.md)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_check_that_deletes_its_checkout_does_not_count()
    {
        TestRepository.RequireUnix();
        var config = Repository.Configure(("A_worker", "echo a > src/a.txt"));
        config["integration"] = Checks(("rm", "cd /; rm -rf \"$FACTORY_WORKTREE\""), ("after", "test -f src/a.txt"));
        Repository.Save(config);
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.Contains("'rm'", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("git config merge.default union", "merge.default")]
    [InlineData("echo '* merge=union' >> \"$(git rev-parse --git-path info/attributes)\"", "info/attributes")]
    [InlineData("echo '*.gen' >> \"$(git rev-parse --git-path info/exclude)\"", "info/exclude")]
    public async Task A_worker_that_changes_what_all_worktrees_share_blocks_the_run(string script, string what)
    {
        Directory.CreateDirectory(Path.Combine(Repository.Root, ".git", "info"));
        Repository.Configure(("A_worker", "echo a > src/a.txt; " + script));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        AssertBlocked(result);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path == what);
    }

    [Fact]
    public async Task A_branch_in_the_way_of_the_run_s_branches_is_found_before_anything_runs()
    {
        Repository.Git("branch", "codex");
        Repository.Configure(("A_worker", "echo a > src/a.txt"));
        var result = await Repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Contains("a branch codex is in the way", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
        Assert.Null(result.Workers[0].ExitCode);
    }

    private Task<RunResult> IntegrateAsync(RunResult launched) =>
        TestRepository.Pipeline.IntegrateAsync(Repository.Request with { RunId = launched.RunId }, TestContext.Current.CancellationToken);

    private JsonObject Checks(params (string Name, string Script)[] checks) => new()
    {
        ["checks"] = new JsonArray([.. checks.Select(check =>
        {
            var file = Path.Combine(Repository.Home, $"check-{check.Name}.sh");
            File.WriteAllText(file, check.Script + "\n");
            return new JsonObject { ["name"] = check.Name, ["command"] = new JsonArray("sh", file) };
        })]),
    };
}
