using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

public sealed class IntegrationTests : IDisposable
{
    private const string EditTop = "sed -i 's/^entry 1$/top/' CHANGELOG.md";
    private const string EditBottom = "sed -i 's/^entry 40$/bottom/' CHANGELOG.md";
    private const string EditTopElse = "sed -i 's/^entry 1$/else/' CHANGELOG.md";
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Strict_mode_blocks_two_workers_in_one_file_even_when_they_merge()
    {
        var result = await RunAsync(EditTop, EditBottom);
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.Overlap, "CHANGELOG.md"), (blocker.Kind, blocker.Path));
        Assert.Contains("What would be merged", File.ReadAllText(Path.Combine(result.RunDir!, "Z_integrator", "MERGE_PLAN.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_both_workers_share_merges_in_strict_mode()
    {
        var result = await RunAsync(EditTop, EditBottom, config => config["workers"]!["shared_paths"] = Both("CHANGELOG.md"));
        Assert.Equal(RunStatus.Pass, result.Status);
        var lines = _repository.Git("show", result.IntegratedCommit + ":CHANGELOG.md").Split('\n');
        Assert.Equal(("top", "bottom"), (lines[0], lines[39]));
    }

    [Fact]
    public async Task A_shared_path_whose_edits_conflict_blocks_with_the_path()
    {
        var result = await RunAsync(EditTop, EditTopElse, config => config["workers"]!["shared_paths"] = Both("CHANGELOG.md"));
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.Conflict, "CHANGELOG.md", "B_worker"), (blocker.Kind, blocker.Path, blocker.Worker));
        Assert.Null(result.IntegratedCommit);
    }

    [Fact]
    public async Task Without_strict_mode_a_clean_merge_warns_and_a_conflict_blocks()
    {
        Assert.Equal(RunStatus.Warn, (await RunAsync(EditTop, EditBottom, NotStrict)).Status);
        Assert.Equal(RunStatus.Blocked, (await RunAsync(EditTop, EditTopElse, NotStrict)).Status);
        static void NotStrict(JsonObject config) => config["run"] = new JsonObject { ["strict_collision_mode"] = false };
    }

    [Fact]
    public async Task Identical_edits_block_unless_they_are_allowed()
    {
        Assert.Equal(RunStatus.Blocked, (await RunAsync(EditTop, EditTop)).Status);
        var allowed = await RunAsync(EditTop, EditTop, config => config["run"] = new JsonObject { ["allow_identical_patch_overlap"] = true });
        Assert.Equal(RunStatus.Warn, allowed.Status);
        Assert.Contains("identical", Assert.Single(allowed.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_spellings_of_one_path_block_in_every_mode()
    {
        var result = await RunAsync("echo a > docs/New.md", "echo a > docs/new.md", config => config["run"] = new JsonObject { ["strict_collision_mode"] = false, ["allow_identical_patch_overlap"] = true });
        Assert.Contains("one file on Windows", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_normal_forms_of_one_new_name_block_once_as_an_overlap()
    {
        TestRepository.RequireUnix();
        var result = await RunAsync("echo a > \"docs/caf\u00e9.md\"", "echo a > \"docs/cafe\u0301.md\"");
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal(BlockerKind.Overlap, blocker.Kind);
        Assert.Contains("normal forms", blocker.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_normal_form_of_a_path_that_somebody_else_changed_is_an_overlap_too()
    {
        TestRepository.RequireUnix();
        _repository.Write("docs/caf\u00e9.md", "first\n");
        _repository.Commit("with an accent");
        var result = await RunAsync("echo a >> \"docs/caf\u00e9.md\"", "echo b > \"docs/cafe\u0301.md\"");
        Assert.Equal([BlockerKind.Overlap, BlockerKind.InvalidPath], result.Blockers.Select(blocker => blocker.Kind));
    }

    [Fact]
    public async Task A_path_outside_the_scope_and_a_protected_path_block_with_their_names()
    {
        var result = await RunAsync("echo x > docs/x.md; mkdir -p .github/workflows; echo x > .github/workflows/ci.yml", "true", config => config["workers"]!["allowlist_globs"] = new JsonObject { ["A_worker"] = new JsonArray("src/**") });
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Scope, Path: "docs/x.md", Worker: "A_worker" });
        Assert.Contains(result.Blockers, blocker => blocker is { Kind: BlockerKind.Protected, Path: ".github/workflows/ci.yml" });
    }

    [Fact]
    public async Task A_path_that_the_worker_did_not_declare_is_a_hidden_overlap()
    {
        var result = await RunAsync(
            """
            echo a > src/a.txt; echo b > src/b.txt
            printf '{"schema_version":2,"run_id":"%s","owner":"A_worker","changes":[{"path":"src/a.txt","change_type":"added","reason":"","sha256":null}]}' "$FACTORY_RUN_ID" > "$FACTORY_BUNDLE_DIR/FILES_CHANGED.json"
            """,
            "echo c > src/c.txt");
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.HiddenOverlap, "src/b.txt"), (blocker.Kind, blocker.Path));
        Assert.True(File.Exists(Path.Combine(result.RunDir!, "A_worker", "FILES_DECLARED.json")));
    }

    [Fact]
    public async Task A_check_that_fails_on_the_merged_tree_blocks_and_the_others_still_run()
    {
        var result = await RunAsync("echo a > src/a.txt", "echo b > src/b.txt", config => config["integration"] = Checks(("finds a", "src/a.txt"), ("finds c", "src/c.txt"), ("finds b", "src/b.txt")));
        Assert.Contains("'finds c' ended with exit code", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
        var status = FactoryJson.Read<StatusDocument>(File.ReadAllBytes(Path.Combine(result.RunDir!, "Z_integrator", "STATUS.json")));
        Assert.Equal([0, 128, 0], status.RequiredChecks.Where(check => check.Name.StartsWith("check:", StringComparison.Ordinal)).Select(check => check.Rc!.Value));
        Assert.Equal("", _repository.Git("for-each-ref", $"refs/heads/codex/factory/{result.RunId}/Z_integrator"));
    }

    [Fact]
    public async Task Checks_that_pass_see_the_merged_tree_and_leave_no_checkout()
    {
        var result = await RunAsync("echo a > src/a.txt", "echo b > src/b.txt", config => config["integration"] = Checks(("finds a", "src/a.txt"), ("finds b", "src/b.txt")));
        Assert.Equal(RunStatus.Pass, result.Status);
        Assert.False(Directory.Exists(Path.Combine(result.RunDir!, "Z_integrator", "checkout")));
        Assert.DoesNotContain("Z_integrator", _repository.Git("worktree", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_of_a_blocked_run_is_recorded_as_not_run()
    {
        var result = await RunAsync("exit 1", "true", config => config["integration"] = Checks(("finds a", "src/a.txt")));
        Assert.Contains("required check:finds a: did not run", File.ReadAllText(result.Report!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_integrated_tree_does_not_depend_on_who_finished_first()
    {
        var first = await RunAsync("sleep 0.3; " + EditTop, EditBottom, Shared);
        var second = await RunAsync(EditTop, "sleep 0.3; " + EditBottom, Shared);
        Assert.NotNull(first.IntegratedTree);
        Assert.Equal(first.IntegratedTree, second.IntegratedTree);
        static void Shared(JsonObject config) => config["workers"]!["shared_paths"] = Both("CHANGELOG.md");
    }

    [Fact]
    public async Task A_dry_run_writes_every_file_makes_no_worktree_and_is_no_pass()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var result = await TestRepository.Pipeline.OneshotAsync(_repository.Request with { IsDryRun = true }, TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Warn, 0), (result.Status, result.ExitCode));
        Assert.Equal(["preflight", "launch", "bundle-validate", "integrate", "summary"], result.Stages.Select(stage => stage.Name));
        Assert.All(BundleFile.OfWorker, name => Assert.True(File.Exists(Path.Combine(result.RunDir!, "A_worker", name)), name));
        Assert.All(BundleFile.OfIntegrator, name => Assert.True(File.Exists(Path.Combine(result.RunDir!, "Z_integrator", name)), name));
        Assert.All((string[])["bundles", "ledger", "report"], name => Assert.True(File.Exists(Path.Combine(result.RunDir!, "attestations", name + ".sha256")), name));
        Assert.False(Directory.Exists(Path.Combine(_repository.Root, "tools/codex/worktrees/A_worker")));
        Assert.Equal("", _repository.Git("for-each-ref", "refs/heads/codex"));
    }

    [Fact]
    public async Task The_stages_one_by_one_give_what_the_oneshot_gives()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var pipeline = TestRepository.Pipeline;
        var ready = await pipeline.PreflightAsync(_repository.Request, TestContext.Current.CancellationToken);
        var request = _repository.Request with { RunId = ready.RunId };
        Assert.Equal(RunStatus.Pass, (await pipeline.LaunchAsync(request, TestContext.Current.CancellationToken)).Status);
        Assert.Equal(RunStatus.Pass, (await pipeline.ValidateAsync(request, TestContext.Current.CancellationToken)).Status);
        var done = await pipeline.IntegrateAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal([], done.Blockers);
        Assert.Equal(RunStatus.Pass, done.Status);
        Assert.Equal("a\n", _repository.Git("show", done.IntegratedCommit + ":src/a.txt"));
        Assert.Contains("has ended", (await pipeline.IntegrateAsync(request, TestContext.Current.CancellationToken)).Blockers[0].Message, StringComparison.Ordinal);
    }

    private Task<RunResult> RunAsync(string a, string b, Action<JsonObject>? change = null)
    {
        var config = _repository.Configure(("A_worker", a), ("B_worker", b));
        change?.Invoke(config);
        _repository.Save(config);
        return _repository.OneshotAsync(TestContext.Current.CancellationToken);
    }

    private static JsonObject Both(string path) => new() { ["A_worker"] = new JsonArray(path), ["B_worker"] = new JsonArray(path) };

    private static JsonObject Checks(params (string Name, string File)[] checks) => new()
    {
        ["checks"] = new JsonArray([.. checks.Select(check => new JsonObject { ["name"] = check.Name, ["command"] = new JsonArray("git", "cat-file", "-e", "HEAD:" + check.File) })]),
    };
}
