namespace Factory.Core.Guards.Escapes.GitFolder;

/// <summary>
/// Resolutions of conflicts that git has recorded (<c>rr-cache</c>, git-rerere(1)) and takes in later merges without asking. A
/// conflict that was only met, by a worker's merge too, decides nothing.
/// </summary>
internal static class SharedResolutions
{
    private const string Name = "rr-cache";

    /// <summary>Every file of a resolution, and what does not belong there; by its name in the git folder.</summary>
    /// <param name="common">The common git folder, absolute.</param>
    public static IEnumerable<(string Name, string File)> In(string common)
    {
        var folder = Path.Combine(common, Name);
        if (new FileInfo(folder).LinkTarget is not null) return [(Name, folder)];
        return Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).SelectMany(Of) : [];
    }

    private static IEnumerable<(string Name, string File)> Of(string entry)
    {
        var name = $"{Name}/{Path.GetFileName(entry)}";
        if (!Directory.Exists(entry) || new FileInfo(entry).LinkTarget is not null) return [(name, entry)];
        var files = Directory.GetFileSystemEntries(entry);
        return files.Any(file => Path.GetFileName(file).StartsWith("postimage", StringComparison.Ordinal))
            // git writes what it meets beside it, every time.
            ? files.Where(file => !Path.GetFileName(file).StartsWith("thisimage", StringComparison.Ordinal)).Select(file => ($"{name}/{Path.GetFileName(file)}", file))
            : [];
    }
}
