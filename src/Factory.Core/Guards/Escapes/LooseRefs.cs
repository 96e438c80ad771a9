using System.Text;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes;

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

    private static bool AddLoose(string common, Dictionary<string, string> refs)
    {
        Span<byte> content = stackalloc byte[LongestRef];
        foreach (var file in FolderFiles.Of(Path.Combine(common, "refs")))
        {
            if (file.EndsWith(".lock", StringComparison.Ordinal)) continue;
            var name = Path.GetRelativePath(common, file).Replace('\\', '/');
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
        // "<id> <name>", after an annotated tag "^<id>" of what it points at, and a comment first.
        foreach (var line in File.ReadLines(file, Encoding.UTF8).Where(line => line.Length > 0 && line[0] is not ('#' or '^')))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || !IsObjectId(line[..space])) return false;
            refs.TryAdd(line[(space + 1)..], line[..space]);
        }

        return true;
    }

    private static bool IsObjectId(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);
}
