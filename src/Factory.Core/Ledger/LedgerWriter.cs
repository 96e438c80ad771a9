using Factory.Core.Contracts;
using Factory.Core.Locking;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Ledger;

/// <summary>
/// Appends to the ledger of a runs folder. Many writers, in many processes, may append at once: each append is made
/// under the ledger's lock, at the known end, and is on the disk when the call returns. Safe to share between threads.
/// Files may stay open until the writer is disposed of; the lock is held during an append only.
/// </summary>
public sealed class LedgerWriter : IDisposable
{
    private const string RecoveryActor = "ledger";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly LedgerPaths _paths;
    private readonly TimeProvider _clock;
    private readonly Action<SafeFileHandle> _flush;
    private readonly KeptLock _lock;
    private readonly OpenLedger _file;
    // The lock keeps other handles out; threads that share this one need their own turn.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<LedgerReceipt> _notes = [];
    private FactoryException? _poison;
    private bool _isDisposed;

    /// <summary>Creates a writer; the folder and the ledger are created by the first append.</summary>
    /// <param name="runsFolder">The runs folder.</param>
    /// <param name="clock">Where the lines' times come from.</param>
    public LedgerWriter(string runsFolder, TimeProvider clock) : this(runsFolder, clock, DurableFile.Flush)
    {
    }

    internal LedgerWriter(string runsFolder, TimeProvider clock, Action<SafeFileHandle> flush)
    {
        (_paths, _clock, _flush) = (new LedgerPaths(runsFolder), clock, flush);
        (_lock, _file) = (new KeptLock(_paths.Lock, CreateFolder), new OpenLedger(_paths));
    }

    /// <summary>Appends one entry.</summary>
    /// <inheritdoc cref="Append(IReadOnlyList{LedgerEntry}, CancellationToken)"/>
    public LedgerReceipt Append(LedgerEntry entry, CancellationToken cancellationToken = default) =>
        Append([entry], cancellationToken)[0];

    /// <summary>
    /// Appends entries in one write: all of them or, when anything fails, none. (A crash of the machine in the middle of
    /// the write may keep the first few, as whole lines.)
    /// </summary>
    /// <exception cref="FactoryException">
    /// An entry cannot be a line, the lock was not free in time, the ledger is shorter than its checkpoint or otherwise no
    /// longer what it was (BLOCKED; nothing is written), or the disk refused (FAIL). After the disk refused, this writer
    /// refuses every further call, because it cannot know what the disk holds.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed of.</exception>
    public IReadOnlyList<LedgerReceipt> Append(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken = default)
    {
        _turn.Wait(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_poison is { } earlier) throw Again(earlier);
            return entries.Count == 0 ? [] : AppendInTurn(entries, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The ledger.</summary>
    internal string Ledger => _paths.Ledger;

    /// <summary>Tells the lines that this writer put before an entry on its own account since this was asked before.</summary>
    internal IReadOnlyList<LedgerReceipt> TakeNotes()
    {
        _turn.Wait();
        try
        {
            if (_notes.Count == 0) return [];
            var taken = _notes.ToList();
            _notes.Clear();
            return taken;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes the files. An append in another thread is waited for.</summary>
    public void Dispose()
    {
        _turn.Wait();
        _isDisposed = true;
        Close();
        _turn.Release();
    }

    private IReadOnlyList<LedgerReceipt> AppendInTurn(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken)
    {
        using var held = LedgerLock.Acquire(_paths, _lock, Patience, cancellationToken);
        try
        {
            _file.Open();
            var batch = new LedgerBatch(Recover(entries[0]), Now());
            foreach (var entry in entries) batch.Add(entry);
            Commit(batch);
            return batch.Receipts;
        }
        finally
        {
            _file.Release();
        }
    }

    private void Close()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private void CreateFolder()
    {
        try
        {
            DurableFile.CreateFolder(_paths.RunsFolder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerFailure.Of(_paths.Ledger, "lies in a folder that cannot be created", error);
        }
    }

    // A receipt must say the very instant that its line says, which has milliseconds.
    private DateTimeOffset Now()
    {
        var now = _clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }

    private LedgerTail Recover(LedgerEntry first)
    {
        try
        {
            var tail = _file.FindTail();
            if (tail.WholeLength == _file.Length) return tail;
            var now = Now();
            var moved = LedgerQuarantine.Move(_paths, _file.Handle, tail.WholeLength, _file.Length, now, _flush);
            var note = new LedgerBatch(tail, now);
            note.Add(new LedgerEntry(first.RunId, LedgerEventType.LedgerRecovered, RecoveryActor)
            {
                ParentEventId = first.ParentEventId,
                Details = new Dictionary<string, object?> { ["bytes"] = moved.Bytes, ["file"] = moved.File, ["sha256"] = moved.Sha256, ["status"] = RunStatus.Warn },
            });
            // Committed by itself: the note must stand even when the entries that follow are refused.
            Commit(note);
            _notes.AddRange(note.Receipts);
            return note.End;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Stop("has an end that could not be read or moved to quarantine", error);
        }
    }

    private void Commit(LedgerBatch batch)
    {
        try
        {
            RandomAccess.Write(_file.Handle, batch.Bytes, batch.Offset);
            _flush(_file.Handle);
            _file.FlushName();
            _file.Remember(batch);
        }
        catch (Exception error)
        {
            throw Stop(RollBack(_file.Handle, batch.Offset), error);
        }
    }

    // Whoever waits for its turn in another thread meets the poison; nothing of this writer stays open.
    private FactoryException Stop(string what, Exception error)
    {
        _poison = LedgerFailure.Of(_paths.Ledger, what, error);
        _file.Dispose();
        return _poison;
    }

    private static string RollBack(SafeFileHandle ledger, long length)
    {
        try
        {
            RandomAccess.SetLength(ledger, length);
            DurableFile.Flush(ledger);
            return "could not be appended to, and nothing was";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"could not be appended to, nor be cut back to its {length} bytes ({error.Message})";
        }
    }

    private static FactoryException Again(FactoryException earlier) => new(
        earlier.Blocker with { Message = $"this writer stopped after an earlier failure: {earlier.Blocker.Message}" },
        earlier.Status,
        earlier);
}
