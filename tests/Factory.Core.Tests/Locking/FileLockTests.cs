using Factory.Core.Locking;

namespace Factory.Core.Tests.Locking;

public sealed class FileLockTests : IDisposable
{
    private static readonly LockHolder Holder = new("factory_20260101_000000_deadbeef_001", 42, "host", "2026-01-01T00:00:00.000Z");
    private readonly string _folder = Directory.CreateTempSubdirectory("lock-test-").FullName;

    private string File => Path.Combine(_folder, "deep", "a.lock");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_lock_is_held_once_names_its_holder_and_is_free_after()
    {
        using (var first = FileLock.TryAcquire(File, Holder))
        {
            Assert.NotNull(first);
            Assert.Null(FileLock.TryAcquire(File, Holder with { Pid = 43 }));
            Assert.Equal(Holder, FileLock.ReadHolder(File));
        }

        Assert.Null(FileLock.ReadHolder(File));
        using var second = FileLock.TryAcquire(File, Holder);
        Assert.NotNull(second);
        Assert.True(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task A_waiter_gets_the_lock_when_it_is_freed_and_gives_up_in_time()
    {
        var first = FileLock.TryAcquire(File, Holder)!;
        Assert.Throws<TimeoutException>(() => FileLock.Acquire(File, null, TimeSpan.FromMilliseconds(60), TestContext.Current.CancellationToken));
        var waiting = Task.Run(() => FileLock.Acquire(File, null, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        first.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public void Many_threads_never_hold_it_together()
    {
        var inside = 0;
        var most = 0;
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            using var held = FileLock.Acquire(File, null, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Interlocked.Decrement(ref inside);
        });
        Assert.Equal(1, most);
    }

    [Fact]
    public void A_file_where_the_folder_should_be_is_an_error_and_not_a_held_lock()
    {
        System.IO.File.WriteAllText(Path.Combine(_folder, "deep"), "");
        Assert.ThrowsAny<IOException>(() => FileLock.TryAcquire(File, Holder));
    }

    // Workers can write beside the locks of their worktrees, and locks outlive runs.
    [Fact]
    public void Neither_a_lock_nor_its_note_is_written_through_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right there that not everybody has");
        var victim = Path.Combine(_folder, "victim.txt");
        System.IO.File.WriteAllText(victim, "mine");
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.CreateSymbolicLink(File + ".holder.json", victim);
        using (FileLock.TryAcquire(File, Holder)) Assert.Equal((Holder, "mine"), (FileLock.ReadHolder(File), System.IO.File.ReadAllText(victim)));
        System.IO.File.Delete(File);
        var elsewhere = Path.Combine(_folder, "made elsewhere");
        System.IO.File.CreateSymbolicLink(File, elsewhere);
        Assert.ThrowsAny<IOException>(() => FileLock.TryAcquire(File, Holder));
        Assert.False(System.IO.File.Exists(elsewhere));
        Directory.Move(Path.GetDirectoryName(File)!, Path.Combine(_folder, "moved"));
        Directory.CreateSymbolicLink(Path.GetDirectoryName(File)!, Path.Combine(_folder, "moved"));
        Assert.ThrowsAny<IOException>(() => FileLock.TryAcquire(File, Holder));
    }
}
