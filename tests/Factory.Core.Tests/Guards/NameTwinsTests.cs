using Factory.Core.Contracts;
using Factory.Core.Guards;
using Factory.Core.Repository;
using FsCheck;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards;

public sealed class NameTwinsTests
{
    private static ChangedPath Added(string path) => new(path, null, ChangeType.Added, "000000", "100644", CommitId.Parse(new string('a', 40)));

    private static ChangedPath Renamed(string from, string to) => new(to, from, ChangeType.Renamed, "100644", "100644", CommitId.Parse(new string('a', 40)));

    private static IReadOnlyList<Blocker> Find(string[] basePaths, params ChangedPath[] changes) => NameTwins.Find("A_worker", changes, basePaths);

    [Theory]
    [InlineData("readme.md", "README.MD", "case_twin")]
    [InlineData("src/a.cs", "SRC/b.cs", "case_twin")]
    [InlineData("src/a.cs", "Src", "case_twin")]
    [InlineData("docs", "DOCS/x", "case_twin")]
    [InlineData("stra\u00DFe.txt", "STRASSE.txt", "case_twin")]
    [InlineData("\u03C3", "\u03C2", "case_twin")]
    [InlineData("caf\u00E9", "cafe\u0301", "normal_form_twin")]
    [InlineData("a/\u00E5/x", "a/a\u030A/y", "normal_form_twin")]
    [InlineData("\u212B", "\u00C5", "normal_form_twin")]
    [InlineData("\uAC00", "\u1100\u1161", "normal_form_twin")]
    [InlineData("long file name.txt", "LONGFI~1.TXT", "short_name_twin")]
    [InlineData("secrets-of-state/x", "SECRET~1/y", "short_name_twin")]
    public void A_twin_of_what_is_there_is_refused_with_its_rule(string existing, string made, string rule)
    {
        var blocker = Assert.Single(Find([existing, "other"], Added(made)));
        Assert.Equal((BlockerKind.InvalidPath, made), (blocker.Kind, blocker.Path));
        Assert.Contains($"(rule {rule})", blocker.Message, StringComparison.Ordinal);
        Assert.Single(Find(["other"], Added(existing), Added(made)));
    }

    [Fact]
    public void Twins_that_the_base_has_are_left_alone() =>
        Assert.Empty(Find(["net/xt_CONNMARK.h", "net/xt_connmark.h"], Added("net/new.h")));

    [Fact]
    public void A_rename_that_changes_only_the_case_is_no_twin() => Assert.Empty(Find(["readme.md"], Renamed("readme.md", "README.md")));

    [Fact]
    public void A_folder_renamed_in_part_is_a_twin() => Assert.Single(Find(["Src/a", "Src/b"], Renamed("Src/a", "src/a")));

    [Fact]
    public void A_change_of_what_is_there_makes_no_twin() =>
        Assert.Empty(Find(["A", "a"], new ChangedPath("A", null, ChangeType.Modified, "100644", "100644", CommitId.Parse(new string('a', 40)))));

    [Theory]
    [InlineData("fi.txt", "\uFB01x.txt")]
    [InlineData("a.txt", "a.txt.bak")]
    [InlineData("i.txt", "\u0131.txt")]
    [InlineData("foo.txt", "foo~1.txt")]
    [InlineData("k.txt", "l.txt")]
    public void Different_names_are_no_twins(string existing, string made) => Assert.Empty(Find([existing], Added(made)));

    [Property(MaxTest = 200, Arbitrary = [typeof(AttackPathTests)])]
    public void A_path_is_a_twin_of_its_upper_case_and_never_of_itself(AttackPathTests.PlainPath path)
    {
        var upper = path.Text.ToUpperInvariant();
        Assert.Equal(upper == path.Text ? 0 : 1, Find([path.Text], Added(upper)).Count);
        Assert.Empty(Find([path.Text], Added(path.Text)));
    }

    // Against a plain reading: after the changes some folder has two names that are equal without case and normal form.
    [Property(MaxTest = 500)]
    public void Exactly_what_gives_a_folder_two_spellings_of_one_name_is_refused(int seed)
    {
        var random = new Random(seed);
        string[] tree = [.. WithoutFilesThatAreFolders(Enumerable.Range(0, 7).Select(_ => string.Join('/', random.GetItems(["a", "A", "b", "\u00E9", "e\u0301", "E\u0301", "stra\u00DFe", "STRASSE"], 1 + random.Next(3)))))];
        var before = tree.Aggregate(new List<string>(), (known, path) => random.Next(2) == 0 && CountTwins([.. known, path]) == 0 ? [.. known, path] : known);
        ChangedPath[] made = [.. tree.Except(before, StringComparer.Ordinal).Select(Added)];
        var found = Find([.. before], made);
        Assert.Equal(CountTwins(tree) > 0, found.Count > 0);
        Assert.Subset(made.Select(change => change.Path).ToHashSet(StringComparer.Ordinal), found.Select(blocker => blocker.Path!).ToHashSet(StringComparer.Ordinal));
    }

    private static IEnumerable<string> WithoutFilesThatAreFolders(IEnumerable<string> paths)
    {
        var all = paths.Distinct(StringComparer.Ordinal).ToList();
        return all.Where(path => !all.Exists(other => other.StartsWith(path + "/", StringComparison.Ordinal)));
    }

    private static int CountTwins(IReadOnlyList<string> paths)
    {
        var names = paths.SelectMany(path => path.Split('/').Select((name, depth) => (Folder: string.Join('/', path.Split('/').Take(depth)), Name: name))).Distinct();
        return names.GroupBy(one => (one.Folder, one.Name.Normalize().Replace("\u00DF", "ss", StringComparison.Ordinal).ToUpperInvariant())).Count(group => group.Count() > 1);
    }
}
