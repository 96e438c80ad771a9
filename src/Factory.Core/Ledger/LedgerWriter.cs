using Factory.Core.Contracts;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Ledger;

/// <summary>
/// Appends to the ledger of a runs folder. Many writers, in many processes, may append at once: each append is made
/// under the ledger's lock, at the known end, and is on the disk when the call returns. Safe to share between threads.
/// </summary>
public sealed class LedgerWriter
{
    private const string RecoveryActor = "ledger";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly LedgerPaths _paths;
    private readonly TimeProvider _clock;
    private readonly Action<SafeFileHandle> _flush;
    private volatile FactoryException? _poison;

    /// <summary>Creates a writer; the folder and the ledger are created by the first append.</summary>
    /// <param name="runsFolder">The runs folder.</param>
    /// <param name="clock">Where the lines' times come from.</param>
    public LedgerWriter(string runsFolder, TimeProvider clock) : this(runsFolder, clock, DurableFile.Flush)
    {
    }

    internal LedgerWriter(string runsFolder, TimeProvider clock, Action<SafeFileHandle> flush) =>
        (_paths, _clock, _flush) = (new LedgerPaths(runsFolder), clock, flush);

    /// <summary>Appends one entry.</summary>
    /// <inheritdoc cref="Append(IReadOnlyList{LedgerEntry}, CancellationToken)"/>
    public LedgerReceipt Append(LedgerEntry entry, CancellationToken cancellationToken = default) =>
        Append([entry], cancellationToken)[0];

    /// <summary>
    /// Appends entries in one write: all of them or, when anything fails, none. (A crash of the machine in the middle of
    /// the write may keep the first few, as whole lines.)
    /// </summary>
    /// <exception cref="FactoryException">
    /// An entry cannot be a line, the lock was not free in time, or the disk refused. After the disk refused, this writer
    /// refuses every further call, because it cannot know what the disk holds.
    /// </exception>
    public IReadOnlyList<LedgerReceipt> Append(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken = default)
    {
        if (_poison is { } earlier) throw Again(earlier);
        if (entries.Count == 0) return [];
        using var held = LedgerLock.Acquire(_paths, Patience, cancellationToken);
        var isNew = !File.Exists(_paths.Ledger);
        using var ledger = Open();
        var tail = Recover(ledger, entries[0].RunId);
        var batch = new LedgerBatch(tail, Now());
        foreach (var entry in entries) batch.Add(entry);
        Commit(ledger, batch, isNew);
        return batch.Receipts;
    }

    // A receipt must say the very instant that its line says, which has milliseconds.
    private DateTimeOffset Now()
    {
        var now = _clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }

    private SafeFileHandle Open()
    {
        try
        {
            return File.OpenHandle(_paths.Ledger, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerFailure.Of(_paths.Ledger, "cannot be opened for writing", error);
        }
    }

    private LedgerTail Recover(SafeFileHandle ledger, RunId run)
    {
        try
        {
            var length = RandomAccess.GetLength(ledger);
            var tail = LedgerTail.Find(ledger, length);
            if (tail.WholeLength == length) return tail;
            var now = Now();
            var moved = LedgerQuarantine.Move(_paths, ledger, tail.WholeLength, length, now, _flush);
            var note = new LedgerBatch(tail, now);
            note.Add(new LedgerEntry(run, LedgerEventType.LedgerRecovered, RecoveryActor)
            {
                Details = new Dictionary<string, object?> { ["bytes"] = moved.Bytes, ["file"] = moved.File, ["sha256"] = moved.Sha256, ["status"] = RunStatus.Warn },
            });
            // Committed by itself: the note must stand even when the entries that follow are refused.
            Commit(ledger, note, isNew: false);
            return note.End;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw _poison = LedgerFailure.Of(_paths.Ledger, "has an end that could not be read or moved to quarantine", error);
        }
    }

    private void Commit(SafeFileHandle ledger, LedgerBatch batch, bool isNew)
    {
        try
        {
            RandomAccess.Write(ledger, batch.Bytes, batch.Offset);
            _flush(ledger);
            if (isNew) DurableFile.FlushFolder(_paths.RunsFolder);
        }
        catch (Exception error)
        {
            throw _poison = LedgerFailure.Of(_paths.Ledger, RollBack(ledger, batch.Offset), error);
        }
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
