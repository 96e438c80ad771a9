using System.Text.Json.Nodes;
using Factory.Core.Contracts;
using Factory.Core.Diagnostics;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Diagnostics;

/// <summary>What the doctor calls ready, a run does not refuse: both ask the same code.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_sound_repository_is_ready_before_its_first_run_and_after_it()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        Assert.All(await LookAsync(), finding => Assert.True(finding.Status is RunStatus.Pass || finding.Name == "checks", finding.ToString()));
        Assert.Equal(RunStatus.Pass, (await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Status);
        Assert.All(await LookAsync(), finding => Assert.True(finding.Status is RunStatus.Pass || finding.Name == "checks", finding.ToString()));
    }

    [Theory]
    [InlineData("prompts", "its prompt file prompts/none.md does not exist")]
    [InlineData("globs", "the allow-list glob 'srcc/**' matches nothing")]
    [InlineData("branches", "a branch codex is in the way")]
    [InlineData("workers", "no-such-program")]
    [InlineData("checks", "no-such-check")]
    [InlineData("worktrees", "is not a worktree of this repository")]
    [InlineData("ledger", "is not what it was")]
    public async Task What_blocks_a_run_before_anything_is_started_blocks_the_doctor_in_the_same_words(string check, string words)
    {
        var config = _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var worker = config["workers"]!["definitions"]![0]!.AsObject();
        switch (check)
        {
            case "prompts": worker["prompt"] = "prompts/none.md"; break;
            case "globs": config["workers"]!["allowlist_globs"] = new JsonObject { ["A_worker"] = new JsonArray("srcc/**") }; break;
            case "branches": _repository.Git("branch", "codex"); break;
            case "workers": worker["command"] = new JsonArray("no-such-program"); break;
            case "checks": config["integration"] = new JsonObject { ["checks"] = new JsonArray(new JsonObject { ["name"] = "tests", ["command"] = new JsonArray("no-such-check") }) }; break;
            case "worktrees": _repository.Write("tools/codex/worktrees/A_worker/mine", "mine"); break;
            default: await ChangeLedgerAsync(); break;
        }

        _repository.Save(config);
        var found = await LookAsync();
        Assert.Contains(words, Assert.Single(found, finding => finding.Status == RunStatus.Blocked && finding.Name == check).Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Blocked, Doctor.Worst(found));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Contains(result.Blockers, blocker => blocker.Message.Contains(words, StringComparison.Ordinal));
        Assert.Null(Assert.Single(result.Workers).ExitCode);
    }

    [Fact]
    public async Task A_program_in_the_tree_that_it_will_run_in_is_neither_found_nor_missing()
    {
        TestRepository.RequireUnix();
        var config = _repository.Configure(("A_worker", "echo a > src/a.txt"));
        config["workers"]!["definitions"]![0]!["command"] = new JsonArray("{worktree}/tool.sh");
        _repository.Save(config);
        Assert.Equal(RunStatus.Warn, Assert.Single(await LookAsync(), finding => finding.Name == "workers").Status);
        _repository.Write("tool.sh", "#!/bin/sh\necho a > src/a.txt\n");
        _repository.Git("add", "-A");
        _repository.Git("update-index", "--chmod=+x", "tool.sh");
        _repository.Git("commit", "-q", "-m", "tool");
        Assert.Equal(RunStatus.Pass, (await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task A_git_folder_that_takes_nothing_blocks_the_doctor_and_the_run_before_a_worker_starts()
    {
        using var disk = SmallDisk.Mount("8m");
        using var repository = new TestRepository("r", disk.Folder);
        var elsewhere = Path.Combine(_repository.Home, "elsewhere");
        var config = repository.Configure(("A_worker", "echo a > src/a.txt"));
        config["paths"] = new JsonObject { ["runs_dir"] = Path.Combine(elsewhere, "runs"), ["worktrees_dir"] = Path.Combine(elsewhere, "worktrees") };
        repository.Save(config);
        var request = repository.Request with { Environment = _repository.Request.Environment };
        disk.Remount("ro");
        var found = await Doctor.RunAsync(request, TestContext.Current.CancellationToken);
        var result = await TestRepository.Pipeline.OneshotAsync(request, TestContext.Current.CancellationToken);
        disk.Remount("rw");
        Assert.Contains(found, finding => finding is { Name: "git_folder", Status: RunStatus.Blocked } && finding.Message.Contains("objects: Read-only file system", StringComparison.Ordinal));
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Contains("git folder cannot be written", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_cannot_be_made_blocks_the_doctor_and_the_run()
    {
        using var disk = SmallDisk.Mount("1m");
        disk.Remount("ro");
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var request = _repository.Request with { Environment = new Dictionary<string, string> { ["XDG_DATA_HOME"] = disk.Folder, ["HOME"] = disk.Folder } };
        var found = await Doctor.RunAsync(request, TestContext.Current.CancellationToken);
        var key = Assert.Single(found, finding => finding.Name == "signing_key");
        Assert.Equal(RunStatus.Blocked, key.Status);
        Assert.Contains("your own signing key cannot be made", key.Message, StringComparison.Ordinal);
        var result = await TestRepository.Pipeline.OneshotAsync(request, TestContext.Current.CancellationToken);
        Assert.Contains("your own signing key cannot be made", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<DoctorFinding>> LookAsync() => Doctor.RunAsync(_repository.Request, TestContext.Current.CancellationToken);

    // Not the last line, which is all that a torn end is looked for in.
    private async Task ChangeLedgerAsync()
    {
        await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        var ledger = Path.Combine(_repository.Root, "tools/codex/runs/factory_ledger.jsonl");
        var lines = File.ReadAllLines(ledger);
        lines[2] = lines[2].Replace("\"rc\":0", "\"rc\":1", StringComparison.Ordinal);
        lines[3] = lines[3].Replace("PASS", "FAIL", StringComparison.Ordinal);
        File.WriteAllText(ledger, string.Join('\n', lines) + "\n");
    }
}
