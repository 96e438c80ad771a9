using System.IO.Enumeration;
using System.Text;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes;

/// <summary>
/// Lists what lies in a folder of which nobody knows who wrote there. A link is listed as what it is and never followed: one
/// may lead anywhere, and two that lead upwards make more paths than anybody can list.
/// </summary>
internal static class FolderFiles
{
    // Every system opens paths of this many bytes; what lies in such a folder may have a name of 255 more.
    private const int LongestFolder = 4096 - 256;

    /// <summary>
    /// Every file and every link below a folder, absolute; folders that cannot be read are left out. A folder whose path is too long
    /// to look into is listed itself.
    /// </summary>
    public static IEnumerable<string> Of(string folder) => new FileSystemEnumerable<string>(
        folder,
        (ref FileSystemEntry entry) => entry.ToFullPath(),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory || IsLink(ref entry) || IsTooLong(ref entry),
        ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(ref entry) && !IsTooLong(ref entry),
    };

    /// <summary>
    /// The folders in a folder, and links to folders, each with what tells it from another one of its name; none where there is
    /// no folder.
    /// </summary>
    public static IEnumerable<(string Name, ulong Inode)> FoldersIn(string folder)
    {
        if (!LinuxFolder.IsAvailable) return Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(path => (Path.GetFileName(path), FileStamp.Of(path)?.Inode ?? 0)) : [];
        var found = new List<(string, ulong)>();
        using var open = LinuxFolder.Open(folder);
        while (open is not null && open.Next(out var entry))
            if (open.IsFolder(entry) || (entry.MayBeLink && Directory.Exists(Path.Combine(folder, entry.Text)))) found.Add((entry.Text, entry.Inode));
        return found;
    }

    /// <summary>
    /// The files in a folder, absolute, that were changed at a time or later, by the time of change where the system tells it,
    /// else by the time of writing; links and what is no plain file with them, folders not.
    /// </summary>
    public static IEnumerable<string> ChangedSince(string folder, DateTime since)
    {
        using var open = LinuxFolder.IsAvailable ? LinuxFolder.Open(folder) : null;
        // It may be reached through a link, too.
        if (open is null)
            return Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Where(file => (FileStamp.Of(file)?.ChangedAt ?? File.GetLastWriteTimeUtc(file)) >= since) : [];
        var (found, least) = (new List<string>(), FileStamp.Nanoseconds(since));
        while (open.Next(out var entry))
        {
            if (entry.IsFolder == true) continue;
            // What cannot be looked at is looked at by whoever asked.
            var stamp = open.Look(entry.Name);
            if (stamp is not { } known || (known.Changed >= least && (known.Mode & FileStamp.TypeMask) != FileStamp.Folder)) found.Add(Path.Combine(folder, entry.Text));
        }

        return found;
    }

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static bool IsTooLong(ref FileSystemEntry entry) =>
        Encoding.UTF8.GetByteCount(entry.Directory) + 1 + Encoding.UTF8.GetByteCount(entry.FileName) > LongestFolder;
}
