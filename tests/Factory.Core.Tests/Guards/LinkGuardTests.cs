using Factory.Core.Contracts;
using Factory.Core.Guards;
using Factory.Core.Tests.Pipeline;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards;

public sealed class LinkGuardTests
{
    private static readonly ProtectedPaths Rules = new("factory.config.json", ["tools/codex/runs"]);

    private static IReadOnlyList<Blocker> Judge(string changed, params (string Path, string Text)[] links) =>
        LinkGuard.Check("A_worker", new HashSet<string> { changed }, links.ToDictionary(link => link.Path, link => link.Text), Rules);

    [Theory]
    [InlineData("a", "/etc/passwd", "link_escape")]
    [InlineData("a", "..", "link_escape")]
    [InlineData("a", "../x", "link_escape")]
    [InlineData("d/a", "../../x", "link_escape")]
    [InlineData("d/a", "x/../../../y", "link_escape")]
    [InlineData("d/a", "..\\..\\x", "link_escape")]
    [InlineData("a", "\\\\server\\share", "link_escape")]
    [InlineData("a", "C:\\x", "link_escape")]
    [InlineData("a", "c:x", "link_escape")]
    [InlineData("a", "", "link_escape")]
    [InlineData("a", "./.././x", "link_escape")]
    [InlineData("a", "aux", "device_name")]
    [InlineData("a", "xy:stream", "stream")]
    [InlineData("a", "x\0y", "link_target")]
    public void A_link_that_leads_out_is_an_escape(string path, string text, string rule)
    {
        var blocker = Assert.Single(Judge(path, (path, text)));
        Assert.Equal((BlockerKind.Escape, path), (blocker.Kind, blocker.Path));
        Assert.Contains($"(rule {rule})", blocker.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", ".git/config", "link_protected")]
    [InlineData("d/a", "../.GIT", "link_protected")]
    [InlineData("d/a", "..\\git~1\\hooks", "link_protected")]
    [InlineData("a", ".g\u200Cit/config", "link_protected")]
    [InlineData("a", ".env", "link_protected")]
    [InlineData("a", ".github/workflows/ci.yml", "link_protected")]
    [InlineData("a", "tools/codex/runs/x", "link_protected")]
    [InlineData("a", "factory.config.json", "link_protected")]
    [InlineData(".gitmodules", "x", "link_git_file")]
    [InlineData("d/GITATT~1", "x", "link_git_file")]
    [InlineData(".g\u200Citignore", "x", "link_git_file")]
    [InlineData(".github", "x", "link_protected_parent")]
    [InlineData("tools/CODEX", "../src", "link_protected_parent")]
    public void A_link_to_or_over_what_is_protected_is_refused(string path, string text, string rule)
    {
        var blocker = Assert.Single(Judge(path, (path, text)));
        Assert.Equal(BlockerKind.Protected, blocker.Kind);
        Assert.Contains($"(rule {rule})", blocker.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a", "b/../c")]
    [InlineData("d/a", "../b")]
    [InlineData("d/e/a", "../../README.md")]
    [InlineData("a", ".")]
    [InlineData("d/a", "..")]
    [InlineData("a", "missing")]
    [InlineData("CLAUDE.md", "AGENTS.md")]
    [InlineData("a", ".gitignore")]
    public void A_link_inside_the_repository_passes(string path, string text) => Assert.Empty(Judge(path, (path, text)));

    [Fact]
    public void A_link_through_another_link_is_followed()
    {
        Assert.Single(Judge("a", ("a", "out/passwd"), ("out", "/etc")));
        Assert.Single(Judge("a", ("a", "deep/../../x"), ("deep", "p/q")));
        Assert.Single(Judge("a", ("a", "p/q/../../x"), ("p/q", "../shallow")));
        Assert.Equal(BlockerKind.Protected, Assert.Single(Judge("a", ("a", "g/config"), ("g", "h"), ("h", ".git"))).Kind);
        Assert.Empty(Judge("a", ("a", "p/x"), ("p", "q/r")));
    }

    [Fact]
    public void A_circle_is_refused() => Assert.Contains("circle", Judge("a", ("a", "b"), ("b", "a"))[0].Message, StringComparison.Ordinal);

    [Fact]
    public void An_old_link_that_a_changed_one_turns_outside_is_found_and_one_that_was_outside_is_not()
    {
        Assert.Equal("old", Assert.Single(Judge("p/q", ("old", "p/q/../../x"), ("p/q", "../shallow"))).Path);
        Assert.Empty(Judge("a", ("a", "b"), ("old", "/usr")));
    }

    [Property(MaxTest = 1000, Arbitrary = [typeof(LinkGuardTests)])]
    public void A_link_that_passes_never_resolves_outside(LinkText link)
    {
        if (Judge("d/e/a", ("d/e/a", link.Text)).Count > 0) return;
        var root = Path.Combine(Path.GetTempPath(), "root");
        var target = Path.GetFullPath(Path.Combine(root, "d", "e", link.Text.Replace('\\', '/')));
        Assert.True(target == root || target.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal), link.Text);
        Assert.DoesNotContain(".git", target.Split(Path.DirectorySeparatorChar));
    }

    // The system itself is asked where the links of a random tree lead; every folder says whether it is inside.
    [Fact]
    public void A_tree_of_links_that_pass_leads_nowhere_outside_on_this_system()
    {
        TestRepository.RequireUnix();
        var (home, passed) = (Directory.CreateTempSubdirectory("links-test-").FullName, 0);
        try
        {
            Check.One(Config.QuickThrowOnFailure.WithMaxTest(600).WithEndSize(1_000_000), Prop.ForAll<int>(seed =>
            {
                var links = RandomLinks(new Random(seed));
                if (LinkGuard.Check("A_worker", links.Keys.ToHashSet(StringComparer.Ordinal), links, Rules).Count > 0) return;
                var root = Lay(Path.Combine(home, $"{passed++}", "o", "o", "root"), links);
                Assert.All(links, link => Assert.True(!Directory.Exists(Path.Combine(root, link.Key)) || File.Exists(Path.Combine(root, link.Key, "inside")), $"{link.Key} -> {link.Value} leads out"));
            }));
            Assert.True(passed > 20, $"only {passed} trees of links passed");
        }
        finally
        {
            Core.Workers.FolderRemoval.Delete(home);
        }
    }

    // Two links to folders, each harmless, and some that may lead through them.
    private static Dictionary<string, string> RandomLinks(Random random)
    {
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var place in (string[])["p/q", "d/b"]) links[place] = random.GetItems(["..", "../d", "../p", "."], 1)[0];
        foreach (var place in random.GetItems(["a", "d/a", "d/e/a", "b"], 1 + random.Next(3)))
            links[place] = string.Join('/', random.GetItems(["..", "..", ".", "a", "b", "d", "e", "p/q", "d/b", "d/e"], 1 + random.Next(4)));
        return links;
    }

    private static string Lay(string root, IReadOnlyDictionary<string, string> links)
    {
        foreach (var folder in (string[])["", "d", "d/e", "p"])
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
            File.WriteAllText(Path.Combine(root, folder, "inside"), "");
        }

        foreach (var (place, text) in links) File.CreateSymbolicLink(Path.Combine(root, place), text);
        return root;
    }

    public sealed record LinkText(string Text);

    public static Arbitrary<LinkText> Texts() =>
        Gen.Elements("..", "..", ".", "a", "b.c", ".git", "", "..\\..", "x\\y", ".github").NonEmptyListOf().Select(parts => new LinkText(string.Join('/', parts.Take(7)))).ToArbitrary();
}
