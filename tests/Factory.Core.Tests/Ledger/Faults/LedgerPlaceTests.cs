using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger.Faults;

/// <summary>What stands where the ledger ought to be, and what happens to the file between two appends.</summary>
public sealed class LedgerPlaceTests
{
    [Fact]
    public void A_read_only_ledger_is_named_and_unchanged()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(2);
        var before = folder.Bytes;
        using var readOnly = new ReadOnlyPath(folder.Paths.Ledger);
        AssertRefused(folder, "cannot be opened for writing");
        Assert.Equal(before, folder.Bytes);
    }

    [Fact]
    public void A_read_only_folder_is_named()
    {
        using var folder = new LedgerFolder();
        using var readOnly = new ReadOnlyPath(folder.Paths.RunsFolder);
        AssertRefused(folder, "cannot be locked");
        Assert.Empty(Directory.GetFileSystemEntries(folder.Paths.RunsFolder));
    }

    [Fact]
    public void A_folder_in_the_place_of_the_ledger_stays_a_folder()
    {
        using var folder = new LedgerFolder();
        Directory.CreateDirectory(folder.Paths.Ledger);
        AssertRefused(folder, "it is a folder");
        Assert.Empty(Directory.GetFileSystemEntries(folder.Paths.Ledger));
    }

    [Fact]
    public void A_link_is_not_followed_to_a_file_and_not_replaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right on Windows");
        using var folder = new LedgerFolder();
        var target = Path.Combine(folder.Paths.RunsFolder, "mine.txt");
        File.WriteAllText(target, "mine\n");
        File.CreateSymbolicLink(folder.Paths.Ledger, target);
        AssertRefused(folder, "not written through a link");
        Assert.Equal("mine\n", File.ReadAllText(target));
    }

    [Fact]
    public void A_link_where_a_draft_or_the_digest_belongs_leads_nowhere()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right on Windows");
        using var folder = new LedgerFolder();
        folder.AppendMany(2);
        var target = Path.Combine(folder.Paths.RunsFolder, "mine.txt");
        File.WriteAllText(target, "mine\n");
        File.CreateSymbolicLink(folder.Paths.Digest, target);
        File.CreateSymbolicLink(folder.Paths.Digest + ".new", target);
        LedgerDigest.Refresh(folder.Paths.RunsFolder);
        Assert.Equal("mine\n", File.ReadAllText(target));
        Assert.Null(new FileInfo(folder.Paths.Digest).LinkTarget);
    }

    [Fact]
    public void A_link_to_nothing_is_not_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right on Windows");
        using var folder = new LedgerFolder();
        var target = Path.Combine(folder.Paths.RunsFolder, "elsewhere.jsonl");
        File.CreateSymbolicLink(folder.Paths.Ledger, target);
        AssertRefused(folder, "not written through a link");
        Assert.False(File.Exists(target));
    }

    [Fact]
    public void A_pipe_in_the_place_of_the_ledger_is_refused_without_waiting_for_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes in folders");
        using var folder = new LedgerFolder();
        Assert.Equal(0, HostProgram.Run("mkfifo", folder.Paths.RunsFolder, folder.Paths.Ledger).Code);
        AssertRefused(folder, "cannot be opened for writing");
        File.Delete(folder.Paths.Ledger);
    }

    [Fact]
    public void A_ledger_moved_aside_between_two_appends_is_left_alone_and_a_new_one_begins()
    {
        using var folder = new LedgerFolder();
        using var writer = folder.Writer();
        writer.Append(LedgerFolder.Entry(1));
        var aside = folder.Paths.Ledger + ".old";
        File.Move(folder.Paths.Ledger, aside);
        var old = File.ReadAllBytes(aside);
        writer.Append(LedgerFolder.Entry(2));
        Assert.Equal(old, File.ReadAllBytes(aside));
        Assert.Equal(2L, Assert.Single(folder.Read()).Details["number"]);
    }

    [Fact]
    public void A_whole_folder_deleted_between_two_appends_is_made_again()
    {
        using var folder = new LedgerFolder();
        using var writer = folder.Writer();
        writer.Append(LedgerFolder.Entry(1));
        Directory.Delete(folder.Paths.RunsFolder, recursive: true);
        writer.Append(LedgerFolder.Entry(2));
        Assert.Equal(2L, Assert.Single(folder.Read()).Details["number"]);
    }

    [Fact]
    public void A_lock_file_that_was_replaced_still_keeps_two_writers_apart()
    {
        using var folder = new LedgerFolder();
        using var writer = folder.Writer();
        writer.Append(LedgerFolder.Entry(1));
        File.Delete(folder.Paths.Lock);
        using (var held = Core.Locking.FileLock.TryAcquire(folder.Paths.Lock, holder: null))
        {
            Assert.NotNull(held);
            using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            Assert.ThrowsAny<OperationCanceledException>(() => writer.Append(LedgerFolder.Entry(2), soon.Token));
        }

        writer.Append(LedgerFolder.Entry(3));
        Assert.Equal(2, folder.Read().Count);
    }

    [Fact]
    public void The_lock_is_free_between_two_appends_of_a_writer_that_stays_open()
    {
        using var folder = new LedgerFolder();
        using var writer = folder.Writer();
        writer.Append(LedgerFolder.Entry(1));
        using var held = Core.Locking.FileLock.TryAcquire(folder.Paths.Lock, holder: null);
        Assert.NotNull(held);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_this_writer_made_durable_and_is_gone_is_not_passed_over(bool isCut)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere the file is not kept open, and may be another one");
        using var folder = new LedgerFolder();
        folder.AppendMany(2);
        using var writer = folder.Writer();
        writer.Append(LedgerFolder.Entry(3));
        byte[] changed = isCut ? LedgerFolder.JoinLines(folder.Lines[..2]) : [.. folder.Bytes[..^3], .. "!}\n"u8];
        folder.Bytes = changed;
        var error = Assert.Throws<FactoryException>(() => writer.Append(LedgerFolder.Entry(4)));
        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy), (error.Status, error.Blocker.Kind));
        Assert.Equal(changed, folder.Bytes);
    }

    [Fact]
    public void A_disposed_writer_appends_no_more()
    {
        using var folder = new LedgerFolder();
        var writer = folder.Writer();
        writer.Append(LedgerFolder.Entry(1));
        writer.Dispose();
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.Append(LedgerFolder.Entry(2)));
    }

    [Fact]
    public void A_ledger_whose_line_ends_git_converted_is_not_made_worse()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(3);
        var good = folder.Bytes;
        Git("init", "-q");
        Git("-c", "core.autocrlf=false", "add", LedgerPaths.LedgerName);
        File.Delete(folder.Paths.Ledger);
        Git("-c", "core.autocrlf=true", "checkout", "--", LedgerPaths.LedgerName);
        var converted = folder.Bytes;
        Assert.Contains("\r\n", Encoding.UTF8.GetString(converted), StringComparison.Ordinal);

        var error = Assert.Throws<FactoryException>(() => folder.AppendMany(1));
        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy), (error.Status, error.Blocker.Kind));
        Assert.Contains("core.autocrlf", error.Message, StringComparison.Ordinal);
        Assert.Contains("*.jsonl -text", error.Blocker.NextAction, StringComparison.Ordinal);
        Assert.Equal(converted, folder.Bytes);
        Assert.Empty(folder.Quarantine);

        File.WriteAllText(Path.Combine(folder.Paths.RunsFolder, ".gitattributes"), "*.jsonl -text\n");
        File.Delete(folder.Paths.Ledger);
        Git("-c", "core.autocrlf=true", "checkout", "--", LedgerPaths.LedgerName);
        Assert.Equal(good, folder.Bytes);
        folder.AppendMany(1);

        void Git(params string[] arguments) => Assert.Equal(0, HostProgram.Run("git", folder.Paths.RunsFolder, arguments).Code);
    }

    private static void AssertRefused(LedgerFolder folder, string reason)
    {
        var error = Assert.Throws<FactoryException>(() => folder.AppendMany(1));
        Assert.Contains(folder.Paths.Ledger, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Blocker.NextAction);
    }

    /// <summary>Takes the right to write away; for root, whom modes do not stop, by the attribute of the file system.</summary>
    private sealed class ReadOnlyPath : IDisposable
    {
        private readonly string _path;
        private readonly bool _isRoot;

        public ReadOnlyPath(string path)
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "rights are taken away the Unix way");
            (_path, _isRoot) = (path, Environment.IsPrivilegedProcess);
            Change(mayWrite: false);
        }

        public void Dispose() => Change(mayWrite: true);

        private void Change(bool mayWrite)
        {
            var (program, option) = _isRoot ? ("chattr", mayWrite ? "-i" : "+i") : ("chmod", mayWrite ? "u+w" : "u-w");
            if (HostProgram.Run(program, "/", option, _path).Code != 0) Assert.Skip($"{program} {option} does not work on this file system");
        }
    }
}
