using Factory.Core.Configuration;
using Factory.Core.Guards;
using Factory.Core.Repository;

namespace Factory.Core.Reporting;

/// <summary>What a configuration switches off, in the words of the report: a check that did not run is said to have not run.</summary>
public static class Unexamined
{
    private const int MostGlobs = 5;

    /// <summary>One sentence for each switch that is off, and for each allow-list that lets files by.</summary>
    /// <param name="security">The rules.</param>
    /// <param name="changes">What the workers handed over.</param>
    public static IReadOnlyList<string> Of(SecuritySection security, IEnumerable<ChangedPath> changes)
    {
        var paths = changes.Where(ContentGuard.IsFresh).Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        var lines = new List<string>();
        if (!security.SecretScanEnabled) lines.Add("not examined: secrets, because security.secret_scan_enabled is false");
        else if (Passed(security.SecretPaths, paths) is { } secrets) lines.Add($"not examined: secrets in {secrets} of security.secret_allowlist.paths");
        if (security.AllowExecutableArtifacts) lines.Add("not examined: executable artifacts, because security.allow_executable_artifacts is true");
        if (Passed(security.ArtifactGlobs, paths) is { } artifacts) lines.Add($"not examined: {(security.AllowExecutableArtifacts ? "" : "executable artifacts and ")}the size of {artifacts} of security.artifact_allowlist");
        if (security.EscapeCheck != "block") lines.Add("changes to your checkout and to refs outside the run only warn, because security.escape_check is " + security.EscapeCheck);
        return lines;
    }

    // A glob that lets nothing by has nothing to tell.
    private static string? Passed(IReadOnlyList<string> globs, HashSet<string> paths)
    {
        var passed = new GlobSet(globs, ignoreCase: false).Match(paths).Count;
        if (passed == 0) return null;
        var used = globs.Distinct(StringComparer.Ordinal).Select(glob => (Glob: glob, Count: new GlobSet([glob], ignoreCase: false).Match(paths).Count)).Where(one => one.Count > 0).ToList();
        var names = string.Join(", ", used.Take(MostGlobs).Select(one => $"'{Reports.OneLine(one.Glob)}' ({Reports.Count(one.Count, "file")})"));
        return $"{passed} of {Reports.Count(paths.Count, "changed file")}, let by {names}{(used.Count > MostGlobs ? $" and {Reports.Count(used.Count - MostGlobs, "other glob")}" : "")}";
    }
}
