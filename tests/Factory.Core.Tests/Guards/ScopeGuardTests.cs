using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards;
using FsCheck;
using FsCheck.Xunit;
using Microsoft.Extensions.FileSystemGlobbing;

namespace Factory.Core.Tests.Guards;

public sealed class ScopeGuardTests
{
    private static readonly ProtectedPaths Rules = new("factory.config.json", ["tools/codex/runs"]);
    private static readonly WorkerScope Scope = new(["src/**"], ["src/secret/**"], ["CHANGELOG.md"]);

    private static IReadOnlyList<Blocker> Check(WorkerScope scope, params (string, string?)[] changes) =>
        ScopeGuard.Check(WorkerId.Parse("A_worker"), scope, Rules, changes);

    [Fact]
    public void What_is_allowed_or_shared_passes() => Assert.Empty(Check(Scope, ("src/a.cs", null), ("CHANGELOG.md", null)));

    [Fact]
    public void A_path_outside_the_allow_list_is_named_with_the_worker_and_a_remedy()
    {
        var blocker = Assert.Single(Check(Scope, ("docs/a.md", null)));
        Assert.Equal((BlockerKind.Scope, "A_worker", "docs/a.md"), (blocker.Kind, blocker.Worker, blocker.Path));
        Assert.Equal("A_worker changed 'docs/a.md', which none of its allow-list globs matches (src/**)", blocker.Message);
        Assert.Equal("add \"docs/a.md\" to workers.allowlist_globs.A_worker, or have the worker leave it alone", blocker.NextAction);
    }

    [Fact]
    public void Deny_beats_allow_and_shared_in_any_case()
    {
        var scope = new WorkerScope(["SRC/Secret/key.pem"], ["src/secret/**"], ["SRC/Secret/key.pem"]);
        Assert.Contains("'src/secret/**' blocks", Assert.Single(Check(scope, ("SRC/Secret/key.pem", null))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("caf\u00E9/**", "cafe\u0301/a")]
    [InlineData("CAFE\u0301/**", "caf\u00E9/a")]
    [InlineData("stra\u00DFe/**", "STRASSE/a")]
    public void Deny_holds_for_every_normal_form(string glob, string path) =>
        Assert.Equal(BlockerKind.Scope, Assert.Single(Check(new(null, [glob], []), (path, null))).Kind);

    [Fact]
    public void The_allow_list_is_matched_with_case() => Assert.Equal(BlockerKind.Scope, Assert.Single(Check(Scope, ("SRC/a.cs", null))).Kind);

    [Fact]
    public void Both_ends_of_a_rename_are_judged()
    {
        var blockers = Check(Scope, ("src/new.cs", "docs/old.md"), ("lib/new.cs", "src/old.cs"));
        Assert.Equal(["docs/old.md", "lib/new.cs"], blockers.Select(blocker => blocker.Path));
        Assert.Contains("renamed 'docs/old.md' to 'src/new.cs'", blockers[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_allow_list_everything_but_the_protected_paths_is_allowed() =>
        Assert.Equal(BlockerKind.Protected, Assert.Single(Check(WorkerScope.Unrestricted, ("anything", null), (".env", null))).Kind);

    [Fact]
    public void An_empty_allow_list_allows_nothing() => Assert.Single(Check(new([], [], []), ("a", null)));

    [Fact]
    public void An_exact_entry_lets_a_worker_change_a_ci_definition() =>
        Assert.Empty(Check(new([".github/workflows/ci.yml"], [], []), (".github/workflows/ci.yml", null)));

    [Fact]
    public void A_shared_entry_does_not_lift_protection() =>
        Assert.Equal(BlockerKind.Protected, Assert.Single(Check(new(null, [], [".env"]), (".env", null))).Kind);

    [Fact]
    public void A_remedy_for_a_path_with_brackets_is_a_glob_that_is_accepted() =>
        Assert.Contains("\"app/*id*/page.tsx\"", Assert.Single(Check(Scope, ("app/[id]/page.tsx", null))).NextAction, StringComparison.Ordinal);

    [Theory]
    [InlineData("../outside", "'..' segment")]
    [InlineData("/etc/passwd", "absolute")]
    [InlineData("a\\b", "backslash")]
    [InlineData("c:/x", "colon")]
    [InlineData("a//b", "empty segment")]
    [InlineData("src/aux.txt", "device name")]
    [InlineData("src/name.", "ends with a dot")]
    [InlineData("src/.git/config", "git's own folder")]
    [InlineData("src/GIT~1/config", "git's own folder")]
    [InlineData("src/.g\u200Cit/config", "git's own folder")]
    [InlineData("a\nb", "control character")]
    [InlineData("a?b", "does not allow")]
    public void An_attack_is_refused_with_the_rule_whatever_the_scope_allows(string path, string rule)
    {
        var blocker = Assert.Single(Check(new(["**"], [], []), (path, null)));
        Assert.Equal(BlockerKind.InvalidPath, blocker.Kind);
        Assert.Contains(rule, blocker.Message, StringComparison.Ordinal);
    }

    [Property]
    public void Nothing_passes_that_is_not_a_valid_unprotected_path(NonNull<string> path)
    {
        if (Check(WorkerScope.Unrestricted, (path.Get, null)).Count > 0) return;
        Assert.True(RelativePath.TryParse(path.Get, out _, out _));
        Assert.Null(Rules.Explain(path.Get, null));
    }

    // Against the library's own matching, one path at a time, and both ends of every rename.
    [Property(MaxTest = 500)]
    public void Exactly_what_is_denied_or_not_allowed_is_blocked(int seed)
    {
        var random = new Random(seed);
        string[] globs = ["src/**", "SRC/**", "src/*", "docs/**", "**/*.md", "src/secret/**", "caf\u00E9/**", "docs/a.md"];
        string[] paths = ["src/a.cs", "SRC/A.cs", "src/secret/key", "Src/Secret/Key", "docs/a.md", "DOCS/a.md", "cafe\u0301/x", "CAF\u00C9/x", "README.md", "x"];
        var scope = new WorkerScope(random.Next(4) == 0 ? null : random.GetItems(globs, random.Next(3)), random.GetItems(globs, random.Next(3)), random.GetItems(globs, random.Next(2)));
        (string, string?)[] changes = [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => (paths[random.Next(paths.Length)], random.Next(3) == 0 ? paths[random.Next(paths.Length)] : null))];
        var ends = changes.SelectMany(change => new[] { change.Item1, change.Item2 }).OfType<string>().Distinct(StringComparer.Ordinal);
        var expected = ends.Where(path => IsDenied(scope, path) || (scope.AllowedGlobs is not null && !Matches([.. scope.AllowedGlobs, .. scope.SharedPaths], path, StringComparison.Ordinal)));
        var blockers = Check(scope, changes);
        Assert.Equal(expected, blockers.Select(blocker => blocker.Path));
        Assert.All(blockers, blocker => Assert.Equal((BlockerKind.Scope, "A_worker", IsDenied(scope, blocker.Path!)), (blocker.Kind, blocker.Worker, blocker.Message.Contains("deny-list", StringComparison.Ordinal))));
    }

    private static bool IsDenied(WorkerScope scope, string path) => Matches(scope.BlockedGlobs.Select(glob => glob.Normalize()), path.Normalize(), StringComparison.OrdinalIgnoreCase);

    private static bool Matches(IEnumerable<string> globs, string path, StringComparison comparison)
    {
        var matcher = new Matcher(comparison);
        foreach (var glob in globs) matcher.AddInclude(glob);
        return matcher.Match(path).HasMatches;
    }
}
