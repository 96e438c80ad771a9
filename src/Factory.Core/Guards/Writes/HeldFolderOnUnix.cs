using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Guards.Writes;

/// <summary>A folder's descriptor; every step below it is made with <c>openat</c> and <c>O_NOFOLLOW</c>.</summary>
internal sealed class HeldFolderOnUnix : HeldFolder
{
    private const UnixFileMode ForFile = UnixFileMode.UserRead | UnixFileMode.UserWrite, ForFolder = ForFile | UnixFileMode.UserExecute;

    private HeldFolderOnUnix(int descriptor) : base(new SafeFileHandle(descriptor, ownsHandle: true))
    {
    }

    private int Descriptor => (int)Handle.DangerousGetHandle();

    internal static HeldFolderOnUnix OpenRoot(string path)
    {
        var result = UnixCalls.OpenFolder(null, path);
        if (result >= 0) return new HeldFolderOnUnix(result);
        if (new DirectoryInfo(path).LinkTarget is not null) throw new LinkInTheWayException(path, EntryKind.Link);
        throw -result == UnixCalls.NotAFolder ? new LinkInTheWayException(path, EntryKind.File) : UnixCalls.Failed(path, -result);
    }

    public override EntryKind Look(string name)
    {
        var link = UnixCalls.ReadLink(Descriptor, name);
        if (link >= 0) return EntryKind.Link;
        if (-link == UnixCalls.NoSuchEntry) return EntryKind.Missing;
        if (-link != UnixCalls.NotALink) throw UnixCalls.Failed(name, -link);
        var folder = UnixCalls.OpenFolder(Descriptor, name);
        if (folder < 0) return -folder == UnixCalls.NoAccess ? EntryKind.Folder : EntryKind.File;
        new SafeFileHandle(folder, ownsHandle: true).Dispose();
        return EntryKind.Folder;
    }

    public override HeldFolder? OpenFolder(string name)
    {
        var result = UnixCalls.OpenFolder(Descriptor, name);
        if (result >= 0) return new HeldFolderOnUnix(result);
        if (-result == UnixCalls.NoSuchEntry) return null;
        var kind = Look(name);
        throw kind is EntryKind.Link or EntryKind.File ? new LinkInTheWayException(name, kind) : UnixCalls.Failed(name, -result);
    }

    public override void MakeFolder(string name)
    {
        var result = UnixCalls.MakeFolder(Descriptor, name);
        if (result < 0 && -result != UnixCalls.Exists) throw UnixCalls.Failed(name, -result);
    }

    public override HeldFile CreateFile(string name)
    {
        var result = UnixCalls.CreateFile(Descriptor, name);
        if (result < 0) throw UnixCalls.Failed(name, -result);
        return new HeldFile(new SafeFileHandle(result, ownsHandle: true), to => Rename(name, to));
    }

    public override void Rename(string from, string to)
    {
        var result = UnixCalls.Rename(Descriptor, from, to);
        if (result < 0) throw UnixCalls.Failed(to, -result);
    }

    public override bool MoveTo(string name, byte[]? rawName, HeldFolder target, string to)
    {
        var (from, made, place) = (rawName ?? Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(to), ((HeldFolderOnUnix)target).Descriptor);
        var result = UnixCalls.Move(Descriptor, from, place, made);
        // Moving a folder changes what it says of the folder above it, so one that its owner may not change stays.
        if (-result == UnixCalls.NoAccess && UnixCalls.ChangeMode(Descriptor, from, ForFolder) >= 0) result = UnixCalls.Move(Descriptor, from, place, made);
        if (result < 0 && -result != UnixCalls.NoSuchEntry) throw UnixCalls.Failed(name, -result);
        return result >= 0;
    }

    public override bool OpenUp(string name, UnixFileMode mode)
    {
        const UnixFileMode Plain = (UnixFileMode)0x1FF;
        return UnixCalls.ChangeMode(Descriptor, Encoding.UTF8.GetBytes(name), (mode & Plain) | (Look(name) == EntryKind.Folder ? ForFolder : ForFile)) >= 0;
    }

    public override void Delete(string name)
    {
        var result = UnixCalls.Delete(Descriptor, name);
        if (result < 0 && -result != UnixCalls.NoSuchEntry) throw UnixCalls.Failed(name, -result);
    }
}
