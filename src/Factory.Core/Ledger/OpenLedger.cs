using Factory.Core.Locking;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Ledger;

/// <summary>
/// The ledger as one writer holds it between appends, and what that writer knows of its end. On Linux the file stays open
/// and is opened anew when the path names another file; elsewhere it is opened for each append. Used under the lock only.
/// </summary>
internal sealed class OpenLedger(LedgerPaths paths) : IDisposable
{
    private SafeFileHandle? _handle;
    private FileIdentity _identity;
    private LedgerTail _end;
    private byte[]? _lastLine;
    private bool _isNameFlushed;

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle => _handle ?? throw new InvalidOperationException("the ledger is not open");

    /// <summary>Its length in bytes when it was opened for this append.</summary>
    public long Length { get; private set; }

    /// <summary>Makes sure that the file which the path names now is open; it is created when there is none.</summary>
    /// <exception cref="Contracts.FactoryException">It cannot be opened, or must not be created.</exception>
    public void Open()
    {
        try
        {
            if (StillOpen()) return;
            Create();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Dispose();
            throw LedgerFailure.Of(paths.Ledger, "cannot be opened for writing", error);
        }
    }

    /// <summary>Finds the end. When it is where this writer left it, only the last line is read again.</summary>
    /// <exception cref="Contracts.FactoryException">What this writer was told to be durable is no longer there, or the
    /// ledger is shorter than its checkpoint.</exception>
    public LedgerTail FindTail()
    {
        if (_lastLine is { } line)
        {
            if (Length < _end.WholeLength || !Holds(line, _end.WholeLength - line.Length))
            {
                // Where files cannot be told apart, this may be another file, moved here meanwhile.
                if (FileIdentity.IsKnown) throw LedgerRefusal.Changed(paths.Ledger, _end.WholeLength, Length);
                _lastLine = null;
            }
            else if (Length == _end.WholeLength)
            {
                return _end;
            }
        }

        var tail = LedgerTail.Find(Handle, Length);
        if (_lastLine is null || tail.WholeLength != Length) new LedgerFloor(paths).Check(Handle, tail.WholeLength, Length);
        if (tail.HasCarriageReturn) throw LedgerRefusal.Converted(paths.Ledger);
        return tail;
    }

    /// <summary>Makes the file's name durable, once for each file.</summary>
    /// <exception cref="IOException">The system could not promise it.</exception>
    public void FlushName()
    {
        if (_isNameFlushed) return;
        DurableFile.FlushFolder(paths.RunsFolder);
        _isNameFlushed = true;
    }

    /// <summary>Takes note of the end that an append has made durable.</summary>
    public void Remember(LedgerBatch batch) => (_end, _lastLine) = (batch.End, batch.LastLine);

    /// <summary>Closes the file after an append, where it is not kept open.</summary>
    public void Release()
    {
        if (FileIdentity.IsKnown) return;
        _handle?.Dispose();
        _handle = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle?.Dispose();
        (_handle, _lastLine, _isNameFlushed) = (null, null, false);
    }

    private bool StillOpen()
    {
        if (_handle is null || FileIdentity.OfPath(paths.Ledger) is not { } named || !named.IsSameFile(_identity)) return false;
        Length = named.Length;
        return true;
    }

    private void Create()
    {
        if (FileIdentity.IsKnown) Dispose();
        RefuseInPlace();
        if (!File.Exists(paths.Ledger))
        {
            new LedgerFloor(paths).CheckMissing();
        }
        else if (FileIdentity.IsKnown && FileIdentity.OfPath(paths.Ledger) is { IsRegular: false })
        {
            // Opening a pipe waits for its other end.
            throw new IOException("it is no regular file");
        }

        _handle = File.OpenHandle(paths.Ledger, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Length = RandomAccess.GetLength(_handle);
        if (!FileIdentity.IsKnown) return;
        // The ledger's own lock keeps writers apart; a shared lock on the file would only hinder other programs.
        AdvisoryLock.TryFree(_handle);
        _identity = FileIdentity.OfHandle(_handle);
    }

    private void RefuseInPlace()
    {
        if (Directory.Exists(paths.Ledger)) throw new IOException("it is a folder");
        // Whoever can lay a link here decides where events go, and which file an append changes.
        if (new FileInfo(paths.Ledger).LinkTarget is { } target) throw new IOException($"it is a link to {target}, and a ledger is not written through a link; put the file itself in its place, or set paths.runs_dir to the folder that it is in");
    }

    private bool Holds(byte[] line, long offset)
    {
        Span<byte> found = line.Length <= 4096 ? stackalloc byte[line.Length] : new byte[line.Length];
        LedgerTail.ReadExactly(Handle, found, offset);
        return found.SequenceEqual(line);
    }
}
