using Factory.Core.Repository;
using Factory.Core.Tests.Reporting;

namespace Factory.Core.Tests.Repository;

public sealed class RegularFileTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("regular-test-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData("a.txt")]
    [InlineData("ä (b).txt")]
    public void A_file_is_one_whatever_it_holds(string name)
    {
        var file = Path.Combine(_home, name);
        File.WriteAllText(file, "");
        Assert.True(RegularFile.Is(file));
        File.WriteAllText(file, "x");
        Assert.True(RegularFile.Is(file));
    }

    [Fact]
    public void A_folder_and_a_path_that_finds_nothing_are_none()
    {
        Assert.False(RegularFile.Is(_home));
        Assert.False(RegularFile.Is(Path.Combine(_home, "missing")));
        Assert.False(RegularFile.Is(Path.Combine(_home, "missing", "below")));
    }

    [Fact]
    public void A_link_is_none_whatever_it_points_at()
    {
        var file = Path.Combine(_home, "a.txt");
        File.WriteAllText(file, "x");
        SpecialFiles.Link(Path.Combine(_home, "to-file"), file);
        SpecialFiles.Link(Path.Combine(_home, "to-folder"), _home);
        SpecialFiles.Link(Path.Combine(_home, "to-nothing"), Path.Combine(_home, "missing"));
        Assert.All(["to-file", "to-folder", "to-nothing"], name => Assert.False(RegularFile.Is(Path.Combine(_home, name))));
    }

    [Fact]
    public void A_pipe_a_socket_and_a_device_are_none()
    {
        SpecialFiles.Pipe(Path.Combine(_home, "pipe"));
        using var socket = SpecialFiles.Socket(Path.Combine(_home, "socket"));
        Assert.All([Path.Combine(_home, "pipe"), Path.Combine(_home, "socket"), "/dev/null"], path => Assert.False(RegularFile.Is(path)));
    }
}
