using Factory.Core.Contracts;
using Factory.Core.Guards.Writes;
using Factory.Core.Tests.Reporting;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards;

public sealed class WriteGuardTests : IDisposable
{
    private const int Rounds = 400;
    private readonly string _home = Directory.CreateTempSubdirectory("guard-test-").FullName;
    private readonly string _outside;
    private readonly WriteGuard _guard;

    public WriteGuardTests()
    {
        _outside = Directory.CreateDirectory(Path.Combine(_home, "outside")).FullName;
        _guard = new WriteGuard(Directory.CreateDirectory(Path.Combine(_home, "run")).FullName);
    }

    public void Dispose() => Core.Workers.FolderRemoval.Delete(_home);

    [Fact]
    public async Task A_file_is_written_replaced_and_deleted_where_it_belongs()
    {
        await WriteAsync("a/b/x.txt", "one");
        await WriteAsync("a/b/x.txt", "two");
        Assert.Equal("two", File.ReadAllText(Path.Combine(_guard.Root, "a", "b", "x.txt")));
        _guard.Delete("a/b/x.txt");
        _guard.Delete("a/b/x.txt");
        Assert.Empty(Directory.GetFiles(_guard.Root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_reader_sees_the_old_or_the_new_file_and_never_a_part()
    {
        await WriteAsync("x.txt", new string('a', 100_000));
        await _guard.WriteAsync("x.txt", stream =>
        {
            stream.Write(new byte[50_000]);
            Assert.Equal(new string('a', 100_000), File.ReadAllText(Path.Combine(_guard.Root, "x.txt")));
            return Task.CompletedTask;
        });
        Assert.Equal(50_000, new FileInfo(Path.Combine(_guard.Root, "x.txt")).Length);
        Assert.Single(Directory.GetFileSystemEntries(_guard.Root));
    }

    [Fact]
    public async Task A_write_that_fails_half_way_leaves_the_old_file_and_nothing_beside_it()
    {
        await WriteAsync("x.txt", "old");
        await Assert.ThrowsAsync<IOException>(() => _guard.WriteAsync("x.txt", stream =>
        {
            stream.WriteByte(1);
            throw new IOException("no space");
        }));
        Assert.Equal("old", File.ReadAllText(Assert.Single(Directory.GetFiles(_guard.Root))));
    }

    [Fact]
    public async Task A_folder_in_a_file_s_place_is_kept_aside_and_a_link_is_replaced()
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_guard.Root, "x.txt")).FullName, "kept"), "kept");
        await WriteAsync("x.txt", "new");
        Assert.Single(Directory.GetDirectories(_guard.Root, "x.txt.moved-*"));
        var victim = Path.Combine(_outside, "victim");
        File.WriteAllText(victim, "mine");
        SpecialFiles.Link(Path.Combine(_guard.Root, "y.txt"), victim);
        await WriteAsync("y.txt", "new");
        Assert.Equal(("mine", "new"), (File.ReadAllText(victim), File.ReadAllText(Path.Combine(_guard.Root, "y.txt"))));
    }

    [Fact]
    public void A_log_is_created_anew_and_never_through_a_link()
    {
        var victim = Path.Combine(_outside, "victim");
        File.WriteAllText(victim, "mine");
        SpecialFiles.Link(Path.Combine(_guard.Root, "x.log"), victim);
        using (var log = _guard.CreateNew("x.log")) log.Write("log"u8);
        Assert.Equal(("mine", "log"), (File.ReadAllText(victim), File.ReadAllText(Path.Combine(_guard.Root, "x.log"))));
        using (var log = _guard.CreateNew("x.log")) log.Write("2"u8);
        Assert.Equal("2", File.ReadAllText(Path.Combine(_guard.Root, "x.log")));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("../run-twin/x")]
    [InlineData("")]
    [InlineData(".")]
    public async Task A_path_outside_is_refused_as_policy(string path)
    {
        var error = await Assert.ThrowsAsync<FactoryException>(() => WriteAsync(path, "x"));
        Assert.Equal((BlockerKind.Policy, RunStatus.Blocked), (error.Blocker.Kind, error.Status));
        Assert.Throws<FactoryException>(() => _guard.CreateNew(path));
        Assert.Throws<FactoryException>(() => _guard.Delete(path));
        Assert.Throws<FactoryException>(() => _guard.EnsureFolder(path));
        Assert.Empty(Directory.GetFiles(_home, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_link_on_the_way_is_refused_as_an_escape_and_one_at_the_end_is_moved_aside()
    {
        RequireLinks();
        SpecialFiles.Link(Path.Combine(_guard.Root, "link"), _outside);
        var error = await Assert.ThrowsAsync<FactoryException>(() => WriteAsync("link/x", "x"));
        Assert.Equal(BlockerKind.Escape, error.Blocker.Kind);
        Assert.Throws<FactoryException>(() => _guard.CreateNew("link/x"));
        Assert.Throws<FactoryException>(() => _guard.Delete("link/x"));
        Assert.Throws<FactoryException>(() => _guard.EnsureFolder("link/x"));
        Assert.NotNull(_guard.EnsureFolder("link"));
        await WriteAsync("link/x", "x");
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    [Fact]
    public async Task A_file_on_the_way_is_refused()
    {
        File.WriteAllText(Path.Combine(_guard.Root, "file"), "kept");
        Assert.Equal(BlockerKind.Escape, (await Assert.ThrowsAsync<FactoryException>(() => WriteAsync("file/x", "x"))).Blocker.Kind);
        Assert.Equal("kept", File.ReadAllText(Path.Combine(_guard.Root, "file")));
    }

    [Fact]
    public async Task A_run_s_folder_that_was_replaced_by_a_link_or_moved_is_refused()
    {
        RequireLinks();
        await WriteAsync("x", "1");
        Directory.Move(_guard.Root, Path.Combine(_outside, "run"));
        Assert.Equal(BlockerKind.Escape, (await Assert.ThrowsAsync<FactoryException>(() => WriteAsync("x", "2"))).Blocker.Kind);
        SpecialFiles.Link(_guard.Root, Path.Combine(_outside, "run"));
        Assert.Equal(BlockerKind.Escape, (await Assert.ThrowsAsync<FactoryException>(() => WriteAsync("x", "2"))).Blocker.Kind);
        Assert.Equal("1", File.ReadAllText(Path.Combine(_outside, "run", "x")));
    }

    [Fact]
    public async Task A_link_above_the_run_s_folder_that_leads_elsewhere_later_is_refused()
    {
        RequireLinks();
        var (first, second) = (Directory.CreateDirectory(Path.Combine(_home, "first", "run")), Directory.CreateDirectory(Path.Combine(_home, "second", "run")));
        var link = Path.Combine(_home, "runs");
        SpecialFiles.Link(link, first.Parent!.FullName);
        var guard = new WriteGuard(Path.Combine(link, "run"));
        await guard.WriteAsync("x", stream => stream.WriteAsync(new byte[1]).AsTask());
        Directory.Delete(link);
        SpecialFiles.Link(link, second.Parent!.FullName);
        await Assert.ThrowsAsync<FactoryException>(() => guard.WriteAsync("x", stream => stream.WriteAsync(new byte[1]).AsTask()));
        Assert.Single(first.GetFiles());
        Assert.Empty(second.GetFiles());
    }

    [Fact]
    public async Task A_folder_that_is_moved_out_during_the_write_takes_nothing_with_it()
    {
        _guard.EnsureFolder("a");
        var moved = Path.Combine(_outside, "a");
        var error = await Record.ExceptionAsync(() => _guard.WriteAsync("a/x", stream =>
        {
            stream.WriteByte(1);
            try
            {
                Directory.Move(Path.Combine(_guard.Root, "a"), moved);
            }
            catch (IOException refused)
            {
                Assert.Skip($"this system does not let a folder in use be moved: {refused.Message}");
            }

            return Task.CompletedTask;
        }));
        Assert.SkipWhen(!Directory.Exists(moved), "this system does not let a folder in use be moved");
        // Wine keeps the folder's old path with the handle, so there the rename finds nothing.
        Assert.True(error is FactoryException { Blocker.Kind: BlockerKind.Escape } || (OperatingSystem.IsWindows() && error is IOException), $"{error}");
        Assert.False(File.Exists(Path.Combine(moved, "x")));
    }

    [Fact]
    public async Task Nothing_is_ever_written_outside_while_a_thread_swaps_a_folder_for_a_link()
    {
        RequireLinks();
        var (real, aside) = (Path.Combine(_guard.Root, "a"), Path.Combine(_guard.Root, "aside"));
        Directory.CreateDirectory(real);
        Directory.CreateDirectory(Path.Combine(_outside, "b"));
        using var stop = new CancellationTokenSource();
        var swaps = 0;
        var attacker = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    if (!Directory.Exists(real)) Directory.CreateDirectory(real);
                    Directory.Move(real, aside);
                    Directory.CreateSymbolicLink(real, _outside);
                    swaps++;
                    Directory.Delete(real);
                    Core.Workers.FolderRemoval.Delete(aside);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    // The guard was quicker: it made the folder again, or a file in the one that is aside.
                    if (new DirectoryInfo(real).LinkTarget is not null) Directory.Delete(real);
                    aside = Path.Combine(_guard.Root, "aside-" + Guid.NewGuid().ToString("N"));
                }
            }
        });
        var (written, refused) = (0, 0);
        for (var round = 0; round < Rounds || ((swaps < 1000 || refused < 20) && round < 20 * Rounds); round++)
        {
            try
            {
                if (round % 4 == 1) (await Task.FromResult(_guard.CreateNew("a/b/log"))).Dispose();
                else if (round % 4 == 2) _guard.Delete("a/b/log");
                else await WriteAsync(round % 4 == 0 ? "a/x" : "a/b/x", "x");
                written++;
            }
            catch (Exception error) when (error is FactoryException or IOException or UnauthorizedAccessException)
            {
                refused++;
            }
        }

        await stop.CancelAsync();
        await attacker;
        TestContext.Current.SendDiagnosticMessage($"{swaps} swaps: {written} operations done, {refused} refused");
        Assert.Equal(["b"], Directory.GetFileSystemEntries(_outside).Select(Path.GetFileName));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_outside, "b")));
        Assert.True(swaps > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_is_not_made_where_a_link_stands_whether_it_leads_somewhere_or_not(bool leadsSomewhere)
    {
        var victim = Path.Combine(_outside, "victim");
        if (leadsSomewhere) File.WriteAllText(victim, "mine");
        SpecialFiles.Link(Path.Combine(_guard.Root, "run.lock"), victim);
        Assert.False(_guard.TryCreate("run.lock"));
        Assert.Equal(leadsSomewhere ? ["victim"] : [], Directory.GetFileSystemEntries(_outside).Select(Path.GetFileName));
        Assert.True(!leadsSomewhere || File.ReadAllText(victim) == "mine");
    }

    [Fact]
    public void A_file_is_made_once_and_never_behind_a_link_or_a_file()
    {
        Assert.True(_guard.TryCreate("locks/run.lock"));
        Assert.False(_guard.TryCreate("locks/run.lock"));
        Assert.False(_guard.TryCreate("locks"));
        Assert.Throws<FactoryException>(() => _guard.TryCreate("locks/run.lock/x"));
        RequireLinks();
        SpecialFiles.Link(Path.Combine(_guard.Root, "link"), _outside);
        Assert.Equal(BlockerKind.Escape, Assert.Throws<FactoryException>(() => _guard.TryCreate("link/run.lock")).Blocker.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    // Files, folders and links are put anywhere by somebody else between the guard's own steps.
    [Fact]
    public void Whatever_stands_in_the_way_what_is_written_is_inside_and_what_is_outside_stays()
    {
        RequireLinks();
        File.WriteAllText(Path.Combine(_outside, "victim"), "mine");
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(1_000_000), Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            for (var step = 0; step < 8; step++)
            {
                Plant(random);
                Step(random);
                Assert.Equal(["victim"], Directory.GetFileSystemEntries(_outside).Select(Path.GetFileName));
                Assert.Equal("mine", File.ReadAllText(Path.Combine(_outside, "victim")));
            }
        }));
    }

    [Property(MaxTest = 100)]
    public void Whatever_the_path_nothing_appears_outside(NonNull<string> path, bool isParent)
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

        Assert.Equal(["outside", "run"], Directory.GetFileSystemEntries(_home).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    private static string AnyName(Random random) => string.Join('/', random.GetItems(["a", "b", "victim"], 1 + random.Next(3)));

    private void Plant(Random random)
    {
        var path = Path.Combine(_guard.Root, AnyName(random));
        if (IsBehindLink(Path.GetDirectoryName(path)!) || !Directory.Exists(Path.GetDirectoryName(path)) || new FileInfo(path).LinkTarget is not null || Path.Exists(path)) return;
        var kind = random.Next(5);
        if (kind == 0) Directory.CreateDirectory(path);
        else if (kind == 1) File.WriteAllText(path, "planted");
        else SpecialFiles.Link(path, Path.Combine(_outside, random.GetItems(["", "victim", "missing"], 1)[0]));
    }

    private void Step(Random random)
    {
        var name = AnyName(random);
        var path = Path.Combine(_guard.Root, name);
        var wasThere = Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
        try
        {
            switch (random.Next(5))
            {
                case 0: WriteAsync(name, "written").GetAwaiter().GetResult(); Assert.Equal("written", File.ReadAllText(path)); break;
                case 1: _guard.CreateNew(name).Dispose(); Assert.Empty(File.ReadAllBytes(path)); break;
                case 2: Assert.NotEqual(wasThere, _guard.TryCreate(name)); break;
                case 3: _guard.EnsureFolder(name); Assert.True(Directory.Exists(path)); break;
                default: _guard.Delete(name); Assert.False(Path.Exists(path)); return;
            }

            // What was found there already may be a link; what the guard made never is, and never lies behind one.
            Assert.False(IsBehindLink(Path.GetDirectoryName(path)!), name);
            Assert.True(wasThere || new FileInfo(path).LinkTarget is null, name);
        }
        catch (FactoryException error)
        {
            Assert.Equal(BlockerKind.Escape, error.Blocker.Kind);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Assert.True(Directory.Exists(path), $"{name}: {error.Message}");
        }
    }

    private bool IsBehindLink(string folder) => folder.Length > _guard.Root.Length && (new DirectoryInfo(folder).LinkTarget is not null || IsBehindLink(Path.GetDirectoryName(folder)!));

    private Task WriteAsync(string path, string text) => _guard.WriteAsync(path, stream => stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text)).AsTask());

    private void RequireLinks()
    {
        var link = Path.Combine(_home, "probe");
        SpecialFiles.Link(link, _outside);
        var isLink = new DirectoryInfo(link).LinkTarget is not null;
        if (isLink) Directory.Delete(link);
        Assert.SkipUnless(isLink, "this system makes links that it does not show as links");
    }
}
