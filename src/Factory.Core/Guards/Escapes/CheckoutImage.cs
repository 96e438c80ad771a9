using System.IO.Enumeration;
using System.Text;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes;

/// <summary>
/// The inodes, sizes and times of everything that <c>git status</c> looked at, so that it need not be asked again while none
/// of them differs: each file in the index, each untracked one, each folder that is not ignored, HEAD and its ref. A time of
/// change cannot be set by anybody, and a folder's tells of every name that comes or goes. Linux only; elsewhere git is asked.
/// </summary>
internal sealed class CheckoutImage
{
    // A time is drawn from a clock that ticks every few milliseconds, or every two seconds on the file systems of cameras. A
    // file that is younger than that may be changed once more without its time telling so.
    private const long FineTick = 100_000_000, CoarseTick = 2_000_000_000, Millisecond = 1_000_000;
    private readonly byte[] _paths;
    private readonly FileStamp[] _stamps;
    private readonly OwnFolders _own;

    private CheckoutImage(byte[] paths, FileStamp[] stamps, OwnFolders own) => (_paths, _stamps, _own) = (paths, stamps, own);

    /// <summary>Takes one; null when it would not tell of every change.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="index">The user's index.</param>
    /// <param name="status">What git said of the checkout, with every untracked file and what is ignored (<c>--ignored=matching</c>).</param>
    /// <param name="own">The run's own folders, absolute; what lies in them is nobody's to look at here.</param>
    public static CheckoutImage? TryTake(GitRepository repository, IndexImage index, IReadOnlyList<string> status, IReadOnlyList<string> own)
    {
        if (!OperatingSystem.IsLinux() || Directory.Exists(Path.Combine(repository.CommonDirectory, "reftable"))) return null;
        if (IndexNames.Read(index.Bytes) is not { } names || FindFolders(repository.Root, names, status) is not { } folders) return null;
        // A list of what is ignored may be ignored itself.
        var untracked = status.Where(field => field[0] == '?' || (field[0] == '!' && field.EndsWith(".gitignore", StringComparison.Ordinal))).Select(field => field[2..]);
        var around = OwnFolders.Take(repository.Root, own);
        var paths = Join(names.Concat(folders.Where(folder => !around.Holds(folder))).Concat(untracked).Select(name => Path.Combine(repository.Root, name)).Concat(HeadFiles(repository)));
        var now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        var stamps = new List<FileStamp>(names.Count + 64);
        foreach (var stamp in Read(paths))
        {
            if (stamp is not { } known || known.Changed > now - (known.Changed % Millisecond == 0 ? CoarseTick : FineTick)) return null;
            stamps.Add(known);
        }

        return new CheckoutImage(paths, [.. stamps], around);
    }

    /// <summary>Whether everything is as it was.</summary>
    public bool Holds()
    {
        var at = 0;
        foreach (var stamp in Read(_paths))
            if (stamp != _stamps[at++]) return false;
        return _own.AreUnchanged();
    }

    // Every folder that git looks into. What it does not look into it names: ignored ones, and other repositories.
    private static List<string>? FindFolders(string root, IReadOnlyList<string> names, IReadOnlyList<string> status)
    {
        var closed = status.Where(field => field[0] is '?' or '!' && field[^1] == '/').Select(field => field[2..^1]).ToHashSet(StringComparer.Ordinal);
        // Tracked files in an ignored folder: its files are known, but a link could take the folder's place.
        if (closed.Count > 0 && names.SelectMany(Parents).Any(closed.Contains)) return null;
        try
        {
            var prefix = root.Length + (root.EndsWith('/') ? 0 : 1);
            var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
            var found = new FileSystemEnumerable<string>(root, (ref entry) => entry.ToFullPath()[prefix..], options)
            {
                ShouldIncludePredicate = (ref entry) => IsOpen(ref entry),
                ShouldRecursePredicate = (ref entry) => IsOpen(ref entry),
            };
            // A name that is no UTF-8 was not read as it is.
            var folders = found.Prepend("").ToList();
            return folders.Concat(status).Any(name => name.Contains('\uFFFD', StringComparison.Ordinal)) ? null : folders;

            bool IsOpen(ref FileSystemEntry entry) =>
                entry.IsDirectory && (entry.Attributes & FileAttributes.ReparsePoint) == 0 && entry.FileName is not ".git" && (closed.Count == 0 || !closed.Contains(entry.ToFullPath()[prefix..]));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Parents(string name)
    {
        for (var slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1)) yield return name[..slash];
    }

    // git compares the index with the commit that HEAD names.
    private static IEnumerable<string> HeadFiles(GitRepository repository)
    {
        var head = Path.Combine(repository.GitDirectory, "HEAD");
        IEnumerable<string> files = [head, Path.Combine(repository.CommonDirectory, "packed-refs")];
        return RegularFile.Is(head) && File.ReadAllText(head) is ['r', 'e', 'f', ':', .. var name] ? files.Append(Path.Combine(repository.CommonDirectory, name.Trim())) : files;
    }

    private static byte[] Join(IEnumerable<string> paths)
    {
        var all = new MemoryStream();
        foreach (var path in paths)
        {
            all.Write(Encoding.UTF8.GetBytes(path));
            all.WriteByte(0);
        }

        return all.ToArray();
    }

    // One after the other, as they are asked for; null for what cannot be looked at.
    private static IEnumerable<FileStamp?> Read(byte[] paths)
    {
        for (var at = 0; at < paths.Length; at += paths.AsSpan(at).IndexOf((byte)0) + 1) yield return FileStamp.Read(paths.AsSpan(at));
    }
}
