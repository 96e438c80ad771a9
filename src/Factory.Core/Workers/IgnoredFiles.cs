namespace Factory.Core.Workers;

/// <summary>Brings files that git ignores, such as <c>.env</c>, from the user's checkout into a worktree.</summary>
public static class IgnoredFiles
{
    /// <summary>Copies the files that exist.</summary>
    /// <param name="from">The user's checkout.</param>
    /// <param name="to">The worktree.</param>
    /// <param name="paths">Relative paths.</param>
    /// <returns>What was not copied, and why.</returns>
    public static IReadOnlyList<string> Copy(string from, string to, IEnumerable<string> paths)
    {
        var warnings = new List<string>();
        foreach (var path in paths)
        {
            var source = new FileInfo(Path.Combine(from, path));
            if (source.LinkTarget is not null) warnings.Add($"copy_ignored '{path}' is a link and was not copied");
            else if (!source.Exists) warnings.Add($"copy_ignored '{path}' does not exist in the checkout");
            else Copy(source, Path.Combine(to, path), path, warnings);
        }

        return warnings;
    }

    private static void Copy(FileInfo source, string target, string path, List<string> warnings)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            source.CopyTo(target, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            warnings.Add($"copy_ignored '{path}' was not copied: {error.Message}");
        }
    }
}
