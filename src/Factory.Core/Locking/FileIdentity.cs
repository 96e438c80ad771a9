using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Locking;

/// <summary>
/// Which file a path or a handle stands for. Who keeps a handle open between uses asks whether the path still names that
/// file: it may have been moved aside, replaced or deleted, and what is written to a deleted file is lost.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Node">The file in it. Not used again for another file while a handle is open.</param>
/// <param name="Length">Its length in bytes at that moment.</param>
/// <param name="IsRegular">Whether it is a regular file, and no folder, pipe or device.</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong Node, long Length, bool IsRegular)
{
    private const int NoEntry = 2, NotAFolder = 20;

    /// <summary>Whether this system can tell: Linux can. Elsewhere handles are not kept, so there is nothing to ask.</summary>
    public static bool IsKnown { get; } = OperatingSystem.IsLinux() && CanAsk();

    /// <summary>The file that a path names, through links; null when there is none.</summary>
    /// <exception cref="IOException">The system did not tell.</exception>
    public static FileIdentity? OfPath(string path)
    {
        const int WorkingFolder = -100;
        var errno = Ask(WorkingFolder, path, 0, out var found);
        return errno switch { 0 => found, NoEntry or NotAFolder => null, _ => throw Failed(errno) };
    }

    /// <summary>The file that a handle is open on.</summary>
    /// <exception cref="IOException">The system did not tell.</exception>
    public static FileIdentity OfHandle(SafeFileHandle file)
    {
        const int EmptyPath = 0x1000;
        var errno = Ask((int)file.DangerousGetHandle(), "", EmptyPath, out var found);
        GC.KeepAlive(file);
        return errno == 0 ? found : throw Failed(errno);
    }

    /// <summary>Whether both are one file, whatever their lengths.</summary>
    public bool IsSameFile(FileIdentity other) => (Device, Node) == (other.Device, other.Node);

    // statx has one layout on every architecture, which stat has not.
    private static unsafe int Ask(int folder, string path, int flags, out FileIdentity found)
    {
        const int TypeInodeAndSize = 0x301, Size = 256, Mode = 28, Inode = 32, Length = 40, Major = 136, Minor = 140;
        const int TypeMask = 0xF000, RegularFile = 0x8000;
        Span<byte> answer = stackalloc byte[Size];
        fixed (byte* start = answer)
        {
            if (StatX(folder, path, flags, TypeInodeAndSize, start) != 0)
            {
                found = default;
                return Marshal.GetLastPInvokeError();
            }
        }

        found = new FileIdentity(
            ((ulong)MemoryMarshal.Read<uint>(answer[Major..]) << 32) | MemoryMarshal.Read<uint>(answer[Minor..]),
            MemoryMarshal.Read<ulong>(answer[Inode..]),
            MemoryMarshal.Read<long>(answer[Length..]),
            (MemoryMarshal.Read<ushort>(answer[Mode..]) & TypeMask) == RegularFile);
        return 0;
    }

    private static bool CanAsk()
    {
        try
        {
            return OfPath("/") is not null;
        }
        catch (Exception error) when (error is IOException or EntryPointNotFoundException or DllNotFoundException)
        {
            // An old C library, or a container that forbids the call.
            return false;
        }
    }

    private static IOException Failed(int errno) => new($"statx failed: {Marshal.GetPInvokeErrorMessage(errno)}", errno);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int folder, string path, int flags, uint mask, byte* answer);
}
