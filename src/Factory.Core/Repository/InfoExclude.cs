using System.Text;
using Factory.Core.Guards.Writes;

namespace Factory.Core.Repository;

/// <summary>Keeps folders out of <c>git status</c> through <c>.git/info/exclude</c>, which is nobody's tracked file.</summary>
public static class InfoExclude
{
    private static readonly StringComparison PathComparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>Adds the folders that lie in the checkout and are not listed yet; existing lines are never changed.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="folders">Folders, absolute.</param>
    /// <returns>Why they could not be added, for a person who must do it instead; else null.</returns>
    public static string? Add(GitRepository repository, IEnumerable<string> folders)
    {
        var file = Path.Combine(repository.CommonDirectory, "info", "exclude");
        IReadOnlyList<string> missing = [.. folders.Select(folder => Pattern(repository.Root, folder)).OfType<string>().Distinct(StringComparer.Ordinal)];
        try
        {
            var text = Read(file);
            missing = [.. missing.Except(text.Split('\n').Select(line => line.TrimEnd('\r')), StringComparer.Ordinal)];
            if (missing.Count == 0) return null;
            var addition = (text.Length == 0 || text.EndsWith('\n') ? "" : "\n") + string.Concat(missing.Select(line => line + "\n"));
            Append(file, Encoding.UTF8.GetBytes(addition));
            return null;
        }
        catch (LinkInTheWayException error) when (error.Kind == EntryKind.Link)
        {
            // It may be the user's own arrangement, or an earlier worker's way to have another file written.
            return $"{file} is or lies behind a link and was not written; {Remedy(missing)}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"{file} could not be written ({error.Message}); {Remedy(missing)}";
        }
    }

    private static string Remedy(IReadOnlyList<string> lines) => $"add these lines to what git shall ignore: {string.Join(' ', lines)}";

    // A link of the user's own is read through, but never a pipe, which would keep everybody waiting.
    private static string Read(string file)
    {
        var target = new FileInfo(file) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)?.FullName : file;
        return target is not null && RegularFile.Is(target) ? File.ReadAllText(target) : "";
    }

    // One small append: two runs that start together at worst add the same line twice, which git does not mind.
    private static void Append(string file, byte[] addition)
    {
        var (name, place) = (Path.GetFileName(file), Path.GetDirectoryName(file)!);
        if (new DirectoryInfo(place).LinkTarget is null) Directory.CreateDirectory(place);
        using var folder = HeldFolder.Open(place);
        if (folder.Look(name) == EntryKind.Missing)
        {
            using var made = folder.CreateFile(name);
            using var first = made.OpenStream(0);
            first.Write(addition);
            return;
        }

        // Opening a pipe would keep everybody waiting.
        if (folder.Look(name) == EntryKind.Link) throw new LinkInTheWayException(name, EntryKind.Link);
        if (!RegularFile.Is(file)) throw new IOException($"'{name}' is no plain file");
        // Opening changes nothing; whether it led elsewhere is seen before anything is written.
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var isElsewhere = HeldFolder.FinalPathOf(stream.SafeFileHandle) is { } found && folder.FinalPath is { } opened && !string.Equals(found, Path.Combine(opened, name), PathComparison);
        if (isElsewhere || folder.Look(name) == EntryKind.Link) throw new LinkInTheWayException(name, EntryKind.Link);
        stream.Seek(0, SeekOrigin.End);
        stream.Write(addition);
    }

    private static string? Pattern(string root, string folder)
    {
        var relative = Path.GetRelativePath(root, folder);
        if (relative is "." || relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative)) return null;
        return "/" + string.Concat(relative.Replace(Path.DirectorySeparatorChar, '/').Select(c => c is '*' or '?' or '[' or '\\' ? "\\" + c : c.ToString())) + "/";
    }
}
