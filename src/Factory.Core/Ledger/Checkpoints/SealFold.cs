using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>Folds a ledger for a seal: from the last seal's frontier where it can be believed, else from the first line.</summary>
internal static class SealFold
{
    private const int LongestLineBack = LedgerLineEncoder.LongestLine + 1;

    /// <summary>Continues from the frontier.</summary>
    /// <returns>Null when there is none that checkpoint and digest agree with; why is for a whole scan to find out.</returns>
    public static LedgerFold? Continue(LedgerPaths paths, SealRecord record, CancellationToken cancellationToken)
    {
        if (!record.MayContinue) return null;
        var frontier = record.Frontier!;
        LedgerFold fold;
        using (var ledger = File.OpenHandle(paths.Ledger, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            var end = ReadBefore(ledger, frontier.Bytes);
            if (end[^1] != '\n') return null;
            fold = new LedgerFold(frontier, end.AsSpan(end.Length - (int)(frontier.Bytes - frontier.TailStateAt)), LastLine(end, end.Length == frontier.Bytes));
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
        using var lines = new LedgerLines(paths.Ledger, start);
        record.Observe(fold);
        while (lines.TryRead(out var line))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (line.IsTooLong) throw LedgerTampering.LineTooLong(paths.Ledger, fold.Lines + 1);
            fold.Add(line.Bytes.Span);
            record.Observe(fold);
        }

        return record.Agrees ? fold : null;
    }

    private static ReadOnlySpan<byte> LastLine(ReadOnlySpan<byte> end, bool isWhole)
    {
        var text = end[..^1];
        var before = text.LastIndexOf((byte)'\n');
        return before >= 0 || isWhole ? text[(before + 1)..] : default;
    }

    private static byte[] ReadBefore(SafeFileHandle ledger, long end)
    {
        var bytes = new byte[Math.Min(end, LongestLineBack + 1)];
        LedgerTail.ReadExactly(ledger, bytes, end - bytes.Length);
        return bytes;
    }
}
