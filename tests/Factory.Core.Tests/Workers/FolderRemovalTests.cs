using Factory.Core.Workers;

namespace Factory.Core.Tests.Workers;

public sealed class FolderRemovalTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("removal-test-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void A_folder_goes_with_its_read_only_files()
    {
        var folder = Path.Combine(_home, "tree");
        Directory.CreateDirectory(Path.Combine(folder, "a", "b"));
        var file = Path.Combine(folder, "a", "b", "object");
        File.WriteAllText(file, "x");
        File.SetAttributes(file, FileAttributes.ReadOnly);
        FolderRemoval.Delete(folder);
        Assert.False(Directory.Exists(folder));
        FolderRemoval.Delete(folder);
    }

    [Fact]
    public void A_link_goes_and_what_it_points_at_stays()
    {
        var outside = Directory.CreateDirectory(Path.Combine(_home, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "precious.txt"), "mine");
        var folder = Directory.CreateDirectory(Path.Combine(_home, "tree")).FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(folder, "link"), outside);
            File.CreateSymbolicLink(Path.Combine(folder, "file-link"), Path.Combine(outside, "precious.txt"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"this system lets nobody make links: {error.Message}");
        }

        FolderRemoval.Delete(folder);
        Assert.False(Directory.Exists(folder));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(outside, "precious.txt")));
    }
}
