using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Tests.Reporting;

/// <summary>Makes junctions: links to folders for which Windows asks no right, unlike for symbolic links.</summary>
internal static partial class Junction
{
    private const uint SetReparsePoint = 0x900A4, MountPoint = 0xA0000003, GenericWrite = 0x40000000, OpenExisting = 3, BackupAndReparse = 0x02200000;
    private const int Header = 16, Ends = 4;

    /// <exception cref="Win32Exception">The system makes no junctions; Wine 8 is one.</exception>
    public static void Create(string path, string target)
    {
        Directory.CreateDirectory(path);
        try
        {
            using var folder = CreateFile(path, GenericWrite, 0, 0, OpenExisting, BackupAndReparse, 0);
            var content = Describe(@"\??\" + Path.GetFullPath(target), Path.GetFullPath(target));
            if (folder.IsInvalid || !DeviceIoControl(folder, SetReparsePoint, content, content.Length, 0, 0, out _, 0)) throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
        catch
        {
            Directory.Delete(path);
            throw;
        }

        if (new DirectoryInfo(path).LinkTarget is null) throw new Win32Exception("the junction was made and is none");
    }

    // REPARSE_DATA_BUFFER of a mount point: both names in UTF-16, each ended by a zero.
    private static byte[] Describe(string substitute, string shown)
    {
        var (first, second) = (Encoding.Unicode.GetBytes(substitute), Encoding.Unicode.GetBytes(shown));
        var content = new byte[Header + first.Length + second.Length + Ends];
        BinaryPrimitives.WriteUInt32LittleEndian(content, MountPoint);
        BinaryPrimitives.WriteUInt16LittleEndian(content.AsSpan(4), (ushort)(content.Length - 8));
        BinaryPrimitives.WriteUInt16LittleEndian(content.AsSpan(10), (ushort)first.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(content.AsSpan(12), (ushort)(first.Length + 2));
        BinaryPrimitives.WriteUInt16LittleEndian(content.AsSpan(14), (ushort)second.Length);
        first.CopyTo(content.AsSpan(Header));
        second.CopyTo(content.AsSpan(Header + first.Length + 2));
        return content;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle CreateFile(string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool DeviceIoControl(SafeFileHandle file, uint code, byte[] input, int inputSize, nint output, int outputSize, out int returned, nint overlapped);
}
