using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Guards.Writes;

/// <summary>A folder's handle; every step below it is opened relative to it, with reparse points opened and not followed.</summary>
internal sealed class HeldFolderOnWindows : HeldFolder
{
    private HeldFolderOnWindows(SafeFileHandle handle) : base(handle)
    {
    }

    internal static HeldFolderOnWindows OpenRoot(string path)
    {
        var handle = WindowsCalls.OpenRoot(path);
        return new HeldFolderOnWindows(RequireFolder(handle, path));
    }

    public override EntryKind Look(string name)
    {
        var status = WindowsCalls.OpenEntry(Handle, name, 0, WindowsCalls.Open, 0, out var handle);
        if (status is WindowsCalls.NotFound or WindowsCalls.PathNotFound) return EntryKind.Missing;
        if (handle is null) throw WindowsCalls.FailedStatus(name, status);
        using (handle) return KindOf(handle);
    }

    public override HeldFolder? OpenFolder(string name)
    {
        var status = WindowsCalls.OpenEntry(Handle, name, WindowsCalls.ListAndAdd, WindowsCalls.Open, WindowsCalls.FolderOnly, out var handle);
        if (handle is not null) return new HeldFolderOnWindows(RequireFolder(handle, name));
        return status switch
        {
            WindowsCalls.NotFound or WindowsCalls.PathNotFound => null,
            WindowsCalls.NotAFolder => throw new LinkInTheWayException(name, EntryKind.File),
            _ => throw WindowsCalls.FailedStatus(name, status),
        };
    }

    public override void MakeFolder(string name)
    {
        var status = WindowsCalls.OpenEntry(Handle, name, 0, WindowsCalls.OpenOrCreate, WindowsCalls.FolderOnly, out var handle);
        handle?.Dispose();
        if (handle is null) throw WindowsCalls.FailedStatus(name, status);
    }

    public override HeldFile CreateFile(string name)
    {
        var status = WindowsCalls.OpenEntry(Handle, name, WindowsCalls.WriteFile | WindowsCalls.DeleteAccess, WindowsCalls.Create, WindowsCalls.FileOnly, out var handle);
        if (handle is null) throw WindowsCalls.FailedStatus(name, status);
        return new HeldFile(handle, to => Rename(handle, to, isReplacing: true));
    }

    public override void Rename(string from, string to)
    {
        var status = WindowsCalls.OpenEntry(Handle, from, WindowsCalls.DeleteAccess, WindowsCalls.Open, 0, out var handle);
        if (handle is null) throw WindowsCalls.FailedStatus(from, status);
        using (handle) Rename(handle, to, isReplacing: false);
    }

    public override bool MoveTo(string name, byte[]? rawName, HeldFolder target, string to)
    {
        var status = WindowsCalls.OpenEntry(Handle, name, WindowsCalls.DeleteAccess, WindowsCalls.Open, 0, out var handle);
        if (status is WindowsCalls.NotFound or WindowsCalls.PathNotFound) return false;
        if (handle is null) throw WindowsCalls.FailedStatus(name, status);
        using (handle) status = WindowsCalls.Rename(handle, ((HeldFolderOnWindows)target).Handle, to, isReplacing: false);
        return status >= 0 ? true : throw WindowsCalls.FailedStatus(to, status);
    }

    public override bool OpenUp(string name, UnixFileMode mode) => false;

    public override void Delete(string name)
    {
        var status = WindowsCalls.OpenEntry(Handle, name, WindowsCalls.DeleteAccess, WindowsCalls.Open, 0, out var handle);
        if (status is WindowsCalls.NotFound or WindowsCalls.PathNotFound) return;
        if (handle is null) throw WindowsCalls.FailedStatus(name, status);
        using (handle)
        {
            if (KindOf(handle) == EntryKind.Folder) throw new UnauthorizedAccessException($"{name} is a folder and not a file");
            status = WindowsCalls.Delete(handle);
            if (status < 0) throw WindowsCalls.FailedStatus(name, status);
        }
    }

    private static EntryKind KindOf(SafeFileHandle handle)
    {
        var attributes = File.GetAttributes(handle);
        if (attributes.HasFlag(FileAttributes.ReparsePoint)) return EntryKind.Link;
        return attributes.HasFlag(FileAttributes.Directory) ? EntryKind.Folder : EntryKind.File;
    }

    private static SafeFileHandle RequireFolder(SafeFileHandle handle, string name)
    {
        var kind = KindOf(handle);
        if (kind == EntryKind.Folder) return handle;
        handle.Dispose();
        throw new LinkInTheWayException(name, kind);
    }

    private void Rename(SafeFileHandle entry, string to, bool isReplacing)
    {
        var status = WindowsCalls.Rename(entry, Handle, to, isReplacing);
        if (status < 0) throw WindowsCalls.FailedStatus(to, status);
    }
}
