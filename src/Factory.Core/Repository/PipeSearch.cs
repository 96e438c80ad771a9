using System.Text;

namespace Factory.Core.Repository;

/// <summary>
/// Looks through folders for what never ends when it is opened or read: pipes and devices. Folders tell the kind of what lies
/// in them with its name, so that few entries are looked at. Linux only.
/// </summary>
internal sealed class PipeSearch
{
    // A link may lead anywhere, and links to folders may lead round and round.
    private const int MostFolders = 200_000;
    private readonly HashSet<string> _led = new(StringComparer.Ordinal);
    private int _folders;

    /// <summary>One of them below a folder, as it is reached from there, or null. Links are followed, as git follows them in its own folder.</summary>
    /// <param name="folder">The folder, absolute.</param>
    public string? Below(string folder)
    {
        // Names are bytes, and one that is no text can hold git as well.
        var open = new Stack<(string Shown, byte[] Path)>([(folder, Encoding.UTF8.GetBytes(folder))]);
        while (open.TryPop(out var next) && _folders++ < MostFolders)
        {
            using var entries = LinuxFolder.Open([.. next.Path, 0], followsLinks: next.Path.Length == folder.Length);
            while (entries is not null && TryNext(entries, out var entry))
            {
                if (entries.IsFolder(entry))
                {
                    open.Push((Join(next.Shown, entry.Text), [.. next.Path, (byte)'/', .. entry.Name[..^1]]));
                    continue;
                }

                var shown = Join(next.Shown, entry.Text);
                if (entry.MayHold && Holds(entries.Look(entry.Name))) return shown;
                if (!entry.MayBeLink || Target(Join(Encoding.UTF8.GetString(next.Path), entry.Text)) is not { } target) continue;
                if (Holds(target)) return shown;
                if (Directory.Exists(target) && _led.Add(target)) open.Push((shown, Encoding.UTF8.GetBytes(target)));
            }
        }

        return null;
    }

    /// <summary>Whether a file, or what a link leads to in the end, is one of them.</summary>
    public static bool Is(string file) => Holds(Target(file) ?? file);

    // Opening a socket fails at once, and what reads nothing ends at once.
    private static bool Holds(string file) => file != "/dev/null" && Holds(FileStamp.Of(file));

    private static bool Holds(FileStamp? stamp) => stamp is { Mode: var mode } && (mode & FileStamp.TypeMask) is FileStamp.Pipe or FileStamp.CharacterDevice or FileStamp.BlockDevice;

    private static bool TryNext(LinuxFolder folder, out FolderEntry entry)
    {
        try
        {
            return folder.Next(out entry);
        }
        catch (IOException)
        {
            // It went away meanwhile.
            entry = default;
            return false;
        }
    }

    private static string? Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Links that lead to each other lead to no pipe.
            return null;
        }
    }

    private static string Join(string folder, string name) => folder.EndsWith('/') ? folder + name : $"{folder}/{name}";
}
