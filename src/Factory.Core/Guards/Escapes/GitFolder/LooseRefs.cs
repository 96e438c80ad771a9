using System.Text;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.GitFolder;

/// <summary>
/// Reads the refs of a repository from its files, which costs no process. Only for git's files format; a repository with
/// another one, or a file that is not as git writes it, is read by git.
/// </summary>
internal static class LooseRefs
{
    private const int LongestRef = 4096;

    // About a million refs; what is longer is for git to read.
    private const long LargestPacked = 64 * 1024 * 1024;

    /// <summary>Every ref with its object id, or <c>-> NAME</c> for a symbolic one; null when git must be asked.</summary>
    /// <param name="common">The common git folder, absolute.</param>
    public static Dictionary<string, string>? Read(string common)
    {
        if (Directory.Exists(Path.Combine(common, "reftable"))) return null;
        try
        {
            var refs = new Dictionary<string, string>(StringComparer.Ordinal);
            // Loose ones first, as git does: one that is packed meanwhile is in the file that is read afterwards.
            return AddLoose(common, refs) && AddPacked(Path.Combine(common, "packed-refs"), refs) ? refs : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The refs that a linked worktree has for itself, as <see cref="Read"/> gives them; null when git must be asked.</summary>
    /// <param name="admin">Its administrative folder, absolute.</param>
    public static Dictionary<string, string>? ReadOwn(string admin)
    {
        if (!Directory.Exists(Path.Combine(admin, "refs"))) return null;
        try
        {
            var refs = new Dictionary<string, string>(StringComparer.Ordinal);
            return AddLoose(admin, refs) ? refs : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Every file and every link where refs lie, whatever it holds, by the name of the ref that it would be.</summary>
    public static IEnumerable<(string Name, string File)> FilesIn(string common)
    {
        var folder = Path.Combine(common, "refs");
        return !Directory.Exists(folder) ? [] : FolderFiles.Of(folder).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Select(file => (Path.GetRelativePath(common, file).Replace('\\', '/'), file));
    }

    private static bool AddLoose(string common, Dictionary<string, string> refs)
    {
        Span<byte> content = stackalloc byte[LongestRef];
        foreach (var (name, file) in FilesIn(common))
        {
            if (new FileInfo(file) is { LinkTarget: { } target } && Directory.Exists(file))
            {
                // git never makes one, and would follow it, round and round when it leads upwards.
                refs[name] = "-> the folder " + target;
                continue;
            }

            if (!RegularFile.Is(file)) return false;
            var length = ReadSmall(file, content);
            if (length == content.Length) return false;
            var text = Encoding.UTF8.GetString(content[..length]).TrimEnd();
            var value = text.StartsWith("ref:", StringComparison.Ordinal) ? "-> " + text[4..].Trim() : IsObjectId(text) ? text : null;
            if (value is null) return false;
            refs[name] = value;
        }

        return true;
    }

    // Every run leaves some refs, and there may be thousands: no stream, no buffer but one.
    private static int ReadSmall(string file, Span<byte> content)
    {
        using var handle = File.OpenHandle(file, share: FileShare.ReadWrite | FileShare.Delete);
        var length = 0;
        for (int read; length < content.Length && (read = RandomAccess.Read(handle, content[length..], length)) > 0;) length += read;
        return length;
    }

    private static bool AddPacked(string file, Dictionary<string, string> refs)
    {
        if (!File.Exists(file)) return true;
        if (!RegularFile.Is(file) || new FileInfo(file).Length > LargestPacked) return false;
        var (last, isSorted, isOrderly) = ("", false, true);
        // "<id> <name>", after an annotated tag "^<id>" of what it points at, and a comment first.
        foreach (var line in File.ReadLines(file, Encoding.UTF8).Where(line => line.Length > 0 && line[0] != '^'))
        {
            if (line[0] == '#')
            {
                isSorted |= line.Contains(" sorted", StringComparison.Ordinal);
                continue;
            }

            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || !IsObjectId(line[..space])) return false;
            var name = line[(space + 1)..];
            isOrderly &= Compare(last, name) < 0;
            last = name;
            refs.TryAdd(name, line[..space]);
        }

        if (!isOrderly) AddDisorder(file, isSorted, refs);
        return true;
    }

    // git searches a sorted file by halves: where a name stands twice or at another place, its answer depends on all the others.
    // Whatever it is, it is not what the file's lines say, so such a name gets a state that no other file gives it.
    private static void AddDisorder(string file, bool isSorted, Dictionary<string, string> refs)
    {
        var (all, highest) = (new Dictionary<string, string>(StringComparer.Ordinal), "");
        foreach (var line in File.ReadLines(file, Encoding.UTF8).Where(line => line.Length > 0 && line[0] is not ('#' or '^')))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            // It may be another file by now.
            if (space < 0) continue;
            var (id, name) = (line[..space], line[(space + 1)..]);
            if (all.TryGetValue(name, out var other)) refs[name] = all[name] = $"{other} and {id} in packed-refs";
            else all[name] = id;
            if (Compare(highest, name) < 0) highest = name;
            else if (isSorted) refs[name] = $"{all[name]}, out of its place in packed-refs";
        }
    }

    // git compares bytes; those of UTF-8 and of UTF-16 are in another order where a name has letters that need two of the latter.
    private static int Compare(string left, string right) =>
        Ascii.IsValid(left) && Ascii.IsValid(right) ? string.CompareOrdinal(left, right) : Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    private static bool IsObjectId(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);
}
