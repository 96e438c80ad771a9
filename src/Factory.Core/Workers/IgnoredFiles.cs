using Factory.Core.Contracts;
using Factory.Core.Guards.Writes;
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
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or FactoryException)
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
        if (new DirectoryInfo(target) is { Exists: true } folder && !IsLink(folder)) return "is a folder in the worktree and was not copied; delete that folder";
        // A new file takes the name in one step. Overwriting would write into what a symbolic or hard link names, and would wait
        // for the reader of a pipe; and a worker that runs already may put a link into this worktree at any moment.
        new WriteGuard(Real(to)).WriteAsync(path, stream => FillAsync((FileStream)stream, source)).GetAwaiter().GetResult();
        return null;
    }

    // A worktrees folder behind a link is the user's own arrangement.
    private static string Real(string worktree) => new DirectoryInfo(worktree).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? worktree;

    private static async Task FillAsync(FileStream target, FileInfo source)
    {
        var from = source.OpenRead();
        await using var _ = from.ConfigureAwait(false);
        // Before the content: nobody else may read a file of secrets, not even for a moment.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(target.SafeFileHandle, File.GetUnixFileMode(from.SafeFileHandle));
        await from.CopyToAsync(target).ConfigureAwait(false);
        await target.FlushAsync().ConfigureAwait(false);
        File.SetLastWriteTimeUtc(target.SafeFileHandle, source.LastWriteTimeUtc);
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
