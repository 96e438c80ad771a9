using Factory.Core.Contracts;
using Factory.Core.Locking;

namespace Factory.Core.Ledger;

/// <summary>Words for what the disk refused.</summary>
internal static class LedgerFailure
{
    /// <summary>A FAIL that names the file, the reason and what to do.</summary>
    public static FactoryException Of(string path, string what, Exception error)
    {
        var (reason, action) = Explain(error);
        return new FactoryException(
            new Blocker(BlockerKind.Check, null, path, $"the ledger {path} {what}: {reason}", action), RunStatus.Fail, error);
    }

    /// <summary>A problem of a ledger that is to be read.</summary>
    public static FactoryException Unreadable(string path, Exception error) => error is FileNotFoundException or DirectoryNotFoundException
        ? new FactoryException(BlockerKind.Config, $"there is no ledger at {path}", "Check the path, or run Factory once: the first run creates the ledger.", path, inner: error)
        : new FactoryException(BlockerKind.Check, $"the ledger {path} cannot be read: {error.Message}", "Check that it is a file and that you may read it.", path, inner: error);

    private static (string Reason, string Action) Explain(Exception error)
    {
        const int NoSpace = 28, Quota = 122, QuotaOnMac = 69, ReadOnlyFileSystem = 30, WindowsDiskFull = 112;
        var code = OperatingSystem.IsWindows() ? error.HResult & 0xFFFF : error.HResult;
        return (OperatingSystem.IsWindows(), code) switch
        {
            (true, WindowsDiskFull) or (false, NoSpace) => ($"the disk is full ({error.Message})", "Free some space, then run again: nothing that was recorded is lost."),
            (false, Quota or QuotaOnMac) => ($"the disk quota is used up ({error.Message})", "Free some space or raise the quota, then run again."),
            (false, ReadOnlyFileSystem) => ($"the file system is read-only ({error.Message})", "Mount it writable, or put paths.runs_dir elsewhere."),
            _ when error is UnauthorizedAccessException => ($"access is denied ({error.Message})", "Make the ledger and its folder writable for this user."),
            _ => (error.Message, "Check the disk and its mount, then run again with a fresh process."),
        };
    }
}

/// <summary>The lock that every change of a ledger is made under.</summary>
internal static class LedgerLock
{
    /// <summary>Waits for the lock, for one change.</summary>
    /// <exception cref="FactoryException">It was not free in time, or cannot be created.</exception>
    public static IDisposable Acquire(LedgerPaths paths, TimeSpan patience, CancellationToken cancellationToken) =>
        Take(paths, () => FileLock.Acquire(paths.Lock, holder: null, patience, cancellationToken));

    /// <summary>Waits for a lock that its owner takes many times.</summary>
    /// <inheritdoc cref="Acquire(LedgerPaths, TimeSpan, CancellationToken)"/>
    public static IDisposable Acquire(LedgerPaths paths, KeptLock kept, TimeSpan patience, CancellationToken cancellationToken) =>
        Take(paths, () => kept.Acquire(patience, cancellationToken));

    private static IDisposable Take(LedgerPaths paths, Func<IDisposable> take)
    {
        try
        {
            return take();
        }
        catch (TimeoutException error)
        {
            throw new FactoryException(BlockerKind.Lock, error.Message, "See which Factory process hangs, end it, and run again.", paths.Lock, inner: error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerFailure.Of(paths.Ledger, "cannot be locked", error);
        }
    }
}
