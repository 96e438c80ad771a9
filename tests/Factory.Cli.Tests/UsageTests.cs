namespace Factory.Cli.Tests;

/// <summary>What is said about a command line that is not understood, and the next step that it gives.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("hint: 'factory key new --help'", "key", "new")]
    [InlineData("--keep: 'maybe' is not true or false", "demo", "--keep", "maybe")]
    [InlineData("--strict-collision-mode: 'maybe' is not true or false", "oneshot", "--strict-collision-mode", "maybe")]
    [InlineData("--allow-identical-patch-overlap: 'maybe' is not true or false", "oneshot", "--allow-identical-patch-overlap=maybe")]
    [InlineData("--rc: 'x' is not a whole number", "ledger", "--rc", "x")]
    [InlineData("--event-type: 'FOO' is not one of RUN_START, ", "ledger", "--event-type", "FOO")]
    [InlineData("--status: 'foo' is not one of PENDING, PASS, BLOCKED, WARN, FAIL", "ledger", "--status", "foo")]
    [InlineData("demo takes no --repo", "demo", "--repo", "x")]
    [InlineData("demo takes no --config", "--config", "x", "demo")]
    public void A_command_line_that_is_not_understood_ends_with_1_and_says_what_would_be(string words, params string[] arguments)
    {
        var result = FactoryProcess.Run(Scratch.NewFolder(), arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Unrecognized", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ledger", "--status", "blocked", "--event-type", "run_end")]
    [InlineData("oneshot", "--allow-identical-patch-overlap", "--strict-collision-mode", "False", "--dry-run")]
    [InlineData("oneshot", "--allow-identical-patch-overlap", "false", "--dry-run")]
    public async Task What_is_understood_still_is(params string[] arguments)
    {
        var repository = await Scratch.NewRepositoryAsync();
        FactoryProcess.Run(repository, "oneshot", "--dry-run");
        Assert.Equal(0, FactoryProcess.Run(repository, arguments).ExitCode);
    }

    [Fact]
    public void The_demo_lists_no_option_that_it_would_ignore()
    {
        var help = FactoryProcess.Run(Scratch.Root, "demo", "--help").Output;
        Assert.Contains("--json", help, StringComparison.Ordinal);
        Assert.DoesNotContain("--repo", help, StringComparison.Ordinal);
        Assert.DoesNotContain("--config", help, StringComparison.Ordinal);
        Assert.Contains("--repo", FactoryProcess.Run(Scratch.Root, "oneshot", "--help").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_step_of_a_configuration_that_is_not_there_makes_that_one()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var file = Path.Combine(repository, "nope.json");
        foreach (var verb in (string[])["doctor", "oneshot"])
        {
            var result = FactoryProcess.Run(repository, verb, "--config", "nope.json");
            Assert.Contains($"factory init --config {file}", result.Output + result.Error, StringComparison.Ordinal);
        }

        File.Delete(Path.Combine(repository, "factory.config.json"));
        Assert.Contains($"there is no configuration file factory.config.json in {repository}", FactoryProcess.Run(repository, "oneshot").Error, StringComparison.Ordinal);
    }
}
