using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Guards.Writes;

/// <summary>The calls of Windows that work relative to an open folder, and never through a reparse point.</summary>
internal static unsafe partial class WindowsCalls
{
    internal const int NotFound = unchecked((int)0xC0000034), PathNotFound = unchecked((int)0xC000003A);
    internal const int NotAFolder = unchecked((int)0xC0000103), IsAFolder = unchecked((int)0xC00000BA);
    internal const uint ReadAttributes = 0x80, Synchronize = 0x100000, DeleteAccess = 0x10000, ListAndAdd = 0x27, WriteFile = 0x106;
    internal const uint Open = 1, Create = 2, OpenOrCreate = 3;
    internal const uint FolderOnly = 0x1, FileOnly = 0x40;
    private const uint ShareAll = 7, WaitForEnd = 0x20, OpenReparsePoint = 0x200000, BackupIntent = 0x4000, NormalAttributes = 0x80;
    private const uint OpenExisting = 3, BackupSemantics = 0x02000000, OpenReparsePointFlag = 0x00200000;
    private const int IgnoreCase = 0x40, RenameClass = 10, DispositionClass = 13, AccessDenied = 5;

    /// <summary>Opens a folder by its path, links above it followed.</summary>
    internal static SafeFileHandle OpenRoot(string path)
    {
        var handle = CreateFile(path, ListAndAdd | ReadAttributes | Synchronize, ShareAll, 0, OpenExisting, BackupSemantics | OpenReparsePointFlag, 0);
        return handle.IsInvalid ? throw Failed(path, Marshal.GetLastPInvokeError()) : handle;
    }

    /// <summary>Opens or creates an entry of a folder; the result is an NT status.</summary>
    internal static int OpenEntry(SafeFileHandle folder, string name, uint access, uint disposition, uint options, out SafeFileHandle? handle)
    {
        fixed (char* text = name)
        {
            var unicode = new UnicodeString((ushort)(name.Length * 2), text);
            var attributes = new ObjectAttributes(folder.DangerousGetHandle(), &unicode, IgnoreCase);
            var result = NtCreateFile(
                out var opened, access | Synchronize | ReadAttributes, &attributes, out _, 0, NormalAttributes, ShareAll, disposition,
                options | WaitForEnd | OpenReparsePoint | BackupIntent, 0, 0);
            GC.KeepAlive(folder);
            handle = result >= 0 ? new SafeFileHandle(opened, ownsHandle: true) : null;
            return result;
        }
    }

    /// <summary>Gives an open entry another name in a folder; the result is an NT status.</summary>
    internal static int Rename(SafeFileHandle entry, SafeFileHandle folder, string name, bool isReplacing)
    {
        // struct FILE_RENAME_INFORMATION: flag, folder, length in bytes, name.
        var rootAt = nint.Size;
        var lengthAt = rootAt + nint.Size;
        var buffer = new byte[lengthAt + 4 + (name.Length * 2) + 2];
        buffer[0] = isReplacing ? (byte)1 : (byte)0;
        MemoryMarshal.Write(buffer.AsSpan(rootAt), folder.DangerousGetHandle());
        MemoryMarshal.Write(buffer.AsSpan(lengthAt), name.Length * 2);
        MemoryMarshal.AsBytes(name.AsSpan()).CopyTo(buffer.AsSpan(lengthAt + 4));
        fixed (byte* information = buffer)
        {
            var result = NtSetInformationFile(entry.DangerousGetHandle(), out _, information, (uint)buffer.Length, RenameClass);
            GC.KeepAlive(entry);
            GC.KeepAlive(folder);
            return result;
        }
    }

    /// <summary>Deletes an open entry when it is closed; the result is an NT status.</summary>
    internal static int Delete(SafeFileHandle entry)
    {
        byte yes = 1;
        var result = NtSetInformationFile(entry.DangerousGetHandle(), out _, &yes, 1, DispositionClass);
        GC.KeepAlive(entry);
        return result;
    }

    /// <summary>The path of an open file or folder as the system knows it now.</summary>
    internal static string? FinalPath(SafeFileHandle handle)
    {
        var buffer = new char[32768];
        fixed (char* text = buffer)
        {
            var length = GetFinalPathNameByHandle(handle, text, (uint)buffer.Length, 0);
            return length == 0 || length >= buffer.Length ? null : new string(text, 0, (int)length);
        }
    }

    /// <summary>An NT status as the exception that the runtime would throw.</summary>
    internal static Exception FailedStatus(string what, int status) => Failed(what, RtlNtStatusToDosError(status));

    private static Exception Failed(string what, int error)
    {
        var message = $"{what}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error == AccessDenied ? new UnauthorizedAccessException(message) : new IOException(message, unchecked((int)0x80070000) | error);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct UnicodeString(ushort length, char* text)
    {
        private readonly ushort _length = length;
        private readonly ushort _capacity = length;
        private readonly char* _text = text;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct ObjectAttributes(nint root, UnicodeString* name, int attributes)
    {
        private readonly int _length = sizeof(ObjectAttributes);
        private readonly nint _root = root;
        private readonly UnicodeString* _name = name;
        private readonly int _attributes = attributes;
        private readonly nint _security = 0;
        private readonly nint _quality = 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct StatusBlock
    {
        private readonly nint _status;
        private readonly nint _information;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle CreateFile(string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "GetFinalPathNameByHandleW", SetLastError = true)]
    private static partial uint GetFinalPathNameByHandle(SafeFileHandle handle, char* path, uint length, uint flags);

    [LibraryImport("ntdll")]
    private static partial int NtCreateFile(
        out nint handle, uint access, ObjectAttributes* attributes, out StatusBlock status, nint size, uint fileAttributes, uint share, uint disposition, uint options, nint ea, uint eaLength);

    [LibraryImport("ntdll")]
    private static partial int NtSetInformationFile(nint handle, out StatusBlock status, void* information, uint length, int kind);

    [LibraryImport("ntdll")]
    private static partial int RtlNtStatusToDosError(int status);
}
