using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Integration;

/// <summary>What one worker hands to the integrator: its commit and what that changes against the base.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="Commit">The commit that holds its work.</param>
/// <param name="Changes">The difference from the base commit, from git.</param>
/// <param name="SharedPaths">Paths that it may share with others, as it matched them.</param>
public sealed record Contribution(string Worker, CommitId Commit, IReadOnlyList<ChangedPath> Changes, IReadOnlySet<string> SharedPaths);

/// <summary>One path that more than one worker changed.</summary>
/// <param name="Path">The path, as the first worker spells it.</param>
/// <param name="Workers">The workers, in ordinal order.</param>
/// <param name="IsShared">Whether every one of them may share it.</param>
/// <param name="IsIdentical">Whether all of them made the same change.</param>
/// <param name="Spellings">More than one when the workers spell the path in different case, or in different normal forms of Unicode.</param>
public sealed record Overlap(string Path, IReadOnlyList<string> Workers, bool IsShared, bool IsIdentical, IReadOnlyList<string> Spellings)
{
    /// <summary>Finds every overlap. Paths are compared without case and normal form, because that is one file on Windows or macOS.</summary>
    public static IReadOnlyList<Overlap> Find(IEnumerable<Contribution> contributions)
    {
        var touches = contributions.SelectMany(contribution => contribution.Changes.SelectMany(
            change => change.TouchedPaths.Select(path => (Path: path, Contribution: contribution, Result: Outcome(change, path)))));
        return [.. touches
            .GroupBy(touch => NameFolding.Twin(touch.Path), StringComparer.Ordinal)
            .Where(group => group.Select(touch => touch.Contribution.Worker).Distinct(StringComparer.Ordinal).Skip(1).Any())
            .Select(group => new Overlap(
                group.First().Path,
                [.. group.Select(touch => touch.Contribution.Worker).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                group.All(touch => touch.Contribution.SharedPaths.Contains(touch.Path)),
                group.Select(touch => touch.Result).Distinct(StringComparer.Ordinal).Count() == 1,
                [.. group.Select(touch => touch.Path).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]))
            .OrderBy(overlap => overlap.Path, StringComparer.Ordinal)];
    }

    /// <summary>What the overlap means under a policy: a blocker, or null when it may pass to the merge.</summary>
    public Blocker? Judge(bool isStrict, bool allowIdentical)
    {
        if (Spellings.Count > 1)
            return new Blocker(BlockerKind.Overlap, Join(Workers), Path, $"{Join(Spellings)}{Difference} are one file on Windows or macOS, and {Join(Workers)} changed them", "give the path to one worker, or spell it one way");
        if (!isStrict || IsShared || (allowIdentical && IsIdentical)) return null;
        return new Blocker(
            BlockerKind.Overlap, Join(Workers), Path, $"{Join(Workers)} changed {Path}",
            "give the path to one worker's allow-list, list it in workers.shared_paths of every worker involved, or set run.strict_collision_mode to false");
    }

    // Such names look alike in every report.
    private string Difference => Spellings.Select(NormalForm).Distinct(StringComparer.Ordinal).Count() == 1 ? " (in different normal forms of Unicode)" : "";

    private static string NormalForm(string path)
    {
        try
        {
            return path.Normalize();
        }
        catch (ArgumentException)
        {
            return path;
        }
    }

    private static string Outcome(ChangedPath change, string path) =>
        path == change.Path ? $"{change.NewMode} {change.Blob?.Hex}" : "000000 ";

    private static string Join(IEnumerable<string> words) => string.Join(", ", words);
}
