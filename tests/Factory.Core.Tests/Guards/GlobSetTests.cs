using System.Diagnostics;
using Factory.Core.Configuration;
using Factory.Core.Guards;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.Extensions.FileSystemGlobbing;

namespace Factory.Core.Tests.Guards;

public sealed class GlobSetTests
{
    [Theory]
    [InlineData("src/**", "src/a/b.cs", true)]
    [InlineData("src/**", "src", false)]
    [InlineData("src/", "src/a/b.cs", true)]
    [InlineData("src/*", "src/a/b.cs", false)]
    [InlineData("**/*.md", "README.md", true)]
    [InlineData("**.md", "a/b/README.md", true)]
    [InlineData("*", ".hidden", true)]
    [InlineData("*.*", "Makefile", true)]
    [InlineData("src/**/test/*.cs", "src/x/y/test/a.cs", true)]
    [InlineData("src/**/test/*.cs", "src/test/a.cs", true)]
    [InlineData("src/a", "src/a/b", false)]
    [InlineData("SRC/**", "src/a", false)]
    public void A_glob_means_what_the_library_says(string glob, string path, bool matches)
    {
        var set = new GlobSet([glob], ignoreCase: false);
        Assert.Equal(matches, set.Match([path]).Contains(path));
        Assert.Equal(matches ? glob : null, set.FirstMatch(path));
    }

    [Fact]
    public void Case_is_ignored_only_when_asked() => Assert.Equal("SRC/*.CS", new GlobSet(["SRC/*.CS"], ignoreCase: true).FirstMatch("src/a.cs"));

    [Fact]
    public void The_first_glob_that_matches_is_named() => Assert.Equal("a/**", new GlobSet(["b/**", "a/**", "**"], ignoreCase: false).FirstMatch("a/x"));

    [Fact]
    public void An_empty_set_matches_nothing()
    {
        Assert.Empty(new GlobSet([], ignoreCase: false).Match(["a"]));
        Assert.Null(new GlobSet([], ignoreCase: false).FirstMatch("a"));
    }

    [Fact]
    public void A_path_that_is_file_and_folder_in_one_set_is_judged_as_both() =>
        Assert.Equal(["a", "a/b"], new GlobSet(["**"], ignoreCase: false).Match(["a", "a/b"]).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("../a")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("")]
    public void A_path_that_is_not_plain_matches_nothing(string path) => Assert.Empty(new GlobSet(["**"], ignoreCase: false).Match([path]));

    [Fact]
    public void A_refused_glob_never_becomes_a_set() => Assert.Throws<FormatException>(() => new GlobSet(["a?"], ignoreCase: false));

    [Property(MaxTest = 2000, Arbitrary = [typeof(GlobSetTests)])]
    public void A_set_matches_exactly_what_the_library_matches(SmallGlobs globs, SmallPaths paths, bool ignoreCase)
    {
        var matcher = new Matcher(ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
        foreach (var glob in globs.All) matcher.AddInclude(glob);
        var set = new GlobSet(globs.All, ignoreCase);
        // One path at a time: what else is in the set must not matter.
        var expected = paths.All.Where(path => matcher.Match(path).HasMatches).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected, set.Match(paths.All).Order(StringComparer.Ordinal));
        foreach (var path in paths.All) Assert.Equal(expected.Contains(path), set.FirstMatch(path) is not null);
    }

    [Fact]
    public void Many_paths_and_globs_are_matched_quickly()
    {
        var paths = Enumerable.Range(0, 50_000).Select(i => $"src/area{i % 50}/part{i % 997}/file{i}.cs").ToList();
        var globs = Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? $"src/area{i}/**" : $"**/part{i}/*.cs").ToList();
        var watch = Stopwatch.StartNew();
        var matched = new GlobSet(globs, ignoreCase: true).Match(paths);
        TestContext.Current.SendDiagnosticMessage($"50,000 paths x 20 globs: {watch.ElapsedMilliseconds} ms, {matched.Count} matched");
        Assert.NotEmpty(matched);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void Globs_that_match_nothing_are_found_and_literal_entries_are_left_out() =>
        Assert.Equal(["scr/**"], UnmatchedGlobs.Find(["src/**", "scr/**", "new/file.txt"], ["src/a.cs", "README.md"]));

    public sealed record SmallGlobs(IReadOnlyList<string> All);

    public sealed record SmallPaths(IReadOnlyList<string> All);

    public static Arbitrary<SmallGlobs> Globs()
    {
        var segment = Gen.Elements("a", "b", "A", "ab", "a.b", "*", "**", "**", "a*", "*b", "*.b", "*a*", "*.*", "**.b");
        var glob = segment.NonEmptyListOf().Select(parts => string.Join('/', parts.Take(5))).Where(glob => GlobSyntax.Explain(glob) is null);
        return glob.NonEmptyListOf().Select(globs => new SmallGlobs([.. globs.Take(3)])).ToArbitrary();
    }

    public static Arbitrary<SmallPaths> Paths()
    {
        var path = Gen.Elements("a", "b", "A", "ab", "a.b", ".b", "ba").NonEmptyListOf().Select(parts => string.Join('/', parts.Take(6)));
        return path.NonEmptyListOf().Select(paths => new SmallPaths([.. paths.Take(12)])).ToArbitrary();
    }
}
