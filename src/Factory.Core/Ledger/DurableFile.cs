using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Ledger;

/// <summary>
/// Makes what was written survive a crash. The runtime's own flush swallows the errors of fsync on Unix, so fsync is
/// called directly there. On macOS this reaches the drive, not through the drive's own cache.
/// </summary>
internal static partial class DurableFile
{
    private const int Interrupted = 4, InvalidArgument = 22;

    /// <summary>Waits until the content of a file is on the disk.</summary>
    /// <exception cref="IOException">The system could not promise it.</exception>
    public static void Flush(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows()) RandomAccess.FlushToDisk(file);
        else if (Sync((int)file.DangerousGetHandle()) is var errno and not 0) throw Failed("fsync", errno);
        GC.KeepAlive(file);
    }

    /// <summary>Waits until the names in a folder are on the disk; Windows does that by itself.</summary>
    /// <exception cref="IOException">The system could not promise it.</exception>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        const int ReadOnly = 0;
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0) throw Failed("opening the folder", Marshal.GetLastPInvokeError());
        var errno = Sync(descriptor);
        _ = Close(descriptor);
        // Some file systems cannot flush a folder and say so; there is nothing more to ask of them.
        if (errno is not (0 or InvalidArgument)) throw Failed("fsync of the folder", errno);
    }

    /// <summary>Creates a folder and those above it that are missing, so that their names survive a crash.</summary>
    /// <exception cref="IOException">The system could not promise it.</exception>
    public static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder)) return;
        var parent = Path.GetDirectoryName(folder);
        if (parent is not null) CreateFolder(parent);
        Directory.CreateDirectory(folder);
        if (parent is not null) FlushFolder(parent);
    }

    /// <summary>Replaces a file with new content: after a crash it holds either the old or the new, whole. A link in its place is
    /// replaced and not followed.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        // A name that nobody can guess, and a new file: a link that somebody laid there would be written through.
        var draft = $"{path}.new-{Guid.NewGuid():N}";
        try
        {
            using (var file = File.OpenHandle(draft, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(file, content, 0);
                Flush(file);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }

        FlushFolder(Path.GetDirectoryName(path)!);
    }

    private static int Sync(int descriptor)
    {
        while (FSync(descriptor) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Interrupted) return errno;
        }

        return 0;
    }

    private static IOException Failed(string what, int errno) =>
        new($"{what} failed: {Marshal.GetPInvokeErrorMessage(errno)}", errno);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
