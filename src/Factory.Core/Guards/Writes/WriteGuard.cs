using Factory.Core.Contracts;

namespace Factory.Core.Guards.Writes;

/// <summary>
/// Writes below one folder and nowhere else. Every folder on the way is opened step by step without following a link or
/// junction, the file is created relative to the last open one, and the path that the system then gives for the open file
/// must be the one that was asked for. So what is swapped in between leads nothing out. The folder itself must stay where
/// the first write found it.
/// </summary>
/// <remarks>
/// A folder that was opened and is then moved elsewhere as a whole stays the folder that was opened. That is found by its
/// path, before the content is written and again when it is in place, and what was written is taken back.
/// </remarks>
/// <param name="root">The folder, absolute; made by the first write when it is missing.</param>
public sealed class WriteGuard(string root)
{
    private const string NextAction = "find out which worker or program changed the run's folder while the run wrote there, and run again; a run writes only in its own folder";
    private static readonly StringComparison PathComparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
    private string? _place;

    /// <summary>The folder.</summary>
    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    /// <summary>Writes a file, replacing what was there in one step. A folder of that name is moved aside.</summary>
    /// <param name="path">The file, absolute or relative to <see cref="Root"/>.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="FactoryException">The file lies outside, or a link, a file or another folder stands where a folder on the way belongs.</exception>
    /// <exception cref="IOException">The file could not be written; nothing was replaced.</exception>
    public async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var (folders, name) = Split(path);
        using var folder = OpenFolders(folders, path);
        if (folder.Look(name) == EntryKind.Folder) MoveAside(folder, name);
        var temporary = $".{name}.{Guid.NewGuid():N}.tmp";
        var current = temporary;
        using var file = folder.CreateFile(temporary);
        try
        {
            RequirePlace(file.FinalPath, [.. folders, temporary], path);
            var stream = file.OpenStream(4096);
            await using (stream.ConfigureAwait(false)) await write(stream).ConfigureAwait(false);
            RequirePlace(folder.FinalPath, folders, path);
            file.MoveTo(name);
            current = name;
            RequirePlace(folder.FinalPath, folders, path);
        }
        catch
        {
            TakeBack(folder, current);
            throw;
        }
    }

    /// <summary>Creates a file to be written bit by bit; a file or link of that name is deleted, a folder moved aside.</summary>
    /// <inheritdoc cref="WriteAsync" path="/exception"/>
    public Stream CreateNew(string path)
    {
        var (folders, name) = Split(path);
        using var folder = OpenFolders(folders, path);
        if (folder.Look(name) == EntryKind.Folder) MoveAside(folder, name);
        else folder.Delete(name);
        var file = folder.CreateFile(name);
        try
        {
            RequirePlace(file.FinalPath, [.. folders, name], path);
            return file.TakeStream(bufferSize: 0);
        }
        catch
        {
            file.Dispose();
            TakeBack(folder, name);
            throw;
        }
    }

    /// <summary>Makes a file, and says whether it was there to be made: of several that try, one succeeds.</summary>
    /// <param name="path">The file, absolute or relative to <see cref="Root"/>.</param>
    /// <param name="content">What it holds, for a moment less of it.</param>
    /// <inheritdoc cref="WriteAsync" path="/exception"/>
    public bool TryCreate(string path, ReadOnlySpan<byte> content = default)
    {
        var (folders, name) = Split(path);
        using var folder = OpenFolders(folders, path);
        if (folder.Look(name) != EntryKind.Missing) return false;
        HeldFile file;
        try
        {
            file = folder.CreateFile(name);
        }
        catch (IOException) when (folder.Look(name) != EntryKind.Missing)
        {
            return false;
        }

        using (file)
        {
            if (content.IsEmpty) return true;
            using var stream = file.OpenStream(0);
            stream.Write(content);
            return true;
        }
    }

    /// <summary>Makes a folder; a link or file in its place is moved aside, never followed.</summary>
    /// <returns>What was moved aside, or null.</returns>
    /// <exception cref="FactoryException">As for <see cref="WriteAsync"/>, for the folders above.</exception>
    public string? EnsureFolder(string path)
    {
        var (folders, name) = Split(path);
        using var parent = OpenFolders(folders, path);
        var aside = parent.Look(name) is EntryKind.Link or EntryKind.File ? MoveAside(parent, name) : null;
        using var folder = OpenFolders([.. folders, name], path);
        return aside is null ? null : Path.Combine(Root, Path.Combine([.. folders, aside]));
    }

    /// <summary>Deletes a file or link, when it is there.</summary>
    /// <exception cref="FactoryException">As for <see cref="WriteAsync"/>.</exception>
    public void Delete(string path)
    {
        var (folders, name) = Split(path);
        using var folder = OpenFolders(folders, path);
        folder.Delete(name);
    }

    /// <summary>Moves an entry of any kind to another place below the folder, as it is; a link is moved, not followed.</summary>
    /// <param name="folder">The folder that it lies in, absolute or relative to <see cref="Root"/>.</param>
    /// <param name="name">Its name in there.</param>
    /// <param name="rawName">The name as the system has it, where no text can spell it; else null.</param>
    /// <param name="to">Where it is to be; nothing may be there.</param>
    /// <returns>Whether it was there to be moved.</returns>
    /// <exception cref="FactoryException">As for <see cref="WriteAsync"/>.</exception>
    /// <exception cref="IOException">It could not be moved.</exception>
    public bool Move(string folder, string name, byte[]? rawName, string to)
    {
        var (folders, last) = Split(Path.Combine(folder, "entry"));
        using var source = OpenFolders(folders, Path.Combine(folder, last));
        var (targets, newName) = Split(to);
        using var target = OpenFolders(targets, to);
        if (target.Look(newName) != EntryKind.Missing) throw new IOException($"{to} is there already");
        return source.MoveTo(name, rawName, target, newName);
    }

    /// <summary>Gives the owner of a folder or a file back the right to read, and to change what is in the folder. Nothing is done to a link, or on Windows.</summary>
    /// <returns>Whether that succeeded.</returns>
    /// <exception cref="FactoryException">As for <see cref="WriteAsync"/>.</exception>
    public bool OpenUp(string path)
    {
        var (folders, name) = Split(path);
        using var folder = OpenFolders(folders, path);
        return !OperatingSystem.IsWindows() && folder.OpenUp(name, File.GetUnixFileMode(path));
    }

    /// <summary>What stands at a path: whether nothing does.</summary>
    /// <exception cref="FactoryException">As for <see cref="WriteAsync"/>.</exception>
    public bool IsFree(string path)
    {
        var (folders, name) = Split(path);
        using var folder = OpenFolders(folders, path);
        return folder.Look(name) == EntryKind.Missing;
    }

    // The first error is the one that tells what happened.
    private static void TakeBack(HeldFolder folder, string name)
    {
        try
        {
            folder.Delete(name);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A draft that stays is a hidden file in a folder of the run.
        }
    }

    private static string MoveAside(HeldFolder folder, string name)
    {
        var aside = $"{name}.moved-{Guid.NewGuid():N}";
        folder.Rename(name, aside);
        return aside;
    }

    private (string[] Folders, string Name) Split(string path)
    {
        var target = Path.GetFullPath(path, Root);
        if (!target.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new FactoryException(BlockerKind.Policy, $"{target} lies outside the run's folder {Root}", NextAction, target);
        var segments = target[(Root.Length + 1)..].Split(Path.DirectorySeparatorChar);
        return (segments[..^1], segments[^1]);
    }

    private HeldFolder OpenFolders(string[] names, string path)
    {
        var folder = OpenRoot(path);
        try
        {
            foreach (var name in names)
            {
                var inner = Step(folder, name);
                folder.Dispose();
                folder = inner;
            }

            RequirePlace(folder.FinalPath, names, path);
            return folder;
        }
        catch (LinkInTheWayException error)
        {
            folder.Dispose();
            throw Refused(path, $"was not written, because {error.Message}");
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static HeldFolder Step(HeldFolder folder, string name)
    {
        if (folder.OpenFolder(name) is { } inner) return inner;
        folder.MakeFolder(name);
        return folder.OpenFolder(name) ?? throw new IOException($"the folder '{name}' was deleted as soon as it was made");
    }

    private HeldFolder OpenRoot(string path)
    {
        if (_place is null) Directory.CreateDirectory(Root);
        HeldFolder folder;
        try
        {
            folder = HeldFolder.Open(Root);
        }
        catch (LinkInTheWayException error)
        {
            throw Refused(path, $"was not written, because {error.Message}");
        }
        catch (IOException error) when (_place is not null && !Directory.Exists(Root))
        {
            throw new FactoryException(new Blocker(BlockerKind.Escape, null, Root, $"{path} was not written, because the run's folder {Root} is gone", NextAction), RunStatus.Blocked, error);
        }

        // Links above the run's folder are the user's own; what counts is that they lead where they led at first.
        Interlocked.CompareExchange(ref _place, folder.FinalPath ?? "", null);
        return folder;
    }

    private void RequirePlace(string? found, string[] names, string path)
    {
        // Where the system cannot tell, the steps without links are the proof.
        if (found is null || _place is not { Length: > 0 } place) return;
        var expected = Path.Combine([place, .. names]);
        if (!string.Equals(found, expected, PathComparison)) throw Refused(path, $"was not written, because what was opened for it lies at {found}");
    }

    private static FactoryException Refused(string path, string why) => new(BlockerKind.Escape, $"{path} {why}", NextAction, path);
}
