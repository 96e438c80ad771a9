namespace Factory.Benchmarks;

/// <summary>One commit of a repository's history as a patch.</summary>
internal sealed record HistoricalChange(string Commit, string PatchFile, IReadOnlyList<string> Paths);

/// <summary>Finds commits after the base that still apply at the base and share no path.</summary>
internal static class HistoricalChanges
{
    public static IReadOnlyList<HistoricalChange> Pick(string clone, string home, string tip, int count)
    {
        var picked = new List<HistoricalChange>();
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var commit in GitProgram.Run(clone, "rev-list", "--no-merges", "--reverse", $"HEAD..{tip}").Split('\n'))
        {
            if (picked.Count == count) break;
            var paths = GitProgram.Run(clone, "diff-tree", "--no-commit-id", "-r", "--no-renames", "--name-only", commit).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (paths.Length == 0 || paths.Any(IsProtected) || paths.Any(taken.Contains)) continue;
            var patch = Path.Combine(home, commit[..12] + ".patch");
            GitProgram.Run(clone, "diff-tree", "--no-commit-id", "-p", "--binary", "--full-index", $"--output={patch}", commit);
            if (!Applies(clone, patch)) continue;
            taken.UnionWith(paths);
            picked.Add(new HistoricalChange(commit, patch, paths));
        }

        return picked.Count == count ? picked : throw new InvalidOperationException($"only {picked.Count} of {count} changes apply at the base");
    }

    private static bool IsProtected(string path) =>
        path.StartsWith(".github/workflows/", StringComparison.Ordinal) || path.Contains("azure-pipelines", StringComparison.Ordinal) || path.StartsWith(".env", StringComparison.Ordinal);

    private static bool Applies(string clone, string patch)
    {
        try
        {
            GitProgram.Run(clone, "apply", "--check", "--index", patch);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
