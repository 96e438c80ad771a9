using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards;

public sealed class ProtectedPathsTests
{
    private static readonly ProtectedPaths Rules = new("factory.config.json", ["tools/codex/runs", "tools/codex/worktrees"]);

    [Theory]
    [InlineData(".git/config", ".git")]
    [InlineData("sub/.GIT/hooks/pre-commit", ".git")]
    [InlineData(".env", ".env*")]
    [InlineData("app/.ENV.local", ".env*")]
    [InlineData(".env.d/secret", ".env*")]
    [InlineData(".github/workflows/ci.yml", ".github/workflows/**")]
    [InlineData(".GitHub/Workflows/deep/ci.yml", ".github/workflows/**")]
    [InlineData("azure-pipelines.yml", "azure-pipelines*.yml")]
    [InlineData("ci/Azure-Pipelines-nightly.YAML", "azure-pipelines*.yml")]
    [InlineData("factory.config.json", "Factory's own configuration")]
    [InlineData("Factory.Config.JSON", "Factory's own configuration")]
    [InlineData("tools/codex/runs/x/STATUS.json", "Factory's own folder tools/codex/runs/")]
    [InlineData("Tools/Codex/Worktrees/A_worker/f", "Factory's own folder tools/codex/worktrees/")]
    public void A_protected_path_is_named_with_its_rule(string path, string rule) => Assert.Equal(rule, Rules.Explain(path, null));

    [Theory]
    [InlineData("GITHUB~1/workflows/ci.yml", ".github/workflows/**")]
    [InlineData(".github/WORKFL~1/ci.yml", ".github/workflows/**")]
    [InlineData("GITHUB~2/wo1f2e~1/ci.yml", ".github/workflows/**")]
    [InlineData(".github/wor\u212Aflows/ci.yml", ".github/workflows/**")]
    [InlineData(".g\u0131thub/work\u200Cflows/ci.yml", ".github/workflows/**")]
    [InlineData(".GITHUB/WOR\uFF2BFLOWS/ci.yml", ".github/workflows/**")]
    [InlineData("ENV~1", ".env*")]
    [InlineData("app/ENV~1.LOC", ".env*")]
    [InlineData("ENVIRO~1/x", ".env*")]
    [InlineData("EN0A1B~1", ".env*")]
    [InlineData(".\uFF45nv", ".env*")]
    [InlineData(".en\u00ADv.local", ".env*")]
    [InlineData("AZURE-~1.YML", "azure-pipelines*.yml")]
    [InlineData("ci/azure-~2.yam", "azure-pipelines*.yml")]
    [InlineData("AZ12EF~1.YML", "azure-pipelines*.yml")]
    [InlineData("a\u017Fzure-pipelines.yml", null)]
    [InlineData("azure-pipeline\u017F.yml", "azure-pipelines*.yml")]
    [InlineData("FACTOR~1.JSO", "Factory's own configuration")]
    [InlineData("fa12cd~1.jso", "Factory's own configuration")]
    [InlineData("factory.con\uFB01g.json", "Factory's own configuration")]
    [InlineData("tools/codex/WORKTR~1/A_worker/f", "Factory's own folder tools/codex/worktrees/")]
    [InlineData("tool\u017F/codex/run\u017F/x", "Factory's own folder tools/codex/runs/")]
    public void Another_spelling_of_a_protected_path_is_protected_and_an_exact_entry_does_not_lift_it(string path, string? rule)
    {
        Assert.Equal(rule, Rules.Explain(path, null));
        Assert.Equal(rule, Rules.Explain(path, [path]));
        Assert.False(Rules.CanBeAllowed(path));
    }

    [Theory]
    [InlineData("foo~1.txt")]
    [InlineData("PROGRA~1/x")]
    [InlineData("factor~1.txt")]
    [InlineData("github~x")]
    [InlineData("azure-~1.txt")]
    [InlineData("docs/GITHUB~1/workflows/x")]
    [InlineData("environments/prod.yml")]
    public void An_ordinary_tilde_is_not_protected(string path) => Assert.Null(Rules.Explain(path, null));

