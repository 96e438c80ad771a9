using Factory.Core.Guards.Writes;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Locking;

/// <summary>
/// The note beside a lock that says who holds it. Workers can write into the folders of locks, and locks outlive runs, so
/// the note is written through the opened folder and follows no link; nor may the lock itself be one.
/// </summary>
internal sealed class HolderNote : IDisposable
{
    internal const string Extension = ".holder.json";
    private static readonly StringComparison PathComparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
    private readonly HeldFolder _folder;
    private readonly string _lock;

    private HolderNote(HeldFolder folder, string name) => (_folder, _lock) = (folder, name);

    /// <summary>Whether the note stands, until it is disposed of.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>Opens the folder of a lock.</summary>
    /// <exception cref="IOException">The folder is a link, or cannot be opened.</exception>
    public static HolderNote Beside(string lockFile)
    {
        var full = Path.GetFullPath(lockFile);
        return new HolderNote(HeldFolder.Open(Path.GetDirectoryName(full)!), Path.GetFileName(full));
    }

    /// <summary>Makes sure that opening the lock creates nothing elsewhere.</summary>
    /// <exception cref="IOException">A link or a folder stands in the lock's place.</exception>
    public void RequireNoLink()
    {
        if (_folder.Look(_lock) is EntryKind.Link or EntryKind.Folder) throw Astray("a link or a folder stands in its place");
    }

    /// <summary>Makes sure that what was opened is the lock: one that lies elsewhere keeps nobody out.</summary>
    /// <exception cref="IOException">It lies elsewhere.</exception>
    public void RequirePlace(SafeFileHandle file)
    {
        if (HeldFolder.FinalPathOf(file) is not { } found || _folder.FinalPath is not { } place) return;
        if (!string.Equals(found, Path.Combine(place, _lock), PathComparison)) throw Astray($"what was opened for it lies at {found}");
    }

    /// <summary>Writes the note; a file or link of its name is replaced.</summary>
    public void Write(ReadOnlySpan<byte> content)
    {
        _folder.Delete(_lock + Extension);
        using var file = _folder.CreateFile(_lock + Extension);
        using var stream = file.OpenStream(0);
        stream.Write(content);
        IsWritten = true;
    }

    /// <summary>Takes the note away and closes the folder.</summary>
    public void Dispose()
    {
        try
        {
            if (IsWritten) _folder.Delete(_lock + Extension);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The note is for people; the lock itself is the open file.
        }

        _folder.Dispose();
    }

    private IOException Astray(string why) => new($"the lock {_lock} was not taken, because {why}; delete it, and find out who put it there");
}
