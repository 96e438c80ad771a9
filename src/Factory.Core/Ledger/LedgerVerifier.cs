using System.Runtime.ExceptionServices;
using Factory.Core.Contracts;
using Factory.Core.Ledger.Verification;

namespace Factory.Core.Ledger;

/// <summary>
/// Checks a ledger against its own chain, the digest and the signed checkpoint beside it, from one reading of its bytes
/// on all cores. What this cannot show: a ledger replaced together with both by someone who has the key, or without the
/// key where nobody asks for a signature.
/// </summary>
public static class LedgerVerifier
{
    private const int PieceSize = 512 * 1024, MostBuffers = 256 * 1024 * 1024;

    /// <summary>
    /// Reads the whole ledger, past anything wrong. Every line's JSON is checked,
    /// its leaf hash computed and compared with what the next line says; an <c>event_id</c> is computed again where no
    /// next line vouches for the bytes, where the line is not in the writer's form, and beyond the checkpoint. A line of a run
    /// that comes after its RUN_END and is neither its summary nor an attestation is BLOCKED beyond the checkpoint, and else WARN.
    /// One short record a run is kept in memory meanwhile.
    /// </summary>
    /// <param name="path">The ledger.</param>
    /// <param name="key">Whose signature the checkpoint should carry; null leaves signatures unchecked.</param>
    /// <param name="requireSignature">Whether anything but that key's valid signature is BLOCKED.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FactoryException">The ledger, its digest or its checkpoint is missing or cannot be read.</exception>
    public static LedgerVerification Verify(string path, VerifyingKey? key = null, bool requireSignature = false, CancellationToken cancellationToken = default) =>
        Verify(path, DigestHint.Read(path), key, requireSignature, cancellationToken);

    /// <summary>As above, with a hint that lets all cores take part in the digest.</summary>
    internal static LedgerVerification Verify(string path, DigestHint? hint, VerifyingKey? key, bool requireSignature, CancellationToken cancellationToken) =>
        Look(path, hint, key, requireSignature, cancellationToken).Verification;

    /// <summary>As above, with what a later look at the lines behind the last one goes on from.</summary>
    internal static LedgerLook Look(string path, DigestHint? hint, VerifyingKey? key, bool requireSignature, CancellationToken cancellationToken)
    {
        // Before the ledger: what is refreshed in between would speak of lines that were not there when the ledger was opened.
        var checkpoint = LedgerCheckpointCheck.Open(path, key, requireSignature);
        using var digest = LedgerDigestCheck.Open(path);
        using var file = LedgerSegments.Open(path);
        var length = RandomAccess.GetLength(file);
        var steps = digest is null ? null : DigestStepsCheck.TryBegin(hint, digest.Expected, length);
        if (digest is not null) digest.LikelyBytes = hint?.Bytes ?? 0;
        var segments = new LedgerSegments(path, file, length, steps?.PieceSize ?? PieceSize, steps is null && digest is not null ? digest.Add : null);
        var chain = new LedgerChainCheck(checkpoint.Size);
        OnAllCores(Workers(length, steps?.PieceSize ?? PieceSize), stop => Work(segments, steps, chain, checkpoint.Size, stop), cancellationToken);
        digest?.Accept(steps?.CoveredLines);
        digest?.Conclude(segments.WholeLength, segments.Lines, cancellationToken);
        var verification = Conclude(chain, digest, checkpoint, segments) with { Ledger = Path.GetFullPath(path) };
        return new LedgerLook(verification, chain.Endings, segments.WholeLength);
    }

    // No more than there is work for, and than there is memory for.
    private static int Workers(long length, int pieceSize) =>
        (int)Math.Min(Math.Min(Environment.ProcessorCount, MostBuffers / pieceSize), 1 + (length / (2 * PieceSize)));

    private static void OnAllCores(int workers, Action<CancellationToken> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? failure = null;
        var others = new Thread[workers - 1];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(Run) { IsBackground = true, Name = "ledger verification" };
            others[i].Start();
        }

