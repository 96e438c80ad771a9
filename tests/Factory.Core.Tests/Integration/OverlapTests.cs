using Factory.Core.Contracts;
using Factory.Core.Integration;
using Factory.Core.Repository;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Integration;

public sealed class OverlapTests
{
    private static readonly CommitId One = CommitId.Parse(new string('1', 40)), Other = CommitId.Parse(new string('2', 40));
    private static readonly string[] Paths = ["a.txt", "A.TXT", "caf\u00e9", "cafe\u0301", "d/x", "D/x", "d/y", "stra\u00dfe", "STRASSE"];

    private static Arbitrary<List<(int Worker, string Path, bool IsOne)>> Touches => (
        from worker in Gen.Choose(1, 4)
        from path in Gen.Elements(Paths)
        from isOne in Gen.Elements(true, false)
        select (worker, path, isOne)).ListOf().Select(list => list.DistinctBy(one => (one.worker, one.path)).Select(one => (one.worker, one.path, one.isOne)).ToList()).ToArbitrary();

    // Against a plain reading of the rule: two workers, and names that some file system takes for one.
    [Property(MaxTest = 500)]
    public Property Exactly_the_paths_that_two_workers_touch_in_any_spelling_overlap() => Prop.ForAll(Touches, touches =>
    {
        var expected = touches.GroupBy(touch => NameFolding.Twin(touch.Path)).Where(group => group.Select(touch => touch.Worker).Distinct().Count() > 1).Select(group => group.Key);
        Assert.Equal(expected.Order(StringComparer.Ordinal), Find(touches).Select(overlap => NameFolding.Twin(overlap.Path)).Order(StringComparer.Ordinal));
    });

    [Property(MaxTest = 300)]
    public Property In_strict_mode_no_overlap_passes_that_is_not_shared_by_all_or_spelled_in_one_way() => Prop.ForAll(Touches, touches =>
        Assert.All(Find(touches), overlap => Assert.NotNull(overlap.Judge(isStrict: true, allowIdentical: false))));

    [Property(MaxTest = 300)]
    public Property The_order_of_the_workers_changes_nothing_but_the_spelling() => Prop.ForAll(Touches, touches => Assert.Equal(
        Find(touches).Select(overlap => (NameFolding.Twin(overlap.Path), string.Join(' ', overlap.Workers), overlap.IsIdentical, overlap.Spellings.Count)).Order(),
        Find([.. Enumerable.Reverse(touches)]).Select(overlap => (NameFolding.Twin(overlap.Path), string.Join(' ', overlap.Workers), overlap.IsIdentical, overlap.Spellings.Count)).Order()));

    private static IReadOnlyList<Overlap> Find(List<(int Worker, string Path, bool IsOne)> touches) => Overlap.Find(touches.GroupBy(touch => touch.Worker).Select(group => new Contribution(
        $"W{group.Key}_worker", One, [.. group.Select(touch => Change(touch.Path, touch.IsOne ? One : Other))], new HashSet<string>())));

    private static ChangedPath Change(string path, CommitId blob) => new(path, null, ChangeType.Modified, "100644", "100644", blob) { OldBlob = One };
}
