using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Guards.Writes;

/// <summary>The calls of Linux and macOS that work relative to an open folder.</summary>
internal static unsafe partial class UnixCalls
{
    internal const int NoSuchEntry = 2, NoAccess = 13, Exists = 17, NotAFolder = 20, NotALink = 22, NotPermitted = 1, IsAFolder = 21;
    private const int Interrupted = 4, LongestPath = 4096, FGetPath = 50;
    private const int WriteOnly = 1;
    private const uint NewFile = 0x1B6, NewFolder = 0x1FF;
    private static readonly bool IsApple = OperatingSystem.IsMacOS();
    private static readonly bool IsAppleArm = IsApple && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    // The flags of Linux differ between processor families.
    private static readonly bool IsArmOrPower = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le;
    private static readonly int FolderOnly = IsApple ? 0x100000 : IsArmOrPower ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsApple ? 0x100 : IsArmOrPower ? 0x8000 : 0x20000;
    private static readonly int CloseOnExec = IsApple ? 0x1000000 : 0x80000;
    private static readonly int CreateNew = IsApple ? 0xA00 : 0xC0;
    private static readonly int CurrentFolder = IsApple ? -2 : -100;

    /// <summary>Opens a folder that is no link; a negative result is the error's number.</summary>
    internal static int OpenFolder(int? folder, string name) => Try(() => OpenAt(folder ?? CurrentFolder, name, FolderOnly | NoFollow | CloseOnExec, 0));

    internal static int CreateFile(int folder, string name) => Try(() => OpenAt(folder, name, WriteOnly | CreateNew | NoFollow | CloseOnExec, NewFile));

    internal static int MakeFolder(int folder, string name) => Try(() => MkDirAt(folder, name, NewFolder));

    internal static int Rename(int folder, string from, string to) => Try(() => RenameAt(folder, from, folder, to));

    /// <summary>Moves an entry between two open folders; the names are bytes, because on Linux they need not be text.</summary>
    internal static int Move(int fromFolder, byte[] from, int toFolder, byte[] to)
    {
        fixed (byte* old = (byte[])[.. from, 0], made = (byte[])[.. to, 0])
        {
            var (source, target) = ((nint)old, (nint)made);
            return Try(() => RenameRawAt(fromFolder, (byte*)source, toFolder, (byte*)target));
        }
    }

    /// <summary>Changes the rights of an entry; never through a link.</summary>
    internal static int ChangeMode(int folder, byte[] name, UnixFileMode mode)
    {
        fixed (byte* text = (byte[])[.. name, 0])
        {
            var at = (nint)text;
            return Try(() => ChModAt(folder, (byte*)at, (uint)mode, IsApple ? 0x20 : 0x100));
        }
    }

    /// <summary>Whether this process may make entries in a folder: 0 when it may. Nothing is made to find out.</summary>
    internal static int MayWrite(string folder) => Try(() => Access(folder, 2 | 1));

    internal static int Delete(int folder, string name) => Try(() => UnlinkAt(folder, name, 0));

    /// <summary>Whether a name is a link: 0 or more when it is, <c>-NotALink</c> when it is something else.</summary>
    internal static int ReadLink(int folder, string name)
    {
        var buffer = stackalloc byte[1];
        var length = (int)ReadLinkAt(folder, name, buffer, 1);
        return length >= 0 ? length : -Marshal.GetLastPInvokeError();
    }

    /// <summary>The path of an open file or folder as the system knows it now.</summary>
    internal static string? FinalPath(SafeFileHandle handle)
    {
        var descriptor = (int)handle.DangerousGetHandle();
        var buffer = stackalloc byte[LongestPath];
        int length;
        if (IsApple)
        {
            var result = IsAppleArm ? FcntlOnAppleArm(descriptor, FGetPath, 0, 0, 0, 0, 0, 0, buffer) : Fcntl(descriptor, FGetPath, buffer);
            length = result == 0 ? new ReadOnlySpan<byte>(buffer, LongestPath).IndexOf((byte)0) : -1;
        }
        else
        {
            length = (int)ReadLinkAt(CurrentFolder, $"/proc/self/fd/{descriptor}", buffer, LongestPath);
        }

        GC.KeepAlive(handle);
        return length <= 0 ? null : Encoding.UTF8.GetString(buffer, length);
    }

    /// <summary>An error's number as the exception that the runtime would throw.</summary>
    internal static Exception Failed(string what, int errno)
    {
        var message = $"{what}: {Marshal.GetPInvokeErrorMessage(errno)}";
        return errno is NoAccess or NotPermitted ? new UnauthorizedAccessException(message) : new IOException(message, errno);
    }

    private static int Try(Func<int> call)
    {
        while (true)
        {
            var result = call();
            if (result >= 0) return result;
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Interrupted) return -errno;
        }
    }

    // On Apple's processors the arguments of a variadic function go onto the stack: six unused ones fill the registers.
    private static int OpenAt(int folder, string name, int flags, uint mode) =>
        IsAppleArm ? OpenAtOnAppleArm(folder, name, flags, 0, 0, 0, 0, 0, mode) : OpenAtElsewhere(folder, name, flags, mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAtElsewhere(int folder, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAtOnAppleArm(int folder, string name, int flags, nint x3, nint x4, nint x5, nint x6, nint x7, uint mode);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(int descriptor, int command, byte* buffer);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlOnAppleArm(int descriptor, int command, nint x2, nint x3, nint x4, nint x5, nint x6, nint x7, byte* buffer);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkDirAt(int folder, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromFolder, string from, int toFolder, string to);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameRawAt(int fromFolder, byte* from, int toFolder, byte* to);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    private static partial int ChModAt(int folder, byte* name, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkAt(int folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ReadLinkAt(int folder, string name, byte* buffer, nint size);
}
