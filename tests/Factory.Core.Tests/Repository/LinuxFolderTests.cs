using System.Globalization;
using Factory.Core.Repository;

namespace Factory.Core.Tests.Repository;

public sealed class LinuxFolderTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("factory-tests-").FullName;

    public LinuxFolderTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "there are other calls elsewhere");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void Every_entry_of_a_large_folder_is_read_once_and_looked_at_as_by_its_path()
    {
        Assert.True(LinuxFolder.IsAvailable);
        for (var i = 0; i < 3000; i++) File.WriteAllText(Path.Combine(_home, string.Create(CultureInfo.InvariantCulture, $"file {i} with a rather long name ü")), "x");
        Directory.CreateDirectory(Path.Combine(_home, "folder"));
        File.CreateSymbolicLink(Path.Combine(_home, "link"), "folder");
        using var folder = LinuxFolder.Open(_home)!;
        var names = new List<string>();
        while (folder.Next(out var entry))
        {
            names.Add(entry.Text);
            Assert.Equal(FileStamp.Of(Path.Combine(_home, entry.Text)), folder.Look(entry.Name));
            Assert.Equal(entry.Text == "folder", folder.IsFolder(entry));
            Assert.Equal(folder.Look(entry.Name)!.Value.Inode, entry.Inode);
        }

        Assert.Equal(Directory.EnumerateFileSystemEntries(_home).Select(Path.GetFileName).Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
        Assert.False(folder.Next(out _));
    }

    [Fact]
    public void What_is_no_folder_or_only_leads_to_one_is_not_opened()
    {
        File.WriteAllText(Path.Combine(_home, "file"), "x");
        Directory.CreateDirectory(Path.Combine(_home, "folder"));
        File.CreateSymbolicLink(Path.Combine(_home, "link"), "folder");
        Assert.Null(LinuxFolder.Open(Path.Combine(_home, "file")));
        Assert.Null(LinuxFolder.Open(Path.Combine(_home, "link")));
        Assert.Null(LinuxFolder.Open(Path.Combine(_home, "nothing")));
        using var home = LinuxFolder.Open(_home)!;
        using var inner = home.Open("folder\0"u8);
        Assert.NotNull(inner);
        Assert.False(inner.Next(out _));
        Assert.Null(home.Open("link\0"u8));
        Assert.Equal(default(FileStamp), home.Look("nothing\0"u8));
    }
}
