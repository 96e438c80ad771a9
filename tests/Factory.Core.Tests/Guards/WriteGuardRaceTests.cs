using Factory.Core.Contracts;
using Factory.Core.Tests.Reporting;
using FsCheck;
using FsCheck.Fluent;

namespace Factory.Core.Tests.Guards;

/// <summary>What somebody else moves, swaps or plants between the guard's own steps.</summary>
public sealed class WriteGuardRaceTests : GuardedFolder
{
    private const int Rounds = 400;

    [Fact]
    public async Task A_folder_that_is_moved_out_during_the_write_takes_nothing_with_it()
    {
        Guard.EnsureFolder("a");
        var moved = Path.Combine(Outside, "a");
        var error = await Record.ExceptionAsync(() => Guard.WriteAsync("a/x", stream =>
        {
            stream.WriteByte(1);
            try
            {
                Directory.Move(Path.Combine(Guard.Root, "a"), moved);
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
    public async Task Nothing_is_ever_writtenOutside_while_a_thread_swaps_a_folder_for_a_link()
    {
        RequireLinks();
        var (real, aside) = (Path.Combine(Guard.Root, "a"), Path.Combine(Guard.Root, "aside"));
        Directory.CreateDirectory(real);
        Directory.CreateDirectory(Path.Combine(Outside, "b"));
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
                    Directory.CreateSymbolicLink(real, Outside);
                    swaps++;
                    Directory.Delete(real);
                    Core.Workers.FolderRemoval.Delete(aside);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    // The guard was quicker: it made the folder again, or a file in the one that is aside.
                    if (new DirectoryInfo(real).LinkTarget is not null) Directory.Delete(real);
                    aside = Path.Combine(Guard.Root, "aside-" + Guid.NewGuid().ToString("N"));
                }
            }
        });
        var (written, refused) = (0, 0);
        for (var round = 0; round < Rounds || ((swaps < 1000 || refused < 20) && round < 20 * Rounds); round++)
        {
            try
            {
                if (round % 4 == 1) (await Task.FromResult(Guard.CreateNew("a/b/log"))).Dispose();
                else if (round % 4 == 2) Guard.Delete("a/b/log");
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
        Assert.Equal(["b"], Directory.GetFileSystemEntries(Outside).Select(Path.GetFileName));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Outside, "b")));
        Assert.True(swaps > 0);
    }

    // Files, folders and links are put anywhere by somebody else between the guard's own steps.
    [Fact]
    public void Whatever_stands_in_the_way_what_is_written_is_inside_and_what_isOutside_stays()
    {
        RequireLinks();
        File.WriteAllText(Path.Combine(Outside, "victim"), "mine");
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(1_000_000), Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            for (var step = 0; step < 8; step++)
            {
                Plant(random);
                Step(random);
                Assert.Equal(["victim"], Directory.GetFileSystemEntries(Outside).Select(Path.GetFileName));
                Assert.Equal("mine", File.ReadAllText(Path.Combine(Outside, "victim")));
            }
        }));
    }

    private static string AnyName(Random random) => string.Join('/', random.GetItems(["a", "b", "victim"], 1 + random.Next(3)));

    private void Plant(Random random)
    {
        var path = Path.Combine(Guard.Root, AnyName(random));
        if (IsBehindLink(Path.GetDirectoryName(path)!) || !Directory.Exists(Path.GetDirectoryName(path)) || new FileInfo(path).LinkTarget is not null || Path.Exists(path)) return;
        var kind = random.Next(5);
        if (kind == 0) Directory.CreateDirectory(path);
        else if (kind == 1) File.WriteAllText(path, "planted");
        else SpecialFiles.Link(path, Path.Combine(Outside, random.GetItems(["", "victim", "missing"], 1)[0]));
    }

    private void Step(Random random)
    {
        var name = AnyName(random);
        var path = Path.Combine(Guard.Root, name);
        var wasThere = Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
        try
        {
            switch (random.Next(5))
            {
                case 0: WriteAsync(name, "written").GetAwaiter().GetResult(); Assert.Equal("written", File.ReadAllText(path)); break;
                case 1: Guard.CreateNew(name).Dispose(); Assert.Empty(File.ReadAllBytes(path)); break;
                case 2: Assert.NotEqual(wasThere, Guard.TryCreate(name)); break;
                case 3: Guard.EnsureFolder(name); Assert.True(Directory.Exists(path)); break;
                default: Guard.Delete(name); Assert.False(Path.Exists(path)); return;
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

    private bool IsBehindLink(string folder) => folder.Length > Guard.Root.Length && (new DirectoryInfo(folder).LinkTarget is not null || IsBehindLink(Path.GetDirectoryName(folder)!));
}
