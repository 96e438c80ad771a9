using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>
/// Seals a ledger: signs its Merkle tree's head and writes its digest. A seal continues from the last one and reads only
/// what was appended since; and so old lines that were changed in between are not sealed anew: root and digest go on
/// speaking for the lines as they were.
/// </summary>
public static class LedgerSeal
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Refreshes checkpoint, digest and frontier, each in one step, while nobody can append.</summary>
    /// <param name="runsFolder">The runs folder.</param>
    /// <param name="key">The key that signs. It may be another than the last time; the result warns of that.</param>
    /// <param name="request">What else is wanted.</param>
    /// <param name="cancellationToken">Ends the work before anything is replaced.</param>
    /// <exception cref="FactoryException">
    /// There is no ledger or no line in it, it ends in a torn line, or the disk refused; BLOCKED when it is not what was
    /// sealed before. Then nothing was replaced.
    /// </exception>
    public static SealedLedger Write(string runsFolder, SigningKey key, SealRequest? request = null, CancellationToken cancellationToken = default)
    {
        var paths = new LedgerPaths(runsFolder);
        if (!File.Exists(paths.Ledger) && !File.Exists(paths.Checkpoint)) throw LedgerFailure.Unreadable(paths.Ledger, new FileNotFoundException());
        using var held = LedgerLock.Acquire(paths, Patience, cancellationToken);
        try
        {
            return Seal(paths, key, request?.LineOffsets ?? [], cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerFailure.Of(paths.Ledger, "could not be sealed", error);
        }
    }

    private static SealedLedger Seal(LedgerPaths paths, SigningKey key, IReadOnlyList<long> offsets, CancellationToken cancellationToken)
    {
        var record = SealRecord.Read(paths, key.Public);
        CheckEnd(paths, record);
        var origin = ReadOrigin(paths, record);
        var warnings = record.IsOwn ? [] : SealDoubt.Resolve(paths, record, origin, key.Public, cancellationToken);
        var continued = SealFold.Continue(paths, record, cancellationToken);
        var fold = continued ?? SealFold.FromStart(paths, record, cancellationToken);
        var checkpoint = record.Checkpoint is { } old && old.Size == fold.Lines && old.Check(key.Public) == CheckpointSignature.Valid
            ? old // Nothing is new: the note stays, with the signatures that witnesses may have added.
            : LedgerCheckpoint.Sign(origin, fold.Lines, fold.Root(), key);
        var proofs = SealProofs.Make(paths.Ledger, continued is null ? null : record.Frontier, checkpoint, offsets, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (record is { IsOwn: false, Checkpoint: { } foreign }) SealDoubt.KeepAside(paths, foreign);
        Replace(paths, checkpoint, fold);
        return new SealedLedger(new LedgerHead(origin, checkpoint.Size, Convert.ToBase64String(checkpoint.Root.Span)), checkpoint, proofs, warnings);
    }

    private static void Replace(LedgerPaths paths, LedgerCheckpoint checkpoint, LedgerFold fold)
    {
        // In this order a crash leaves the frontier older than what is held against it, and continuing from it meets both.
        DurableFile.Replace(paths.Checkpoint, Encoding.UTF8.GetBytes(checkpoint.Text));
        DurableFile.Replace(paths.Digest, Encoding.ASCII.GetBytes(LedgerDigest.Format(fold.Digest())));
        DurableFile.Replace(paths.Frontier, fold.Frontier().Format());
    }

    private static void CheckEnd(LedgerPaths paths, SealRecord record)
    {
        if (!File.Exists(paths.Ledger)) throw LedgerTampering.Found(paths.Ledger, "it was sealed, and now it is gone");
        using var ledger = File.OpenHandle(paths.Ledger, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(ledger);
        if (length < record.Frontier?.Bytes)
            throw LedgerTampering.Found(paths.Ledger, $"it has {length} bytes, fewer than the {record.Frontier.Bytes} that were sealed: lines were removed");
        // A digest over a torn end would look like tampering once the next append moves that end to quarantine.
        if (LedgerTail.Find(ledger, length).WholeLength != length) throw LedgerDigest.Torn(paths.Ledger);
    }

    private static string ReadOrigin(LedgerPaths paths, SealRecord record)
    {
        using var lines = new LedgerLines(paths.Ledger);
        if (!lines.TryRead(out var first))
            throw record.Checkpoint is { Size: > 0 }
                ? LedgerTampering.Found(paths.Ledger, $"it is empty, and {record.Checkpoint.Size} lines were sealed")
                : new FactoryException(BlockerKind.Config, $"the ledger {paths.Ledger} has no line to seal", "Run Factory once: a run writes the first lines.", paths.Ledger);
        if (first.IsTooLong) throw LedgerTampering.LineTooLong(paths.Ledger, 1);
        var origin = LedgerCheckpoint.OriginOf(first.Bytes.Span);
        return record.Checkpoint is null || record.Checkpoint.Origin == origin
            ? origin
            : throw LedgerTampering.Found(paths.Ledger, $"its first line makes it {origin}, but {paths.Checkpoint} is of {record.Checkpoint.Origin}: that line was changed, or one of the two files is another ledger's");
    }
}
