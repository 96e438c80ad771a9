using Factory.Core.Contracts;
using Factory.Core.Guards.Writes;
using Factory.Core.Tests.Reporting;

namespace Factory.Core.Tests.Guards;

/// <summary>Links and files that stand where a folder or the file itself belongs.</summary>
public sealed class WriteGuardLinkTests : GuardedFolder
{
    [Fact]
    public async Task A_link_on_the_way_is_refused_as_an_escape_and_one_at_the_end_is_moved_aside()
    {
        RequireLinks();
        SpecialFiles.Link(Path.Combine(Guard.Root, "link"), Outside);
        var error = await Assert.ThrowsAsync<FactoryException>(() => WriteAsync("link/x", "x"));
        Assert.Equal(BlockerKind.Escape, error.Blocker.Kind);
        Assert.Throws<FactoryException>(() => Guard.CreateNew("link/x"));
        Assert.Throws<FactoryException>(() => Guard.Delete("link/x"));
        Assert.Throws<FactoryException>(() => Guard.EnsureFolder("link/x"));
        Assert.NotNull(Guard.EnsureFolder("link"));
        await WriteAsync("link/x", "x");
        Assert.Empty(Directory.GetFileSystemEntries(Outside));
    }

    [Fact]
    public async Task A_file_on_the_way_is_refused()
    {
        File.WriteAllText(Path.Combine(Guard.Root, "file"), "kept");
        Assert.Equal(BlockerKind.Escape, (await Assert.ThrowsAsync<FactoryException>(() => WriteAsync("file/x", "x"))).Blocker.Kind);
        Assert.Equal("kept", File.ReadAllText(Path.Combine(Guard.Root, "file")));
    }

    [Fact]
    public async Task A_run_s_folder_that_was_replaced_by_a_link_or_moved_is_refused()
    {
        RequireLinks();
        await WriteAsync("x", "1");
        Directory.Move(Guard.Root, Path.Combine(Outside, "run"));
        Assert.Equal(BlockerKind.Escape, (await Assert.ThrowsAsync<FactoryException>(() => WriteAsync("x", "2"))).Blocker.Kind);
        SpecialFiles.Link(Guard.Root, Path.Combine(Outside, "run"));
        Assert.Equal(BlockerKind.Escape, (await Assert.ThrowsAsync<FactoryException>(() => WriteAsync("x", "2"))).Blocker.Kind);
        Assert.Equal("1", File.ReadAllText(Path.Combine(Outside, "run", "x")));
    }

    [Fact]
    public async Task A_link_above_the_run_s_folder_that_leads_elsewhere_later_is_refused()
    {
        RequireLinks();
        var (first, second) = (Directory.CreateDirectory(Path.Combine(Home, "first", "run")), Directory.CreateDirectory(Path.Combine(Home, "second", "run")));
        var link = Path.Combine(Home, "runs");
        SpecialFiles.Link(link, first.Parent!.FullName);
        var guard = new WriteGuard(Path.Combine(link, "run"));
        await guard.WriteAsync("x", stream => stream.WriteAsync(new byte[1]).AsTask());
        Directory.Delete(link);
        SpecialFiles.Link(link, second.Parent!.FullName);
        await Assert.ThrowsAsync<FactoryException>(() => guard.WriteAsync("x", stream => stream.WriteAsync(new byte[1]).AsTask()));
        Assert.Single(first.GetFiles());
        Assert.Empty(second.GetFiles());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_is_not_made_where_a_link_stands_whether_it_leads_somewhere_or_not(bool leadsSomewhere)
    {
        var victim = Path.Combine(Outside, "victim");
        if (leadsSomewhere) File.WriteAllText(victim, "mine");
        SpecialFiles.Link(Path.Combine(Guard.Root, "run.lock"), victim);
        Assert.False(Guard.TryCreate("run.lock"));
        Assert.Equal(leadsSomewhere ? ["victim"] : [], Directory.GetFileSystemEntries(Outside).Select(Path.GetFileName));
        Assert.True(!leadsSomewhere || File.ReadAllText(victim) == "mine");
    }

    [Fact]
    public void A_file_is_made_once_and_never_behind_a_link_or_a_file()
    {
        Assert.True(Guard.TryCreate("locks/run.lock"));
        Assert.False(Guard.TryCreate("locks/run.lock"));
        Assert.False(Guard.TryCreate("locks"));
        Assert.Throws<FactoryException>(() => Guard.TryCreate("locks/run.lock/x"));
        RequireLinks();
        SpecialFiles.Link(Path.Combine(Guard.Root, "link"), Outside);
        Assert.Equal(BlockerKind.Escape, Assert.Throws<FactoryException>(() => Guard.TryCreate("link/run.lock")).Blocker.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(Outside));
    }
}
