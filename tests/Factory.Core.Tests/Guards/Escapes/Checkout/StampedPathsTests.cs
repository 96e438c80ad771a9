using System.Text;
using Factory.Core.Guards.Escapes.Checkout;
using Factory.Core.Repository;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Escapes.Checkout;

public sealed class StampedPathsTests : IDisposable
{
    private static readonly string[] Names = ["a", "b", "caf\u00e9", "a.b", "gone", "deep/a", "deep/b", "deep/c", "deep/er/a", "deep/er/b", "deep/er/c", "deeper", "other/a", "other/b", "other/c", "link", "link/a", "link/b", "link/c", "", "deep", "deep/", "link/"];
    private readonly string _root = Directory.CreateTempSubdirectory("factory-stamps-").FullName;

    public StampedPathsTests()
    {
        foreach (var name in Names.Where(name => name.Length > 0 && name is not ("gone" or "deep") && !name.EndsWith('/') && !name.StartsWith("link", StringComparison.Ordinal) && !name.StartsWith("other", StringComparison.Ordinal)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
            File.WriteAllText(At(name), name);
        }

        if (OperatingSystem.IsLinux()) File.CreateSymbolicLink(At("link"), At("deep"));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    // In any order, however many of them follow each other in one folder, through links and in folders that are not there.
    [Property]
    public void Each_path_is_seen_as_it_is_by_itself(byte[] picks)
    {
        Assert.SkipUnless(LinuxFolder.IsAvailable, "only used there");
        var names = picks.SelectMany(pick => Names.Skip(pick % Names.Length).Take(1 + (pick / Names.Length))).ToList();
        var seen = new List<FileStamp>();
        Assert.True(Build(names).All((int path, in FileStamp stamp) =>
        {
            Assert.Equal(seen.Count, path);
            seen.Add(stamp);
            return true;
        }));
        Assert.Equal(names.Select(name => FileStamp.At(At(name.TrimEnd('/')))), seen.Cast<FileStamp?>());
    }

    [Fact]
    public void A_folder_is_never_mistaken_for_nothing()
    {
        Assert.SkipUnless(LinuxFolder.IsAvailable, "only used there");
        Assert.True(Build(["", "a", "b", "deep", "deep/er/"]).All((int _, in FileStamp stamp) => !stamp.IsNothing));
    }

    [Fact]
    public void The_look_ends_where_something_is_not_right()
    {
        Assert.SkipUnless(LinuxFolder.IsAvailable, "only used there");
        var last = -1;
        Assert.False(Build(["deep/a", "deep/b", "deep/c", "deep/er/a"]).All((int path, in FileStamp _) => (last = path) < 2));
        Assert.Equal(2, last);
    }

    [Fact]
    public void What_changed_since_is_seen_anew()
    {
        Assert.SkipUnless(LinuxFolder.IsAvailable, "only used there");
        var paths = Build(["deep/a", "deep/b", "deep/c"]);
        Assert.True(paths.All((int path, in FileStamp stamp) => stamp.Size == "deep/a".Length));
        Directory.Move(At("deep"), At("moved"));
        File.CreateSymbolicLink(At("deep"), At("deep/er"));
        Assert.False(paths.All((int path, in FileStamp stamp) => stamp.Size == "deep/a".Length));
    }

    private string At(string name) => Path.Combine(_root, name);

    private StampedPaths Build(IReadOnlyList<string> names)
    {
        var paths = new StampedPaths.Builder(Encoding.UTF8.GetBytes(_root));
        foreach (var name in names) paths.Add(Encoding.UTF8.GetBytes(name));
        return paths.Build();
    }
}
