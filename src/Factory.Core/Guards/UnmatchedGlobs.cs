using Factory.Core.Configuration;

namespace Factory.Core.Guards;

/// <summary>Finds allow-list globs that match nothing at the base commit: usually a misspelt folder.</summary>
public static class UnmatchedGlobs
{
    /// <summary>The globs with a wildcard that match no path; a literal entry may name a file that is yet to be made.</summary>
    /// <param name="allowedGlobs">A worker's allow-list.</param>
    /// <param name="baseTreePaths">Every path of the base commit's tree.</param>
    public static IReadOnlyList<string> Find(IEnumerable<string> allowedGlobs, IEnumerable<string> baseTreePaths)
    {
        var patterns = allowedGlobs.Where(glob => !GlobSyntax.IsLiteral(glob)).ToList();
        return patterns.Count == 0 ? [] : new GlobSet(patterns, ignoreCase: false).FindUnmatched(baseTreePaths);
    }
}
