using System.Text;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.Checkout;

/// <summary>
/// The inodes, sizes and times of everything that git looks at when it compares the checkout with the index, so that it need
/// not be asked again while none of them differs: each file in the index, each untracked one, each folder that is not ignored.
/// A time of change cannot be set by anybody, and a folder's tells of every name that comes or goes. Linux only; elsewhere git
/// is asked.
/// </summary>
internal sealed class CheckoutImage
{
    private readonly StampedPaths _paths;
    private readonly FileStamp[] _stamps;
    private readonly OwnFolders _own;

    private CheckoutImage(StampedPaths paths, FileStamp[] stamps, OwnFolders own) => (_paths, _stamps, _own) = (paths, stamps, own);

    /// <summary>Takes one; null when it would not tell of every change.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="index">The user's index.</param>
    /// <param name="status">What git said of the checkout, with every untracked file and what is ignored (<c>--ignored=matching</c>).</param>
    /// <param name="own">The run's own folders, absolute; what lies in them is nobody's to look at here.</param>
    public static CheckoutImage? TryTake(GitRepository repository, IndexImage index, IReadOnlyList<string> status, IReadOnlyList<string> own)
    {
        if (!LinuxFolder.IsAvailable || IndexEntries.Read(index.Bytes) is not { } entries || FindFolders(repository.Root, entries, status) is not { } folders) return null;
        // A list of what is ignored may be ignored itself.
        var untracked = status.Where(field => field[0] == '?' || (field[0] == '!' && field.EndsWith(".gitignore", StringComparison.Ordinal))).Select(field => field[2..]);
        return TryTake(repository.Root, entries, folders.Concat(untracked), OwnFolders.Take(repository.Root, own), static (_, _) => true);
    }

    /// <summary>Takes one of the files in an index and of others; null when it would not tell of every change.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="entries">The index.</param>
    /// <param name="others">Folders and further files, relative to the checkout.</param>
    /// <param name="own">The run's own folders.</param>
    /// <param name="isAsExpected">Whether an entry's file may be as it is; else there is no image.</param>
    internal static CheckoutImage? TryTake(string root, IndexEntries entries, IEnumerable<string> others, OwnFolders own, Func<int, FileStamp, bool> isAsExpected)
    {
        var paths = Join(root, entries, others.Where(folder => !own.Holds(folder)));
        var now = FileStamp.Nanoseconds(DateTime.UtcNow);
        var stamps = new List<FileStamp>(entries.Count + 64);
        if (!paths.All(IsKnown)) return null;
        return new CheckoutImage(paths, [.. stamps], own);

        bool IsKnown(int path, in FileStamp stamp)
        {
            stamps.Add(stamp);
            return stamp.IsSettledAt(now) && (path >= entries.Count || isAsExpected(path, stamp));
        }
    }

    /// <summary>Whether everything is as it was.</summary>
    public bool Holds() => _paths.All((int path, in FileStamp stamp) => stamp == _stamps[path]) && _own.AreUnchanged();

    // Every folder that git looks into. What it does not look into it names: ignored ones, and other repositories.
    private static List<string>? FindFolders(string root, IndexEntries entries, IReadOnlyList<string> status)
    {
        var closed = status.Where(field => field[0] is '?' or '!' && field[^1] == '/').Select(field => field[2..^1]).ToHashSet(StringComparer.Ordinal);
        // Tracked files in an ignored folder: its files are known, but a link could take the folder's place.
        if (entries.TryReadFolders() is not { } tracked || tracked.Overlaps(closed)) return null;
        try
        {
            List<string> found = [""];
            using var top = LinuxFolder.Open(root);
            // A name that is no UTF-8 was not read as it is.
            return top is not null && Walk(top, "", closed, found) && !found.Concat(status).Any(name => name.Contains('\uFFFD', StringComparison.Ordinal)) ? found : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool Walk(LinuxFolder folder, string prefix, HashSet<string> closed, List<string> found)
    {
        while (folder.Next(out var entry))
        {
            if (!folder.IsFolder(entry) || entry.IsGitFolder) continue;
            var name = prefix + entry.Text;
            if (closed.Contains(name)) continue;
            found.Add(name);
            using var inner = folder.Open(entry.Name);
            if (inner is null || !Walk(inner, name + "/", closed, found)) return false;
        }

        return true;
    }

    // The index's first.
    private static StampedPaths Join(string root, IndexEntries entries, IEnumerable<string> others)
    {
        var paths = new StampedPaths.Builder(Encoding.UTF8.GetBytes(root.TrimEnd('/')));
        for (var entry = 0; entry < entries.Count; entry++) paths.Add(entries.Name(entry));
        foreach (var other in others) paths.Add(Encoding.UTF8.GetBytes(other));
        return paths.Build();
    }
}
