using Factory.Core.Contracts;
using Factory.Core.Tests.Reporting;
using FsCheck;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards;

/// <summary>What is written lands whole, where it belongs, and nowhere else.</summary>
public sealed class WriteGuardTests : GuardedFolder
{
    [Fact]
    public async Task A_file_is_written_replaced_and_deleted_where_it_belongs()
    {
        await WriteAsync("a/b/x.txt", "one");
        await WriteAsync("a/b/x.txt", "two");
        Assert.Equal("two", File.ReadAllText(Path.Combine(Guard.Root, "a", "b", "x.txt")));
        Guard.Delete("a/b/x.txt");
        Guard.Delete("a/b/x.txt");
        Assert.Empty(Directory.GetFiles(Guard.Root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_reader_sees_the_old_or_the_new_file_and_never_a_part()
    {
        await WriteAsync("x.txt", new string('a', 100_000));
        await Guard.WriteAsync("x.txt", stream =>
        {
            stream.Write(new byte[50_000]);
            Assert.Equal(new string('a', 100_000), File.ReadAllText(Path.Combine(Guard.Root, "x.txt")));
            return Task.CompletedTask;
        });
        Assert.Equal(50_000, new FileInfo(Path.Combine(Guard.Root, "x.txt")).Length);
        Assert.Single(Directory.GetFileSystemEntries(Guard.Root));
    }

    [Fact]
    public async Task A_write_that_fails_half_way_leaves_the_old_file_and_nothing_beside_it()
    {
        await WriteAsync("x.txt", "old");
        await Assert.ThrowsAsync<IOException>(() => Guard.WriteAsync("x.txt", stream =>
        {
            stream.WriteByte(1);
            throw new IOException("no space");
        }));
        Assert.Equal("old", File.ReadAllText(Assert.Single(Directory.GetFiles(Guard.Root))));
    }

    [Fact]
    public async Task A_folder_in_a_file_s_place_is_kept_aside_and_a_link_is_replaced()
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(Guard.Root, "x.txt")).FullName, "kept"), "kept");
        await WriteAsync("x.txt", "new");
        Assert.Single(Directory.GetDirectories(Guard.Root, "x.txt.moved-*"));
        var victim = Path.Combine(Outside, "victim");
        File.WriteAllText(victim, "mine");
        SpecialFiles.Link(Path.Combine(Guard.Root, "y.txt"), victim);
        await WriteAsync("y.txt", "new");
        Assert.Equal(("mine", "new"), (File.ReadAllText(victim), File.ReadAllText(Path.Combine(Guard.Root, "y.txt"))));
    }

    [Fact]
    public void A_log_is_created_anew_and_never_through_a_link()
    {
        var victim = Path.Combine(Outside, "victim");
        File.WriteAllText(victim, "mine");
        SpecialFiles.Link(Path.Combine(Guard.Root, "x.log"), victim);
        using (var log = Guard.CreateNew("x.log")) log.Write("log"u8);
        Assert.Equal(("mine", "log"), (File.ReadAllText(victim), File.ReadAllText(Path.Combine(Guard.Root, "x.log"))));
        using (var log = Guard.CreateNew("x.log")) log.Write("2"u8);
        Assert.Equal("2", File.ReadAllText(Path.Combine(Guard.Root, "x.log")));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("../run-twin/x")]
    [InlineData("")]
    [InlineData(".")]
    public async Task A_pathOutside_is_refused_as_policy(string path)
    {
        var error = await Assert.ThrowsAsync<FactoryException>(() => WriteAsync(path, "x"));
        Assert.Equal((BlockerKind.Policy, RunStatus.Blocked), (error.Blocker.Kind, error.Status));
        Assert.Throws<FactoryException>(() => Guard.CreateNew(path));
        Assert.Throws<FactoryException>(() => Guard.Delete(path));
        Assert.Throws<FactoryException>(() => Guard.EnsureFolder(path));
        Assert.Empty(Directory.GetFiles(Home, "*", SearchOption.AllDirectories));
    }

    [Property(MaxTest = 100)]
    public void Whatever_the_path_nothing_appearsOutside(NonNull<string> path, bool isParent)
    {
        var text = (isParent ? "../" : "") + path.Get;
        try
        {
            WriteAsync(text, "x").GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is FactoryException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Refused: nothing to see.
        }

        Assert.Equal(["outside", "run"], Directory.GetFileSystemEntries(Home).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(Outside));
    }
}
