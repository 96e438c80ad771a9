using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Guards.Writes;

/// <summary>What stands at a name in a folder; a link is never followed to find out.</summary>
internal enum EntryKind
{
    Missing,
    File,
    Folder,
    Link,
}

/// <summary>
/// A folder that is held open. What is done in it is done relative to the open handle, so that a link or junction which
/// somebody puts in place of a folder above it changes nothing. Names are single segments.
/// </summary>
internal abstract class HeldFolder(SafeFileHandle handle) : IDisposable
{
    protected SafeFileHandle Handle { get; } = handle;

    /// <summary>Opens a folder by its absolute path; links above it count, it must be none itself.</summary>
    /// <exception cref="LinkInTheWayException">It is a link.</exception>
    /// <exception cref="IOException">It does not exist or cannot be opened.</exception>
    public static HeldFolder Open(string path) => OperatingSystem.IsWindows() ? HeldFolderOnWindows.OpenRoot(path) : HeldFolderOnUnix.OpenRoot(path);

    /// <summary>Where the folder is now, or null where the system cannot tell.</summary>
    public string? FinalPath => FinalPathOf(Handle);

    /// <summary>What stands at a name.</summary>
    public abstract EntryKind Look(string name);

    /// <summary>Opens a folder in this one, or returns null when there is none of that name.</summary>
    /// <exception cref="LinkInTheWayException">A link or a file has that name.</exception>
    public abstract HeldFolder? OpenFolder(string name);

    /// <summary>Makes a folder; one that is there already is no error.</summary>
    public abstract void MakeFolder(string name);

    /// <summary>Creates a file for writing; nothing may have that name, not even a link that leads nowhere.</summary>
    public abstract HeldFile CreateFile(string name);

    /// <summary>Renames an entry; nothing may have the new name.</summary>
    public abstract void Rename(string from, string to);

    /// <summary>Moves an entry into another folder; false when it is not there. <paramref name="rawName"/> is its name where no text can spell it.</summary>
    public abstract bool MoveTo(string name, byte[]? rawName, HeldFolder target, string to);

    /// <summary>Gives the owner of an entry the rights that the runner needs, and says whether that succeeded; a link is left as it is.</summary>
    public abstract bool OpenUp(string name, UnixFileMode mode);

    /// <summary>Deletes a file or a link, when it is there.</summary>
    public abstract void Delete(string name);

    public void Dispose() => Handle.Dispose();

    internal static string? FinalPathOf(SafeFileHandle handle) =>
        OperatingSystem.IsWindows() ? WindowsCalls.FinalPath(handle) : UnixCalls.FinalPath(handle);
}

/// <summary>A file that was created in a <see cref="HeldFolder"/> and is held open.</summary>
/// <param name="handle">Its handle.</param>
/// <param name="moveTo">Gives it another name in its folder, replacing a file or link of that name in one step.</param>
internal sealed class HeldFile(SafeFileHandle handle, Action<string> moveTo) : IDisposable
{
    /// <summary>Where the file is now, or null where the system cannot tell.</summary>
    public string? FinalPath => HeldFolder.FinalPathOf(handle);

    /// <summary>A stream over the file that leaves the file open when it is closed.</summary>
    public FileStream OpenStream(int bufferSize) => new(new SafeFileHandle(handle.DangerousGetHandle(), ownsHandle: false), FileAccess.Write, bufferSize, isAsync: false);

    /// <summary>A stream that closes the file.</summary>
    public FileStream TakeStream(int bufferSize) => new(handle, FileAccess.Write, bufferSize, isAsync: false);

    /// <inheritdoc cref="HeldFile"/>
    public void MoveTo(string name) => moveTo(name);

    public void Dispose() => handle.Dispose();
}

/// <summary>Something that is no folder stands where a folder belongs.</summary>
internal sealed class LinkInTheWayException(string name, EntryKind kind) : IOException($"'{name}' is a {(kind == EntryKind.Link ? "link" : "file")} where a folder belongs")
{
    public EntryKind Kind { get; } = kind;
}
