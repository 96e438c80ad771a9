using System.Globalization;

namespace Factory.Core.Attestation;

/// <summary>An entry that a run's folder cannot keep where it lies: no manifest can name it, or nobody can reach it.</summary>
/// <param name="Folder">The folder it lies in, absolute.</param>
/// <param name="Name">Its name in there; bytes that are no UTF-8 are spelled <c>\xff</c>.</param>
/// <param name="Rule">What is wrong with it, in words that follow "its" or "it".</param>
public sealed record RunStray(string Folder, string Name, string Rule)
{
    /// <summary>The name as the system has it, where no text can spell it; else null.</summary>
    public byte[]? RawName { get; init; }

    /// <summary>What to do about it, when that is something of its own.</summary>
    public string? NextAction { get; init; }
}

/// <summary>
/// The room for what lies in a bundle, or beside the bundles: whatever is there is read and digested whenever the run is attested
/// or verified. What the runner writes itself takes none, as long as it is no larger than all of it.
/// </summary>
/// <param name="own">The runner's own files, absolute.</param>
public sealed class StrayRoom(IReadOnlySet<string> own)
{
    /// <summary>How many bytes the files of one bundle may have together: a few seconds of reading.</summary>
    public const long Most = 1L << 30;

    private long _left = Most;

    /// <summary>Takes room for a file.</summary>
    /// <returns>What is wrong with it when there is not enough, else null.</returns>
    internal string? Take(FileInfo file)
    {
        var size = file.Exists ? file.Length : 0;
        var isOwn = own.Contains(file.FullName);
        if (size > (isOwn ? Most : _left)) return string.Create(CultureInfo.InvariantCulture, $"has {size:N0} bytes, and what is left there may have {Most:N0} together");
        if (!isOwn) _left -= size;
        return null;
    }
}

/// <summary>
/// Finds in a run's folder what <see cref="RunTree"/> and <see cref="ChecksumManifest"/> refuse, so that it can be moved out of
/// their way while it is still known whose it is. Opens nothing but folders and follows no link.
/// </summary>
public static class RunStrays
{
    private static readonly EnumerationOptions OneLevel = new() { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false };

    /// <summary>Lists them; of a folder that lies too deep, the one that it lies in right below <paramref name="folder"/>.</summary>
    /// <param name="runFolder">The run's folder, absolute.</param>
    /// <param name="folder">The folder to look through, absolute; it need not exist, and a link in its place is not followed.</param>
    /// <param name="isOther">Folders below it, absolute, that are not looked through.</param>
    /// <param name="room">The room for the files.</param>
    /// <param name="openUp">Gives the owner back the right to read an entry that lacks it, and says whether that succeeded.</param>
    /// <exception cref="IOException">The folder itself cannot be read.</exception>
    public static IReadOnlyList<RunStray> Find(string runFolder, string folder, Func<string, bool> isOther, StrayRoom room, Func<string, bool> openUp)
    {
        var strays = new List<RunStray>();
        if (new DirectoryInfo(folder) is not { Exists: true, LinkTarget: null }) return strays;
        foreach (var child in Look(folder, strays, room, openUp).Where(child => !isOther(child)))
        {
            var before = strays.Count;
            if (FindBelow(runFolder, child, strays, isOther, room, openUp)) continue;
            strays.RemoveRange(before, strays.Count - before);
            strays.Add(new RunStray(folder, Path.GetFileName(child), $"holds folders that lie more than {RunTree.MostLevels} deep or have paths of more than {RunTree.LongestPath} bytes"));
        }

        return [.. strays.OrderBy(stray => stray.Folder, StringComparer.Ordinal).ThenBy(stray => stray.Name, StringComparer.Ordinal)];
    }

    private static bool FindBelow(string runFolder, string folder, List<RunStray> strays, Func<string, bool> isOther, StrayRoom room, Func<string, bool> openUp)
    {
        var pending = new Stack<string>([folder]);
        while (pending.TryPop(out var current))
        {
            if (!RunTree.IsReachable(runFolder, current)) return false;
            try
            {
                foreach (var child in Look(current, strays, room, openUp).Where(child => !isOther(child))) pending.Push(child);
            }
            catch (DirectoryNotFoundException)
            {
                // It was deleted meanwhile; one whose name is no text was noted by its own folder.
            }
            catch (UnauthorizedAccessException)
            {
                strays.Add(Unreadable(current));
            }
        }

        return true;
    }

    // Notes the strays right in a folder, and answers with the folders in it that can be looked through.
    private static List<string> Look(string folder, List<RunStray> strays, StrayRoom room, Func<string, bool> openUp)
    {
        var folders = new List<string>();
        var isAnyUnclear = false;
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", OneLevel))
        {
            isAnyUnclear |= entry.Name.Contains('\uFFFD', StringComparison.Ordinal);
            var isLink = entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
            if (RuleOf(entry.Name) is { } rule) strays.Add(new RunStray(folder, entry.Name, rule));
            else if (!isLink && IsClosed(entry) && entry.Exists && !openUp(entry.FullName)) strays.Add(Unreadable(entry.FullName));
            else if (entry is DirectoryInfo && !isLink) folders.Add(entry.FullName);
            else if (entry is FileInfo file && !isLink && room.Take(file) is { } tooLarge) strays.Add(new RunStray(folder, entry.Name, tooLarge) { NextAction = "have the worker leave no such files there, and run again" });
        }

        if (isAnyUnclear) strays.AddRange(RawNames.NoText(folder).Select(raw => new RunStray(folder, RawNames.Spell(raw), "has a name that is not UTF-8") { RawName = raw }));
        return folders;
    }

    private static string? RuleOf(string name)
    {
        if (name.AsSpan().ContainsAny('\r', '\n')) return "has a line break in its name";
        if (name.Any(char.IsControl)) return "has a control character in its name";
        return ChecksumManifest.IsUnicode(name) ? null : "has a name that is not valid Unicode";
    }

    private static RunStray Unreadable(string path) => new(Path.GetDirectoryName(path)!, Path.GetFileName(path), "cannot be read");

    // The rights of the system's own user are not asked for.
    private static bool IsClosed(FileSystemInfo entry)
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess) return false;
        var wanted = entry is DirectoryInfo ? UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute : UnixFileMode.UserRead;
        return (entry.UnixFileMode & wanted) != wanted;
    }
}
