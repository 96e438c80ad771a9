using Factory.Core.Ledger.Hashing;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>Folds a ledger for a seal: from the last seal's frontier where it can be believed, else from the first line.</summary>
internal static class SealFold
{
    // What follows the last whole block of a digest is shorter than a block; there is always the last LF to look at.
    private const int BlockAndLineFeed = 65;

    /// <summary>Continues from the frontier.</summary>
    /// <returns>Null when there is none that checkpoint and digest agree with; why is for a whole scan to find out.</returns>
    public static LedgerFold? Continue(LedgerPaths paths, SealRecord record, CancellationToken cancellationToken)
    {
        if (!record.MayContinue) return null;
        var frontier = record.Frontier!;
        LedgerFold fold;
        using (var ledger = File.OpenHandle(paths.Ledger, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            var end = new byte[Math.Min(frontier.Bytes, BlockAndLineFeed)];
            LedgerTail.ReadExactly(ledger, end, frontier.Bytes - end.Length);
            if (end[^1] != '\n') return null;
            fold = new LedgerFold(frontier, end.AsSpan(end.Length - (int)(frontier.Bytes - frontier.TailStateAt)));
        }

        return Fold(paths, record, fold, frontier.Bytes, cancellationToken);
    }

    /// <summary>Folds the whole ledger.</summary>
    /// <exception cref="Contracts.FactoryException">BLOCKED: it is not what was sealed.</exception>
    public static LedgerFold FromStart(LedgerPaths paths, SealRecord record, CancellationToken cancellationToken)
    {
        var fold = new LedgerFold();
        record.Restart();
        return Fold(paths, record, fold, 0, cancellationToken) ?? throw LedgerTampering.Found(paths.Ledger, record.ExplainDisagreement(fold.Lines));
    }

    private static LedgerFold? Fold(LedgerPaths paths, SealRecord record, LedgerFold fold, long start, CancellationToken cancellationToken)
    {
        using var lines = new HashedLines(paths.Ledger, start);
        record.Observe(fold);
        while (lines.TryRead(out var line, out var leaf))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (line.IsTooLong) throw LedgerTampering.LineTooLong(paths.Ledger, fold.Lines + 1);
            fold.Add(line.Bytes.Span, leaf);
            record.Observe(fold);
        }

        return record.Agrees ? fold : null;
    }
}
