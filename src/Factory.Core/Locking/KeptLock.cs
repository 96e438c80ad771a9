using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Locking;

/// <summary>
/// A <see cref="FileLock"/> that one owner takes and frees many times. On Linux the file stays open in between, which
/// saves most of the cost; the lock itself is taken and freed each time. Elsewhere the file is opened each time, so that
/// nothing hinders whoever renames or deletes its folder. Not safe to share between threads.
/// </summary>
/// <param name="path">The lock file.</param>
/// <param name="makeFolder">Makes its folder when it is missing; called before the file is opened.</param>
internal sealed class KeptLock(string path, Action makeFolder) : IDisposable
{
    private SafeFileHandle? _file;
    private FileIdentity _identity;
    private Hold? _hold;

    /// <summary>Takes the lock, waiting for the holder to free it; dispose the result to free it.</summary>
    /// <inheritdoc cref="FileLock.Acquire"/>
    public IDisposable Acquire(TimeSpan patience, CancellationToken cancellationToken) =>
        FileLock.WaitFor<IDisposable>(FileIdentity.IsKnown ? TryTake : TryOpenAndTake, path, patience, cancellationToken);

    /// <summary>Closes the file; a lock that is held is freed.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private Hold? TryTake()
    {
        while (true)
        {
            try
            {
                // An error after the file was opened must not leave it open: that would hold the lock.
                if (_file is null && !TryOpen()) return null;
                if (!AdvisoryLock.TryTake(_file!)) return null;
                // A lock on a file that the path no longer names keeps nobody out.
                if (FileIdentity.OfPath(path) is { } named && named.IsSameFile(_identity)) return _hold ??= new Hold(this);
            }
            catch
            {
                Dispose();
                throw;
            }

            Dispose();
        }
    }

    private FileLock? TryOpenAndTake()
    {
        makeFolder();
        return FileLock.TryAcquire(path, holder: null);
    }

    private bool TryOpen()
    {
        makeFolder();
        _file = FileLock.TryOpen(path);
        if (_file is not null) _identity = FileIdentity.OfHandle(_file);
        return _file is not null;
    }

    private sealed class Hold(KeptLock owner) : IDisposable
    {
        public void Dispose()
        {
            if (owner._file is { } file && !AdvisoryLock.TryFree(file)) owner.Dispose();
        }
    }
}
