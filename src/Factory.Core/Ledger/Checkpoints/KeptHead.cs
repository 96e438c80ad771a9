using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>Holds a ledger against a head that a run printed and somebody kept elsewhere.</summary>
public static class KeptHead
{
    /// <summary>Why the ledger is not a continuation of what the head speaks of; null when it is.</summary>
    /// <param name="ledgerPath">The ledger.</param>
    /// <param name="head">The head.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FactoryException">The ledger is missing or cannot be read.</exception>
    public static string? Explain(string ledgerPath, LedgerHead head, CancellationToken cancellationToken = default)
    {
        using var lines = new LedgerLines(ledgerPath);
        var tree = new MerkleTree();
        while (tree.Size < head.Size && lines.TryRead(out var line) && line is { HasLineFeed: true, IsTooLong: false })
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (tree.Size == 0 && LedgerCheckpoint.OriginOf(line.Bytes.Span) is var origin && origin != head.Origin)
                return $"it is {origin}, and the head that was kept is of {head.Origin}: its first line was changed, or it is another ledger";
            tree.AddLeafHash(LedgerHash.Leaf(line.Bytes.Span));
        }

        if (tree.Size < head.Size) return $"it has {tree.Size} whole lines, and the head that was kept speaks of {head.Size}: lines were removed";
        return Convert.ToBase64String(tree.Root()) == head.Root ? null : $"its first {head.Size} lines are not those of the head that was kept: a line was changed, removed, added or moved";
    }

    /// <summary>A verification, with what the head says beside it.</summary>
    /// <inheritdoc cref="Explain"/>
    public static LedgerVerification Judge(LedgerVerification verification, LedgerHead head, CancellationToken cancellationToken = default) =>
        Explain(verification.Ledger!, head, cancellationToken) is not { } problem ? verification : verification with
        {
            Status = RunStatus.Blocked,
            Signature = new LedgerSignature(LedgerSignatureStatus.Tampered),
            Reason = verification.Reason is null ? problem : $"{verification.Reason}; {problem}",
        };
}
