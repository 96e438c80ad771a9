using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>
/// Checks a ledger against its own chain and against the digest beside it. What this cannot show: a whole ledger and
/// digest replaced together by someone who can write both.
/// </summary>
public static class LedgerVerifier
{
    /// <summary>Reads the whole ledger, past anything wrong, in memory that does not grow with it.</summary>
    /// <exception cref="FactoryException">The ledger is missing or cannot be read.</exception>
    public static LedgerVerification Verify(string path, CancellationToken cancellationToken = default)
    {
        // The digest before the ledger: a digest refreshed in between would cover lines that were not there when the ledger was opened.
        using var digest = LedgerDigestCheck.Open(path);
        using var lines = new LedgerLines(path);
        var chain = new LedgerChainCheck();
        var isTorn = false;
        while (lines.TryRead(out var line))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!line.HasLineFeed)
            {
                isTorn = true;
                break;
            }

            chain.Add(line);
            digest?.Add(line);
        }

        return Conclude(chain, digest, isTorn);
    }

    private static LedgerVerification Conclude(LedgerChainCheck chain, LedgerDigestCheck? digest, bool isTorn)
    {
        var isMismatch = digest is { CoveredLines: null };
        var (finding, reason) = chain switch
        {
            { BadLines: > 0 } => (LedgerSignatureStatus.Tampered, $"line {chain.FirstBadLine}: {chain.Reason}"),
            _ when isMismatch => (LedgerSignatureStatus.Tampered,
                "factory_ledger.sha256 is the digest neither of the ledger nor of its first lines: the last line that it covered was changed, lines were removed at the end, or the digest itself was changed"),
            _ when isTorn => (LedgerSignatureStatus.Torn, $"bytes without a final LF follow line {chain.Lines}: a crash left them, or an append is going on; the next append moves them to quarantine"),
            { Lines: 0 } => (LedgerSignatureStatus.Empty, "the ledger has no line"),
            { FirstChained: 1 } => (LedgerSignatureStatus.Verified, null),
            _ => (chain.FirstChained is null ? LedgerSignatureStatus.Unchained : LedgerSignatureStatus.Partial,
                $"unchained before line {chain.FirstChained ?? chain.Lines + 1}: an older Factory wrote those lines without a chain"),
        };
        return new LedgerVerification(
            ToStatus(finding), new LedgerSignature(finding), chain.Lines, chain.Root(), chain.FirstBadLine, reason, chain.BadLines,
            chain is { Lines: > 0, FirstChained: null or > 1 } ? chain.FirstChained ?? chain.Lines + 1 : null,
            digest?.CoveredLines);
    }

    private static RunStatus ToStatus(LedgerSignatureStatus finding) => finding switch
    {
        LedgerSignatureStatus.Verified => RunStatus.Pass,
        LedgerSignatureStatus.Tampered => RunStatus.Blocked,
        _ => RunStatus.Warn,
    };
}
