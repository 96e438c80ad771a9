using System.Diagnostics;

namespace Factory.Cli.Tests;

public sealed class RunVerbTests
{
    [Fact]
    public async Task Init_writes_a_configuration_once_and_never_over_one()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var file = Path.Combine(repository, "factory.config.json");
        File.Delete(file);
        var first = FactoryProcess.Run(Path.Combine(repository, "docs"), "init");
        Assert.Equal(0, first.ExitCode);
        Assert.Contains("workers.definitions", first.Output, StringComparison.Ordinal);
        var written = File.ReadAllBytes(file);

        var second = FactoryProcess.Run(repository, "init", "--json");
        Assert.Equal(2, second.ExitCode);
        Assert.Equal("config", second.Json.GetProperty("blockers")[0].GetProperty("kind").GetString());
        Assert.Equal(written, File.ReadAllBytes(file));
    }

    [Fact]
    public async Task A_dry_run_makes_every_file_but_no_branch_and_no_worktree()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var result = FactoryProcess.Run(repository, "oneshot", "--dry-run", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("WARN", result.Json.GetProperty("status").GetString());
        Assert.True(File.Exists(result.Json.GetProperty("report").GetString()));
        Assert.Equal("main", Scratch.Git(repository, "branch", "--format=%(refname:short)"));
        Assert.False(Directory.Exists(Path.Combine(repository, "tools", "codex", "worktrees", "A_worker")));
    }

    [Fact]
    public async Task The_stages_one_by_one_reach_the_verdict_of_the_oneshot()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var preflight = FactoryProcess.Run(repository, "preflight", "--json");
        var runId = preflight.Json.GetProperty("run_id").GetString()!;
        var launch = FactoryProcess.Run(repository, "launch", "--run-id", runId);
        Assert.Contains($"next:   factory bundle-validate --run-id {runId}", launch.Output, StringComparison.Ordinal);
        var pending = FactoryProcess.Run(repository, "print-report");
        var validate = FactoryProcess.Run(repository, "bundle-validate", "--json");
        var integrate = FactoryProcess.Run(repository, "integrate", "--json", "--run-id", runId);
        Assert.Equal([0, 0, 3, 0, 0], [preflight.ExitCode, launch.ExitCode, pending.ExitCode, validate.ExitCode, integrate.ExitCode]);
        Assert.Equal("PASS", integrate.Json.GetProperty("status").GetString());
        Assert.NotNull(integrate.Json.GetProperty("integrated_commit").GetString());
        Assert.Equal(runId, validate.Json.GetProperty("run_id").GetString());
    }

    [Fact]
    public async Task Only_the_named_workers_run_and_an_unknown_one_is_refused()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var unknown = FactoryProcess.Run(repository, "oneshot", "--json", "--workers", "A_worker,X_worker");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("X_worker", unknown.Json.GetProperty("blockers")[0].GetProperty("message").GetString(), StringComparison.Ordinal);

        var result = FactoryProcess.Run(repository, "oneshot", "--json", "--workers", "C_worker, A_worker", "--dry-run");
        Assert.Equal(["A_worker", "C_worker"], result.Json.GetProperty("workers").EnumerateArray().Select(worker => worker.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Every_problem_of_a_configuration_is_told_at_once()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var file = Path.Combine(repository, "factory.config.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"base_ref\"", "\"base_rev\"", StringComparison.Ordinal).Replace("\"checks\"", "\"cheks\"", StringComparison.Ordinal));
        var result = FactoryProcess.Run(repository, "oneshot");
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("base_ref", result.Error, StringComparison.Ordinal);
        Assert.Contains("checks", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_told_to_end_still_writes_its_report()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the signal cannot be sent there");
        var repository = await Scratch.NewRepositoryAsync();
        var file = Path.Combine(repository, "factory.config.json");
        // One that ends at the first signal leaves nothing to wait for.
        var script = Path.Combine(Scratch.NewFolder(), "stubborn.sh");
        File.WriteAllText(script, "trap '' INT\nsleep 60\n");
        File.WriteAllText(file, File.ReadAllText(file).Replace("""["git", "apply", "{repo}/patches/b.patch"]""", $$"""["sh", "{{script}}"]""", StringComparison.Ordinal));
        using var process = FactoryProcess.Start(repository, "oneshot", "--json");
        await WaitForAsync(() => Directory.Exists(Path.Combine(repository, "tools")) && Directory.EnumerateFiles(Path.Combine(repository, "tools"), "command.stdout.log", SearchOption.AllDirectories).Any(log => log.Contains("B_worker", StringComparison.Ordinal)));
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        var result = FactoryProcess.Finish(process);
        Assert.Equal(2, result.ExitCode);
        Assert.Single(result.Error.Split('\n'), line => line.Contains("stopping: waiting up to 10 s for the workers' processes to end", StringComparison.Ordinal));
        Assert.True(File.Exists(result.Json.GetProperty("report").GetString()));
        Assert.Contains(result.Json.GetProperty("blockers").EnumerateArray(), blocker => blocker.GetProperty("worker").GetString() == "B_worker");
    }

    private static async Task WaitForAsync(Func<bool> isThere)
    {
        for (var clock = Stopwatch.StartNew(); !isThere() && clock.Elapsed < TimeSpan.FromSeconds(20);) await Task.Delay(20);
        Assert.True(isThere());
    }
}
