using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Repository;

/// <summary>
/// An open folder on Linux, whose entries are read in blocks and looked at by their names alone: no path is put together for
/// any of them, and the system walks none. getdents64(2), statx(2).
/// </summary>
internal sealed unsafe partial class LinuxFolder : IDisposable
{
    private const int BlockSize = 32 * 1024;
    private const int InodeAt = 0, LengthAt = 16, KindAt = 18, NameAt = 19;
    private const int CloseOnExec = 0x80000;

    // The flags of Linux differ between processor families.
    private static readonly bool IsArmOrPower = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le;
    private static readonly int FolderOnly = IsArmOrPower ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArmOrPower ? 0x8000 : 0x20000;
    private readonly SafeFileHandle _handle;
    private byte[] _block = [];
    private int _at;
    private int _end;

    private LinuxFolder(SafeFileHandle handle) => _handle = handle;

    /// <summary>Whether this system has the calls: glibc has them since 2.30, and not every musl does.</summary>
    public static bool IsAvailable { get; } = OperatingSystem.IsLinux() && TryCalls();

    /// <summary>Opens a folder; null when it is not there, is none, is a link, or may not be read.</summary>
    public static LinuxFolder? Open(string path) => Open(LinuxStat.WorkingDirectory, Encoding.UTF8.GetBytes(path + '\0'));

    /// <summary>As <see cref="Open(string)"/>, for a path in bytes, ended by a zero.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followsLinks">Whether it may be a link to a folder.</param>
    public static LinuxFolder? Open(ReadOnlySpan<byte> path, bool followsLinks) => Open(LinuxStat.WorkingDirectory, path, followsLinks);

    /// <summary>As <see cref="Open(string)"/>, for a folder in this one.</summary>
    /// <param name="name">Its name, ended by a zero.</param>
    public LinuxFolder? Open(ReadOnlySpan<byte> name)
    {
        var folder = Open((int)_handle.DangerousGetHandle(), name);
        GC.KeepAlive(_handle);
        return folder;
    }

    /// <summary>The next entry, in no order; never the folder itself or the one above.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public bool Next(out FolderEntry entry)
    {
        entry = default;
        do
        {
            if (_at == _end && !Fill()) return false;
            var record = _block.AsSpan(_at, BitConverter.ToUInt16(_block, _at + LengthAt));
            _at += record.Length;
            var name = record[NameAt..];
            entry = new FolderEntry(BitConverter.ToUInt64(record[InodeAt..]), record[KindAt], name[..(name.IndexOf((byte)0) + 1)]);
        }
        while (entry.Name is [(byte)'.', 0] or [(byte)'.', (byte)'.', 0]);
        return true;
    }

    /// <summary>Looks at an entry itself; see <see cref="FileStamp.Read(ReadOnlySpan{byte})"/>.</summary>
    /// <param name="name">Its name, ended by a zero.</param>
    public FileStamp? Look(ReadOnlySpan<byte> name)
    {
        var stamp = FileStamp.Read((int)_handle.DangerousGetHandle(), name);
        GC.KeepAlive(_handle);
        return stamp;
    }

    /// <summary>What an entry is: a value of <c>d_type</c>, readdir(3).</summary>
    public int KindOf(FolderEntry entry) => entry.Kind != 0 ? entry.Kind : (Look(entry.Name)?.Mode & FileStamp.TypeMask) >> 12 ?? 0;

    /// <summary>Whether an entry is a folder, and no link to one.</summary>
    public bool IsFolder(FolderEntry entry) => entry.IsFolder ?? (Look(entry.Name) is { } stamp && (stamp.Mode & FileStamp.TypeMask) == FileStamp.Folder);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_handle.IsClosed) return;
        _handle.Dispose();
        if (_block.Length > 0) ArrayPool<byte>.Shared.Return(_block);
    }

    private static LinuxFolder? Open(int folder, ReadOnlySpan<byte> name, bool followsLinks = false)
    {
        fixed (byte* text = name)
        {
            var descriptor = OpenAt(folder, text, FolderOnly | (followsLinks ? 0 : NoFollow) | CloseOnExec);
            return descriptor < 0 ? null : new LinuxFolder(new SafeFileHandle(descriptor, ownsHandle: true));
        }
    }

    private bool Fill()
    {
        if (_block.Length == 0) _block = ArrayPool<byte>.Shared.Rent(BlockSize);
        fixed (byte* block = _block)
        {
            var length = (int)GetEntries((int)_handle.DangerousGetHandle(), block, (nuint)_block.Length);
            GC.KeepAlive(_handle);
            if (length < 0) throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
            (_at, _end) = (0, length);
            return length > 0;
        }
    }

    private static bool TryCalls()
    {
        try
        {
            using var folder = Open("/");
            return folder is not null && folder.Next(out var entry) && folder.Look(entry.Name) is not null;
        }
        catch (Exception error) when (error is EntryPointNotFoundException or IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAt(int folder, byte* name, int flags);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    private static partial nint GetEntries(int folder, byte* block, nuint size);
}

/// <summary>An entry of a folder; its name is good until the next entry is read.</summary>
/// <param name="inode">Its number, as the folder has it.</param>
/// <param name="kind">What it is, as the folder has it.</param>
/// <param name="name">Its name, ended by a zero.</param>
internal readonly ref struct FolderEntry(ulong inode, byte kind, ReadOnlySpan<byte> name)
{
    private const byte Unknown = 0, Pipe = 1, CharacterDevice = 2, Folder = 4, BlockDevice = 6, Link = 10;

    /// <summary>Its number, as the folder has it.</summary>
    public ulong Inode { get; } = inode;

    /// <summary>Its name, ended by a zero.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>Its name as text.</summary>
    public string Text => Encoding.UTF8.GetString(Name[..^1]);

    /// <summary>What it is, as the folder has it: a value of <c>d_type</c>, readdir(3); zero where the file system leaves that to be looked up.</summary>
    public byte Kind { get; } = kind;

    /// <summary>Whether its name is that of git's own folder, or of the file in its place.</summary>
    public bool IsGitFolder => Name.SequenceEqual(".git\0"u8);

    /// <summary>Whether it may be a link.</summary>
    public bool MayBeLink { get; } = kind is Unknown or Link;

    /// <summary>Whether it may be a pipe or a device.</summary>
    public bool MayHold { get; } = kind is Unknown or Pipe or CharacterDevice or BlockDevice;

    /// <summary>Whether it is a folder, and no link to one; null where the file system leaves that to be looked up.</summary>
    public bool? IsFolder { get; } = kind == Unknown ? null : kind == Folder;
}
