using System.Diagnostics;
using System.Text;
using Factory.Core.Configuration;
using FsCheck;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Configuration;

public sealed class ConfigPropertyTests
{
    [Property]
    public void Reading_never_throws_and_says_either_a_configuration_or_problems(byte[] noise, NonNegativeInt at)
    {
        var bytes = Encoding.UTF8.GetBytes(ConfigTemplate.Text).ToList();
        bytes.InsertRange(at.Get % bytes.Count, noise);
        var (config, problems) = ConfigLoader.ReadBytes([.. bytes], "c.json", null, null, ConfigSample.NoEnvironment, ConfigOverrides.None);
        Assert.Equal(config is null, problems.Count > 0);
        Assert.All(problems, problem => Assert.StartsWith("c.json:", problem.Path, StringComparison.Ordinal));
    }

    [Property]
    public void A_distance_is_symmetric_and_zero_only_for_equal_texts(NonNull<string> left, NonNull<string> right)
    {
        Assert.Equal(NearestName.Distance(left.Get, right.Get), NearestName.Distance(right.Get, left.Get));
        Assert.Equal(left.Get == right.Get, NearestName.Distance(left.Get, right.Get) == 0);
    }

    [Theory]
    [InlineData("ab", "ba", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    public void A_distance_counts_edits_and_swaps(string left, string right, int distance) => Assert.Equal(distance, NearestName.Distance(left, right));

    [Theory]
    [InlineData("{repo}/a", "/r/a")]
    [InlineData("{repo}{worker}", "/rA")]
    [InlineData("{{repo}}", "{repo}")]
    [InlineData("{{{repo}}}", "{{repo}}")]
    [InlineData("{}", "{}")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData("{\"a\":{\"b\":{}}}", "{\"a\":{\"b\":{}}}")]
    [InlineData("{{.Names}} {{ x }}", "{{.Names}} {{ x }}")]
    [InlineData("${HOME}", "${HOME}")]
    public void A_placeholder_is_a_lower_case_word_in_braces_and_nothing_else(string argument, string expanded) =>
        Assert.Equal(expanded, Placeholders.Expand(argument, new Dictionary<string, string> { ["repo"] = "/r", ["worker"] = "A" }));

    [Fact]
    public void A_value_is_never_expanded_again() =>
        Assert.Equal("{worker}", Placeholders.Expand("{repo}", new Dictionary<string, string> { ["repo"] = "{worker}", ["worker"] = "A" }));

    [Fact]
    public void A_placeholder_without_a_value_is_an_error() =>
        Assert.Throws<Core.Contracts.FactoryException>(() => Placeholders.Expand("{worker}", new Dictionary<string, string>()));

    [Theory]
    [InlineData("codex/factory", true)]
    [InlineData("a", true)]
    [InlineData("bot/x.y@z", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("/a", false)]
    [InlineData("a/", false)]
    [InlineData("a//b", false)]
    [InlineData(".a", false)]
    [InlineData("a/.b", false)]
    [InlineData("a..b", false)]
    [InlineData("a.lock", false)]
    [InlineData("a.lock/b", false)]
    [InlineData("a b", false)]
    [InlineData("a~b", false)]
    [InlineData("a^b", false)]
    [InlineData("a:b", false)]
    [InlineData("a?b", false)]
    [InlineData("a*b", false)]
    [InlineData("a[b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a@{b", false)]
    [InlineData("a\tb", false)]
    [InlineData("a.", false)]
    public void A_branch_prefix_that_is_accepted_is_one_that_git_accepts(string prefix, bool accepted)
    {
        Assert.Equal(accepted, ConfigRules.BranchPrefix(prefix) is null);
        if (!accepted) return;
        using var git = Process.Start(new ProcessStartInfo("git", ["check-ref-format", $"refs/heads/{prefix}/run/A_worker"]))!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }
}
