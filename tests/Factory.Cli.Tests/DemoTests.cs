using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Cli.Tests;

public sealed class DemoTests(DemoRun demo) : IClassFixture<DemoRun>
{
    [Fact]
    public void The_demo_merges_four_workers_and_leaves_the_checkout_alone()
    {
        var branch = demo.Passed.Json.GetProperty("workers")[0].GetProperty("branch").GetString()!.Replace("A_worker", "Z_integrator", StringComparison.Ordinal);
        var files = Scratch.Git(demo.Repository, "diff", "--name-only", "main", branch).Split('\n');
        Assert.Equal(9, files.Length);
        Assert.Contains("CHANGELOG.md", files);
        Assert.Empty(Scratch.Git(demo.Repository, "status", "--porcelain"));
        Assert.Equal("refs/heads/main", Scratch.Git(demo.Repository, "symbolic-ref", "HEAD"));
    }

    [Fact]
    public void The_blocked_demo_names_the_overlap_and_the_file_out_of_scope()
    {
        var blockers = demo.Blocked.Json.GetProperty("blockers").EnumerateArray()
            .Select(blocker => (blocker.GetProperty("kind").GetString(), blocker.GetProperty("path").GetString()))
            .Order().ToArray();
        Assert.Equal([("overlap", "src/shop/pricing.py"), ("scope", "config/stock.toml")], blockers);
    }

    [Fact]
    public void What_a_person_reads_is_plain_text_with_the_places_to_look_at()
    {
        var result = FactoryProcess.Run(Scratch.Root, "demo");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("PASS  demo_", result.Output, StringComparison.Ordinal);
        foreach (var expected in (string[])["D_worker", "report: ", "branch: codex/factory/", "look:   git diff ", "The repository is kept in "])
            Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        // Not on the PATH here, so by its file: the line works as it stands.
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "factory"))))
            Assert.Contains($"  dotnet {Path.Combine(AppContext.BaseDirectory, "factory.dll")} ledger --repo ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Output);
        Assert.Empty(result.Error);
    }

    [Fact]
    public void A_blocked_run_shows_each_blocker_with_what_to_do_next()
    {
        var result = FactoryProcess.Run(Scratch.Root, "demo", "--blocked");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(2, result.Output.Split("    next: ").Length - 1);
        Assert.DoesNotContain("branch: ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_demo_that_is_not_kept_leaves_no_folder()
    {
        var result = FactoryProcess.Run(Scratch.Root, "demo", "--keep", "false", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.False(Directory.Exists(result.Json.GetProperty("run_dir").GetString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Status_report_document_and_exit_code_agree(bool isBlocked)
    {
        var run = isBlocked ? demo.Blocked : demo.Passed;
        var folder = Path.Combine(run.Json.GetProperty("run_dir").GetString()!, WorkerId.Integrator);
        using var status = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "STATUS.json")));
        var word = run.Json.GetProperty("status").GetString();
        Assert.Equal(word, status.RootElement.GetProperty("status").GetString());
        Assert.Equal(run.ExitCode, run.Json.GetProperty("exit_code").GetInt32());
        Assert.Matches($@"(?m)^status: +{word}$", File.ReadAllText(Path.Combine(folder, "FINAL_REPORT.txt")));
        Assert.Matches($@"(?m)^exit_code: +{run.ExitCode}$", File.ReadAllText(Path.Combine(folder, "FINAL_REPORT.txt")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Print_report_prints_the_report_and_ends_with_the_runs_exit_code(bool isBlocked)
    {
        var run = isBlocked ? demo.Blocked : demo.Passed;
        var repository = isBlocked ? demo.BlockedRepository : demo.Repository;
        var result = FactoryProcess.Run(Scratch.Root, "--repo", repository, "print-report");
        Assert.Equal(run.ExitCode, result.ExitCode);
        Assert.Equal(File.ReadAllText(run.Json.GetProperty("report").GetString()!).ReplaceLineEndings(), result.Output);
    }

    [Fact]
    public void Open_run_prints_the_newest_runs_folder_and_nothing_else()
    {
        var result = FactoryProcess.Run(demo.Repository, "open-run");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(demo.Passed.Json.GetProperty("run_dir").GetString(), result.Output.TrimEnd());
    }

    [Fact]
    public void A_run_id_that_is_none_is_refused_in_words()
    {
        var result = FactoryProcess.Run(demo.Repository, "print-report", "--run-id", "../../etc");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("is not a run id", result.Error, StringComparison.Ordinal);
        Assert.Contains("next: ", result.Error, StringComparison.Ordinal);
    }
}
