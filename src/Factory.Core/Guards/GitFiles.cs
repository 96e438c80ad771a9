using Factory.Core.Contracts;

namespace Factory.Core.Guards;

/// <summary>The files of a tree that git itself obeys, in every spelling that some file system takes for them.</summary>
public static class GitFiles
{
    private static readonly (string Name, string Hash)[] Names =
        [(".gitmodules", "gi7eba"), (".gitattributes", "gi7d29"), (".gitignore", "gi250a"), (".mailmap", "maba30")];

    /// <summary>The file that git reads at a path, for example <c>.gitmodules</c> for <c>GITMOD~1</c>, or null.</summary>
    public static string? Of(string path)
    {
        var name = NameFolding.Loosely(path[(path.LastIndexOf('/') + 1)..]);
        var (found, _) = Array.Find(Names, file => name == file.Name || IsShort(name, file.Name, file.Hash));
        return found;
    }

    /// <summary>Whether a path that <see cref="Of"/> knows is not spelled as git spells it.</summary>
    public static bool IsDisguised(string path) => Of(path) is { } name && path[(path.LastIndexOf('/') + 1)..] != name;

    // As git's own check: the first six letters, or the hash that NTFS makes of this very name.
    private static bool IsShort(string name, string longName, string hash) =>
        ShortName.TryParse(name, out var shortName) && shortName.Extension.Length == 0 && (shortName.Head == longName[1..7] || (shortName.Head.Length >= 2 && hash.StartsWith(shortName.Head, StringComparison.Ordinal)));
}
