using System.Text.Json;

namespace Factory.Cli.Tests;

public sealed class MachineOutputTests(DemoRun demo) : IClassFixture<DemoRun>
{
    private static readonly string[] RunFields =
        ["status", "exit_code", "run_id", "base_commit", "integrated_commit", "integrated_tree", "run_dir", "report", "stages", "workers", "blockers", "warnings", "ledger"];

    [Fact]
    public void A_passing_run_is_one_document_with_the_fields_of_the_contract()
    {
        var run = demo.Passed.Json;
        Assert.Equal(RunFields, Names(run));
        Assert.Equal("PASS", run.GetProperty("status").GetString());
        Assert.Equal(0, demo.Passed.ExitCode);
        Assert.Equal(["preflight", "launch", "bundle-validate", "integrate", "summary"], run.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("name").GetString()));
        Assert.Equal(["name", "status", "duration_ms"], Names(run.GetProperty("stages")[0]));
        Assert.Equal(["id", "status", "commit", "branch", "exit_code", "duration_ms"], Names(run.GetProperty("workers")[0]));
        Assert.Equal(4, run.GetProperty("workers").GetArrayLength());
        Assert.Empty(demo.Passed.Error);
    }

    [Fact]
    public void A_blocked_run_is_one_document_whose_blockers_say_what_to_do()
    {
        var run = demo.Blocked.Json;
        Assert.Equal(RunFields, Names(run));
        Assert.Equal(2, demo.Blocked.ExitCode);
        Assert.Equal("BLOCKED", run.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("integrated_commit").ValueKind);
        Assert.All(run.GetProperty("blockers").EnumerateArray(), blocker =>
        {
            Assert.Equal(["kind", "worker", "path", "message", "next_action"], Names(blocker));
            Assert.NotEmpty(blocker.GetProperty("next_action").GetString()!);
        });
    }

    [Fact]
    public void The_document_has_no_byte_order_mark_no_escape_sequence_and_ends_with_a_line_feed()
    {
        Assert.Equal((byte)'{', demo.Passed.OutputBytes[0]);
        Assert.DoesNotContain((byte)0x1b, demo.Passed.OutputBytes);
        Assert.Equal("}\n", demo.Passed.Output[^2..]);
    }

    [Theory]
    [InlineData("oneshot")]
    [InlineData("init")]
    [InlineData("ledger")]
    [InlineData("print-report")]
    [InlineData("worktrees", "verify")]
    public void Outside_of_a_repository_every_verb_is_blocked_with_one_document(params string[] verb)
    {
        var result = FactoryProcess.Run(Scratch.NewFolder(), [.. verb, "--json"]);
        Assert.Equal(2, result.ExitCode);
        AssertRefused(result, "BLOCKED");
    }

    [Theory]
    [InlineData("--json", "oneshot", "--no-such-option")]
    [InlineData("oneshot", "--max-parallel", "many", "--json")]
    [InlineData("no-such-verb", "--json")]
    [InlineData("verify", "--run-dir", "", "--json")]
    [InlineData("doctor", "--json", "--json-out", "")]
    [InlineData("worktrees", "--json")]
    [InlineData("--json")]
    public void A_command_line_that_cannot_be_understood_is_one_document_with_a_config_blocker(params string[] arguments)
    {
        var result = FactoryProcess.Run(Scratch.Root, arguments);
        Assert.Equal(1, result.ExitCode);
        AssertRefused(result, "FAIL");
        Assert.Contains("hint: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_verb_is_answered_with_the_nearest_one_on_standard_error()
    {
        var result = FactoryProcess.Run(Scratch.Root, "onehsot");
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("did you mean 'oneshot'?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_out_holds_the_same_document_and_leaves_no_draft()
    {
        var folder = Scratch.NewFolder();
        var file = Path.Combine(folder, "run.json");
        var result = FactoryProcess.Run(folder, "--json-out", "run.json", "ledger", "--repo", demo.Repository, "--last", "1", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(result.OutputBytes, File.ReadAllBytes(file));
        Assert.Single(Directory.GetFiles(folder));
    }

    [Fact]
    public void Json_out_in_a_folder_that_is_not_there_is_refused_before_anything_is_done()
    {
        var folder = Scratch.NewFolder();
        var result = FactoryProcess.Run(folder, "demo", "--json", "--json-out", Path.Combine(folder, "nowhere", "run.json"));
        Assert.Equal(2, result.ExitCode);
        AssertRefused(result, "BLOCKED");
    }

    [Fact]
    public void Version_is_one_line()
    {
        var result = FactoryProcess.Run(Scratch.Root, "--version");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"\Afactory [0-9]+\.[0-9]+\.[0-9]+\S*\r?\n\z", result.Output);
    }

    private static void AssertRefused(FactoryProcess result, string status)
    {
        var run = result.Json;
        Assert.Equal(RunFields, Names(run));
        Assert.Equal(status, run.GetProperty("status").GetString());
        Assert.Equal(result.ExitCode, run.GetProperty("exit_code").GetInt32());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("run_id").ValueKind);
        Assert.All(run.GetProperty("blockers").EnumerateArray(), blocker => Assert.Equal("config", blocker.GetProperty("kind").GetString()));
        Assert.NotEqual(0, run.GetProperty("blockers").GetArrayLength());
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
}