        Run();
        foreach (var other in others) other.Join();
        cancellationToken.ThrowIfCancellationRequested();
        failure?.Throw();

        void Run()
        {
            try
            {
                work(stop.Token);
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
                stop.Cancel();
            }
        }
    }

    private static void Work(LedgerSegments segments, DigestStepsCheck? digest, LedgerChainCheck chain, long checkpointSize, CancellationToken stop)
    {
        var check = new SegmentCheck(checkpointSize);
        var segment = new LedgerSegment();
        while (!stop.IsCancellationRequested && segments.TryRead(segment))
        {
            digest?.Check(segment);
            chain.Add(segment.Index, check.Check(segment));
        }
    }

    private static LedgerVerification Conclude(LedgerChainCheck chain, LedgerDigestCheck? digest, LedgerCheckpointCheck checkpoint, LedgerSegments segments)
    {
        var signed = checkpoint.Conclude(chain, segments.WholeLength);
        var (finding, reason) = chain switch
        {
            { BadLines: > 0 } => (LedgerSignatureStatus.Tampered, $"line {chain.FirstBadLine}: {chain.Reason}"),
            { Endings.Late: { } late } when late.Last > checkpoint.Size => (LedgerSignatureStatus.Tampered, ExplainLate(late.Last, chain.Endings)),
            _ when signed.Tampering is { } tampering => (LedgerSignatureStatus.Tampered, tampering),
            _ when digest is { Trouble: { } trouble } => (LedgerSignatureStatus.Tampered, $"factory_ledger.sha256 cannot be read: {trouble}"),
            _ when digest is { CoveredLines: null } => (LedgerSignatureStatus.Tampered,
                "factory_ledger.sha256 is the digest neither of the ledger nor of its first lines: the last line that it covered was changed, lines were removed at the end, or the digest itself was changed"),
            _ when segments.IsTorn => (LedgerSignatureStatus.Torn, $"bytes without a final LF follow line {chain.Lines}: a crash left them, or an append is going on; the next append moves them to quarantine"),
            { Lines: 0 } => (LedgerSignatureStatus.Empty, "the ledger has no line"),
            { FirstChained: 1 } => (LedgerSignatureStatus.Verified, null),
            _ => (chain.FirstChained is null ? LedgerSignatureStatus.Unchained : LedgerSignatureStatus.Partial,
                $"unchained before line {chain.FirstChained ?? chain.Lines + 1}: an older Factory wrote those lines without a chain"),
        };
        var status = ToStatus(finding);
        if (signed.Status is { } worse && status is not RunStatus.Blocked) (status, reason) = (worse, reason is null ? signed.Reason : $"{reason}; {signed.Reason}");
        if (chain.Endings.Late is { } signedLate && status == RunStatus.Pass) (status, reason) = (RunStatus.Warn, $"{ExplainLate(signedLate.Last, chain.Endings)}; a checkpoint covers it");
        return new LedgerVerification(
            status, new LedgerSignature(finding), chain.Lines, chain.Root(), chain.FirstBadLine, reason, chain.BadLines,
            chain is { Lines: > 0, FirstChained: null or > 1 } ? chain.FirstChained ?? chain.Lines + 1 : null,
            digest?.CoveredLines, signed.Finding);
    }

    private static string ExplainLate(long line, RunEndings endings) =>
        $"line {line}: it is of {endings.LateRun}, which had ended before, and is no attestation: Factory appends no such line";

    private static RunStatus ToStatus(LedgerSignatureStatus finding) => finding switch
    {
        LedgerSignatureStatus.Verified => RunStatus.Pass,
        LedgerSignatureStatus.Tampered => RunStatus.Blocked,
        _ => RunStatus.Warn,
    };
}

/// <summary>What a look at a whole ledger found, and where it ended.</summary>
/// <param name="Verification">What it found.</param>
/// <param name="Endings">How far the runs had come.</param>
/// <param name="End">Where the last whole line ended, in bytes.</param>
internal sealed record LedgerLook(LedgerVerification Verification, RunEndings Endings, long End);
