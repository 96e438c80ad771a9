using Factory.Core.Repository;

namespace Factory.Core.Workers;

/// <summary>
/// Brings files that git ignores, such as <c>.env</c>, from the user's checkout into a worktree. Git's reset leaves what
/// an earlier worker put at such a path, so nothing there is written through.
/// </summary>
public static class IgnoredFiles
{
    /// <summary>Copies the files that exist; no link is followed on either side.</summary>
    /// <param name="from">The user's checkout.</param>
    /// <param name="to">The worktree.</param>
    /// <param name="paths">Relative paths.</param>
    /// <returns>What was not copied, and why.</returns>
    public static IReadOnlyList<string> Copy(string from, string to, IEnumerable<string> paths)
    {
        var warnings = new List<string>();
        foreach (var path in paths)
        {
            try
            {
                if (TryCopy(from, to, path) is { } reason) warnings.Add($"copy_ignored '{path}' {reason}");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                warnings.Add($"copy_ignored '{path}' was not copied: {error.Message}");
            }
        }

        return warnings;
    }

    private static string? TryCopy(string from, string to, string path)
    {
        var source = new FileInfo(Path.Combine(from, path));
        if (LinkAbove(from, path) is { } linked) return $"lies below the link '{linked}' in the checkout and was not copied";
        if (source.LinkTarget is not null) return "is a link and was not copied";
        if (!source.Exists) return "does not exist in the checkout";
        if (!RegularFile.Is(source.FullName)) return "is not a plain file and was not copied";
        if (LinkAbove(to, path) is { } left) return $"lies below the link '{left}' in the worktree and was not copied; look at what the worker left there and delete it";
        var target = Path.Combine(to, path);
        if (!TryClear(target)) return "is a folder in the worktree and was not copied; delete that folder";
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        source.CopyTo(target, overwrite: false);
        return null;
    }

    // Overwriting would write into what a symbolic or hard link names, and would wait for the reader of a pipe.
    private static bool TryClear(string target)
    {
        var folder = new DirectoryInfo(target);
        if (folder.Exists && !IsLink(folder)) return false;
        // Only Windows tells links to folders apart when it deletes them.
        if (folder.Exists && OperatingSystem.IsWindows()) folder.Delete();
        else if (folder.Parent!.Exists) File.Delete(target);
        return true;
    }

    private static string? LinkAbove(string root, string path)
    {
        var parts = path.Split('/');
        return Enumerable.Range(1, parts.Length - 1).Select(count => string.Join('/', parts.Take(count)))
            .FirstOrDefault(folder => IsLink(new DirectoryInfo(Path.Combine(root, folder))));
    }

    // A junction, and a link whose target is gone, count as well.
    private static bool IsLink(DirectoryInfo folder) =>
        folder.LinkTarget is not null || (folder.Exists && folder.Attributes.HasFlag(FileAttributes.ReparsePoint));
}
