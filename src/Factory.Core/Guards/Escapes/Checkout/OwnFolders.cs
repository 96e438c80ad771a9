using System.Globalization;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.Checkout;

/// <summary>
/// The folders of the checkout in which a run makes its own. Their times change when it does, so the names in them are
/// compared instead, on Linux with what each is.
/// </summary>
internal sealed class OwnFolders
{
    private readonly string _root;
    private readonly IReadOnlyList<string> _own;
    private readonly Dictionary<string, string> _names;

    private OwnFolders(string root, IReadOnlyList<string> own, IEnumerable<string> folders)
    {
        (_root, _own) = (root, own);
        _names = folders.ToDictionary(folder => folder, Names, StringComparer.Ordinal);
    }

    /// <summary>Takes the names.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="own">The run's own folders, absolute; whether they exist or not.</param>
    public static OwnFolders Take(string root, IReadOnlyList<string> own)
    {
        var folders = new HashSet<string>(StringComparer.Ordinal);
        var inside = own.Where(folder => folder.StartsWith(root + "/", StringComparison.Ordinal)).Select(folder => folder[(root.Length + 1)..].TrimEnd('/')).ToList();
        foreach (var folder in inside)
        {
            folders.Add("");
            for (var slash = folder.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = folder.IndexOf('/', slash + 1)) folders.Add(folder[..slash]);
        }

        return new OwnFolders(root, inside, folders);
    }

    /// <summary>Whether a folder, relative to the checkout, is one of them.</summary>
    public bool Holds(string folder) => _names.ContainsKey(folder);

    /// <summary>Whether nothing came, went or was replaced but the run's own.</summary>
    public bool AreUnchanged() => _names.All(folder => Names(folder.Key) == folder.Value);

    /// <summary>Whether a path, relative to the checkout, is a folder of the run's own, or leads there.</summary>
    public bool IsOwn(string path) => _own.Any(folder => folder == path || folder.StartsWith(path + "/", StringComparison.Ordinal));

    private string Names(string folder)
    {
        var path = Path.Combine(_root, folder);
        // No list of names begins so.
        if (new FileInfo(path).LinkTarget is { } target) return "\0" + target;
        if (!Directory.Exists(path)) return "";
        var prefix = folder.Length == 0 ? "" : folder + "/";
        if (LinuxFolder.IsAvailable) return KindsAndNames(path, prefix);
        var names = Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)).Where(name => !IsOwn(prefix + name));
        return string.Join('\0', names.Order(StringComparer.Ordinal));
    }

    // What git ignores as a folder it does not ignore as a link, so what has the name counts as well. A file that is written anew
    // has another number, and another one says nothing of a file.
    private string KindsAndNames(string path, string prefix)
    {
        const int RegularFile = 8;
        using var folder = LinuxFolder.Open(path);
        var entries = new List<string>();
        while (folder is not null && folder.Next(out var entry))
        {
            var (name, kind) = (entry.Text, folder.KindOf(entry));
            if (!IsOwn(prefix + name)) entries.Add(string.Create(CultureInfo.InvariantCulture, $"{name}\0{kind} {(kind == RegularFile ? 0 : entry.Inode)}"));
        }

        return string.Join('\0', entries.Order(StringComparer.Ordinal));
    }
}