    [Theory]
    [InlineData("src/environment.cs")]
    [InlineData("src/a.env")]
    [InlineData(".gitignore")]
    [InlineData(".github/dependabot.yml")]
    [InlineData("docs/.github/workflows/x.yml")]
    [InlineData("azure-pipelines.txt")]
    [InlineData("sub/factory.config.json")]
    [InlineData("tools/codex/runs.md")]
    public void An_ordinary_path_is_not_protected(string path) => Assert.Null(Rules.Explain(path, null));

    [Theory]
    [InlineData("app/.env.local")]
    [InlineData(".github/workflows/ci.yml")]
    [InlineData("azure-pipelines.yml")]
    public void An_exact_entry_lifts_the_protection_of_secrets_and_ci_and_a_wildcard_does_not(string path)
    {
        Assert.Null(Rules.Explain(path, [path]));
        Assert.True(Rules.CanBeAllowed(path));
        Assert.NotNull(Rules.Explain(path, ["**", path[..^1] + "*", path.ToUpperInvariant()]));
    }

    [Theory]
    [InlineData(".git/config")]
    [InlineData("factory.config.json")]
    [InlineData("tools/codex/runs/x")]
    public void Nothing_lifts_the_protection_of_git_and_of_factory_itself(string path)
    {
        Assert.NotNull(Rules.Explain(path, [path, "**"]));
        Assert.False(Rules.CanBeAllowed(path));
    }

    [Fact]
    public void The_rules_of_a_configuration_follow_its_folders()
    {
        var root = Path.GetFullPath("/repo");
        var config = FactoryConfig.Default with { Paths = new(Path.Combine(root, "out/runs"), Path.GetFullPath("/elsewhere")), Source = Path.Combine(root, "ci/f.json") };
        var rules = ProtectedPaths.From(config, root);
        Assert.NotNull(rules.Explain("out/runs/x", null));
        Assert.NotNull(rules.Explain("ci/f.json", null));
        Assert.Null(rules.Explain("elsewhere/x", null));
    }

    // Whatever some file system overlooks, put into a protected name at random places, leaves it protected.
    [Property(MaxTest = 1000)]
    public Property A_protected_path_in_any_disguise_is_protected() => Prop.ForAll(
        Gen.Elements(".git/config", "a/.git/hooks/x", ".env", "deep/.env.local", ".github/workflows/ci.yml", "azure-pipelines.yml", "factory.config.json", "tools/codex/runs/x", "tools/codex/worktrees/A/x").ToArbitrary(),
        ArbMap.Default.ArbFor<int>(),
        (path, seed) =>
        {
            var random = new Random(seed);
            var text = string.Concat(path.Select(c => random.Next(6) switch
            {
                0 => char.ToUpperInvariant(c).ToString(),
                1 when c is not '/' => c + random.GetItems(["\u200b", "\u200d", "\ufeff", "\u2060", "\ufe0f"], 1)[0],
                2 when c is 'k' => "\u212a",
                _ => c.ToString(),
            }));
            Assert.NotNull(Rules.Explain(text, null));
            Assert.True(text == path || Rules.Explain(text, [text]) is not null || string.Equals(text, path, StringComparison.OrdinalIgnoreCase), text);
        });

    [Property(MaxTest = 500, Arbitrary = [typeof(AttackPathTests)])]
    public void An_allow_list_lifts_no_more_than_what_says_that_it_can_be_lifted(NonEmptyString path)
    {
        var name = path.Get;
        if (name.Contains('\0', StringComparison.Ordinal) || RelativePath.FindBrokenRule(name) is not null) return;
        if (Rules.CanBeAllowed(name)) Assert.Null(Rules.Explain(name, [name]));
        if (Rules.Explain(name, null) is null) Assert.Null(Rules.Explain(name, [name]));
    }
}
