using System.Globalization;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Attestation;

/// <summary>What a name in a run's folder stands for.</summary>
public enum RunEntryKind
{
    /// <summary>A plain file, whose content can be attested.</summary>
    File,
    /// <summary>A symbolic link or another reparse point; it is never followed.</summary>
    Link,
    /// <summary>A pipe, a socket or a device; it is never opened.</summary>
    Special,
    /// <summary>The folder of what was moved out of the bundles; it is never looked into.</summary>
    Aside,
}

/// <summary>One name in a run's folder that is no folder.</summary>
/// <param name="Name">Relative to the run's folder, with <c>/</c>.</param>
/// <param name="Path">Absolute.</param>
/// <param name="Kind">What it is.</param>
public sealed record RunEntry(string Name, string Path, RunEntryKind Kind)
{
    /// <summary>The kind as provenance spells it.</summary>
    public string KindName => Kind switch { RunEntryKind.Link => "link", RunEntryKind.Special => "special", RunEntryKind.Aside => "aside", _ => "file" };
}

/// <summary>
/// Lists a run's folder without following a link and without opening anything. The integrator's checkout is left out: a
/// failed check leaves it behind, and it is a work tree, not evidence. What was set aside is one entry.
/// </summary>
public static class RunTree
{
    /// <summary>More names than any run has; a folder with more is not read to its end.</summary>
    public const int MostEntries = 2_000_000;

    /// <summary>The longest path that is looked at, absolute, in bytes of UTF-8: what every system opens.</summary>
    public const int LongestPath = 4096;

    /// <summary>How many folders may lie in each other below the run's folder.</summary>
    public const int MostLevels = 200;

    /// <summary>The folder, right below the run's, of what was moved out of the bundles because no manifest can name it. No worker can have its name.</summary>
    public const string AsideName = "set.aside";

    private static readonly EnumerationOptions OneLevel = new() { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false };

    /// <summary>Lists a folder of the run, or all of it.</summary>
    /// <param name="runFolder">The run's folder, absolute.</param>
    /// <param name="folder">The folder to list, absolute; it need not exist. A link in its place is one entry.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="FactoryException">There are more than <see cref="MostEntries"/> names, or a name is deeper or longer than a run has any.</exception>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    public static IReadOnlyList<RunEntry> List(string runFolder, string folder, CancellationToken cancellationToken = default)
    {
        var entries = new List<RunEntry>();
        var checkout = Path.Combine(runFolder, WorkerId.Integrator, "checkout");
        var aside = Path.Combine(runFolder, AsideName);
        var pending = new Stack<string>();
        if (new DirectoryInfo(folder) is { Exists: true } root)
        {
            if (folder != runFolder && root.LinkTarget is not null) entries.Add(new RunEntry(NameOf(runFolder, folder), folder, RunEntryKind.Link));
            else if (folder == aside) entries.Add(new RunEntry(AsideName, aside, RunEntryKind.Aside));
            else pending.Push(folder);
        }

        while (pending.TryPop(out var current))
        {
            cancellationToken.ThrowIfCancellationRequested();
            RequireReachable(runFolder, current);
            foreach (var entry in Enumerate(folder, current))
            {
                var isLink = entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
                if (entry is DirectoryInfo && !isLink)
                {
                    if (entry.FullName == aside) entries.Add(new RunEntry(AsideName, aside, RunEntryKind.Aside));
                    else if (entry.FullName != checkout) pending.Push(entry.FullName);
                }
                else
                {
                    entries.Add(new RunEntry(NameOf(runFolder, entry.FullName), entry.FullName, isLink ? RunEntryKind.Link : KindOf(entry.FullName)));
                }

                if (entries.Count + pending.Count > MostEntries)
                    throw new FactoryException(BlockerKind.Artifact, $"{runFolder} holds more than {MostEntries} names, which no run does", "find out what filled the folder", runFolder);
            }
        }

        return entries;
    }

    /// <summary>Whether a name that finds nothing is indeed gone from its folder; one that is no text is listed and finds nothing either.</summary>
    internal static bool IsGone(string path)
    {
        try
        {
            return !Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(path)!, "*", OneLevel).Contains(path, StringComparer.Ordinal);
        }
        catch (DirectoryNotFoundException)
        {
            return IsGone(Path.GetDirectoryName(path)!);
        }
    }

    // A folder that is deleted while a run is listed holds nothing.
    private static IEnumerable<FileSystemInfo> Enumerate(string first, string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFileSystemInfos("*", OneLevel);
        }
        // It may be there again, made anew; one whose name is no text is there and not found.
        catch (DirectoryNotFoundException) when (folder != first && (!folder.Contains('\uFFFD', StringComparison.Ordinal) || IsGone(folder)))
        {
            return [];
        }
    }

    /// <summary>Whether a folder can be looked through: deeper down the system refuses paths, each call in a way of its own.</summary>
    internal static bool IsReachable(string runFolder, string folder)
    {
        const int LongestName = 256;
        return folder.AsSpan(Math.Min(runFolder.Length, folder.Length)).Count(Path.DirectorySeparatorChar) <= MostLevels && Encoding.UTF8.GetByteCount(folder) + LongestName <= LongestPath;
    }

    private static void RequireReachable(string runFolder, string folder)
    {
        if (IsReachable(runFolder, folder)) return;
        var below = folder.AsSpan(Math.Min(runFolder.Length, folder.Length));
        throw new FactoryException(
            BlockerKind.InvalidPath, string.Create(CultureInfo.InvariantCulture, $"{runFolder} holds folders that lie more than {MostLevels} deep or whose paths are longer than {LongestPath} bytes: {below[..Math.Min(below.Length, 100)]}..."),
            "find out what made them, and remove them", runFolder);
    }

    // A name that finds nothing counts as a file, so that reading it fails aloud.
    private static RunEntryKind KindOf(string path) => RegularFile.Is(path) || !File.Exists(path) ? RunEntryKind.File : RunEntryKind.Special;

    internal static string NameOf(string runFolder, string path)
    {
        var name = Path.GetRelativePath(runFolder, path);
        return Path.DirectorySeparatorChar == '\\' ? name.Replace('\\', '/') : name;
    }
}
