using System.IO.Enumeration;
using System.Text;

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

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static bool IsTooLong(ref FileSystemEntry entry) =>
        Encoding.UTF8.GetByteCount(entry.Directory) + 1 + Encoding.UTF8.GetByteCount(entry.FileName) > LongestFolder;
}
