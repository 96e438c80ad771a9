using Factory.Core.Tests.Reporting;
using Factory.Core.Workers;

namespace Factory.Core.Tests.Workers;

public sealed class IgnoredFilesTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("ignored-test-").FullName;
    private readonly string _checkout, _worktree, _precious;

    public IgnoredFilesTests()
    {
        _checkout = Directory.CreateDirectory(Path.Combine(_home, "checkout")).FullName;
        _worktree = Directory.CreateDirectory(Path.Combine(_home, "worktree")).FullName;
        Directory.CreateDirectory(Path.Combine(_home, "outside"));
        _precious = Write("outside/.env", "mine");
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void A_file_is_copied_with_its_folders_and_again_over_the_last_copy()
    {
        Write("checkout/a/b/.env", "one");
        Assert.Empty(Copy("a/b/.env"));
        Write("checkout/a/b/.env", "two");
        Assert.Empty(Copy("a/b/.env"));
        Assert.Equal("two", File.ReadAllText(Path.Combine(_worktree, "a", "b", ".env")));
    }

    [Fact]
    public void A_copy_has_the_rights_of_the_file()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("rights are inherited there");
            return;
        }

        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.SetUnixFileMode(Write("checkout/.env", "secret"), Mine);
        Assert.Empty(Copy(".env"));
        Assert.Equal(Mine, File.GetUnixFileMode(Path.Combine(_worktree, ".env")));
    }

    // A worker that runs already puts a link where a folder was, again and again, while the next worktree is made ready.
    [Fact(Timeout = 30_000)]
    public async Task A_link_that_is_swapped_in_while_files_are_copied_leads_nothing_out()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right there that not everybody has");
        Write("checkout/a/secret.txt", "secret");
        var (inside, aside, outside) = (Path.Combine(_worktree, "a"), Path.Combine(_home, "aside"), Path.Combine(_home, "outside"));
        Directory.CreateDirectory(inside);
        var isOver = false;
        var swaps = Task.Run(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                try
                {
                    Directory.Move(inside, aside);
                    Directory.CreateSymbolicLink(inside, outside);
                    File.Delete(inside);
                    Directory.Move(aside, inside);
                }
                catch (IOException)
                {
                    if (new FileInfo(inside).LinkTarget is not null) File.Delete(inside);
                    if (Directory.Exists(aside) && !Directory.Exists(inside)) Directory.Move(aside, inside);
                    else if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
                }
            }
        }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 300; i++) Copy("a/secret.txt");
        Volatile.Write(ref isOver, true);
        await swaps;
        Assert.Equal([".env"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_that_does_not_exist_is_a_warning()
    {
        Assert.Equal(["copy_ignored 'a/.env' does not exist in the checkout"], Copy("a/.env"));
        Assert.Empty(Directory.GetFileSystemEntries(_worktree));
    }

    [Theory]
    [InlineData("outside/.env")]
    [InlineData("outside")]
    [InlineData("outside/missing")]
    public void A_link_that_a_worker_left_is_replaced_and_what_it_points_at_stays(string target)
    {
        Write("checkout/.env", "secret");
        SpecialFiles.Link(Path.Combine(_worktree, ".env"), Path.Combine(_home, target));
        Assert.Empty(Copy(".env"));
        AssertCopiedHere();
    }

    [Fact]
    public void A_second_name_of_a_file_that_a_worker_left_is_replaced_and_the_file_stays()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "makes the link with ln");
        Write("checkout/.env", "secret");
        Pipeline.TestRepository.Run(_home, "ln", _precious, Path.Combine(_worktree, ".env"));
        Assert.Empty(Copy(".env"));
        AssertCopiedHere();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_pipe_is_replaced_in_the_worktree_and_refused_in_the_checkout()
    {
        Write("checkout/.env", "secret");
        SpecialFiles.Pipe(Path.Combine(_worktree, ".env"));
        SpecialFiles.Pipe(Path.Combine(_checkout, "pipe"));
        var warnings = await Task.Run(() => Copy(".env", "pipe"), TestContext.Current.CancellationToken);
        Assert.Equal(["copy_ignored 'pipe' is not a plain file and was not copied"], warnings);
        AssertCopiedHere();
    }

    [Theory]
    [InlineData("outside")]
    [InlineData("missing")]
    public void A_folder_link_that_a_worker_left_is_not_written_through(string target)
    {
        Write("checkout/a/b/.env", "secret");
        Directory.CreateDirectory(Path.Combine(_worktree, "a"));
        SpecialFiles.Link(Path.Combine(_worktree, "a", "b"), Path.Combine(_home, target));
        Assert.StartsWith("copy_ignored 'a/b/.env' lies below the link 'a/b' in the worktree", Assert.Single(Copy("a/b/.env")), StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_precious));
        Assert.False(Directory.Exists(Path.Combine(_home, "missing")));
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_is_a_warning_and_the_other_files_are_copied()
    {
        Write("checkout/.env", "secret");
        Write("checkout/other", "x");
        var kept = Write("worktree/.env/kept", "x");
        Assert.Contains("is a folder in the worktree", Assert.Single(Copy(".env", "other")), StringComparison.Ordinal);
        Assert.True(File.Exists(kept));
        Assert.True(File.Exists(Path.Combine(_worktree, "other")));
    }

    [Fact]
    public void A_file_in_the_place_of_a_folder_is_a_warning()
    {
        Write("checkout/a/.env", "secret");
        Write("worktree/a", "x");
        Assert.Contains("copy_ignored 'a/.env' was not copied", Assert.Single(Copy("a/.env")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_in_the_checkout_is_not_followed()
    {
        SpecialFiles.Link(Path.Combine(_checkout, "folder"), Path.Combine(_home, "outside"));
        SpecialFiles.Link(Path.Combine(_checkout, ".env"), _precious);
        Assert.Equal(
            ["copy_ignored 'folder/.env' lies below the link 'folder' in the checkout and was not copied", "copy_ignored '.env' is a link and was not copied"],
            Copy("folder/.env", ".env"));
        Assert.Empty(Directory.GetFileSystemEntries(_worktree));
    }

    [Fact]
    public void Links_above_the_checkout_and_the_worktree_are_the_users_own()
    {
        Write("checkout/a/.env", "secret");
        SpecialFiles.Link(Path.Combine(_home, "link"), _checkout);
        SpecialFiles.Link(Path.Combine(_home, "tree"), _worktree);
        Assert.Empty(IgnoredFiles.Copy(Path.Combine(_home, "link"), Path.Combine(_home, "tree"), ["a/.env"]));
        Assert.True(File.Exists(Path.Combine(_worktree, "a", ".env")));
    }

    private IReadOnlyList<string> Copy(params string[] paths) => IgnoredFiles.Copy(_checkout, _worktree, paths);

    private string Write(string name, string text)
    {
        var file = Path.Combine(_home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    private void AssertCopiedHere()
    {
        var copy = new FileInfo(Path.Combine(_worktree, ".env"));
        Assert.Null(copy.LinkTarget);
        Assert.Equal(("secret", "mine"), (File.ReadAllText(copy.FullName), File.ReadAllText(_precious)));
        Assert.Equal([_precious], Directory.GetFileSystemEntries(Path.Combine(_home, "outside")));
    }
}
