namespace Factory.Core.Tests;

/// <summary>A small disk of its own, for tests of a full or read-only one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    public static SmallDisk Mount(string size)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("a disk in memory is mounted on Linux only");
        var folder = Directory.CreateTempSubdirectory("small-disk-").FullName;
        if (HostProgram.Run("mount", folder, "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder).Code != 0)
        {
            Directory.Delete(folder);
            Assert.Skip("mounting needs root");
        }

        return new SmallDisk(folder);
    }

    public void Remount(string option) => Assert.Equal(0, HostProgram.Run("mount", "/", "-o", $"remount,{option}", Folder).Code);

    public void Dispose()
    {
        Assert.Equal(0, HostProgram.Run("umount", "/", Folder).Code);
        Directory.Delete(Folder);
    }
}
