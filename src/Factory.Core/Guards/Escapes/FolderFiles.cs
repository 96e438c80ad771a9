using System.IO.Enumeration;

namespace Factory.Core.Guards.Escapes;

/// <summary>
/// Lists what lies in a folder of which nobody knows who wrote there. A link is listed as what it is and never followed: one
/// may lead anywhere, and two that lead upwards make more paths than anybody can list.
/// </summary>
internal static class FolderFiles
{
    /// <summary>Every file and every link below a folder, absolute; folders that cannot be read are left out.</summary>
    public static IEnumerable<string> Of(string folder) => new FileSystemEnumerable<string>(
        folder,
        (ref FileSystemEntry entry) => entry.ToFullPath(),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory || IsLink(ref entry),
        ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(ref entry),
    };

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
}
