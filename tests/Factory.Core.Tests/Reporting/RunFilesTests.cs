using Factory.Core.Contracts;
using Factory.Core.Reporting;

namespace Factory.Core.Tests.Reporting;

public sealed class RunFilesTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("files-test-").FullName;
    private readonly RunFiles _files;

    public RunFilesTests() => _files = new RunFiles(Directory.CreateDirectory(Path.Combine(_home, "run")).FullName);

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task A_file_is_replaced_in_one_step_and_leaves_nothing_beside_it()
    {
        await _files.WriteAsync("a/STATUS.json", "one");
        await _files.WriteAsync("a/STATUS.json", "two");
        var file = Assert.Single(Directory.GetFiles(_files.RunDirectory, "*", SearchOption.AllDirectories));
        Assert.Equal("two", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_write_that_fails_half_way_leaves_the_old_file()
    {
        await _files.WriteAsync("a.txt", "old");
        await Assert.ThrowsAsync<IOException>(() => _files.WriteAsync("a.txt", stream =>
        {
            stream.WriteByte(1);
            throw new IOException("no space");
        }));
        var file = Assert.Single(Directory.GetFiles(_files.RunDirectory));
        Assert.Equal("old", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("../run-twin/x.txt")]
    [InlineData("a/../../outside.txt")]
    public async Task A_path_outside_the_run_is_refused(string path)
    {
        var error = await Assert.ThrowsAsync<FactoryException>(() => _files.WriteAsync(path, "x"));
        Assert.Equal(BlockerKind.Policy, error.Blocker.Kind);
        Assert.Empty(Directory.GetFiles(_home, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_folder_that_was_swapped_for_a_link_is_refused()
    {
        var outside = Directory.CreateDirectory(Path.Combine(_home, "outside")).FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(_files.RunDirectory, "LOGS"), outside);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"this system lets nobody make links: {error.Message}");
        }

        Assert.SkipWhen(new DirectoryInfo(Path.Combine(_files.RunDirectory, "LOGS")).LinkTarget is null, "this system makes links that it does not show as links");
        await Assert.ThrowsAsync<FactoryException>(() => _files.WriteAsync("LOGS/INDEX.json", "x"));
        Assert.Empty(Directory.GetFiles(outside));
    }
}
