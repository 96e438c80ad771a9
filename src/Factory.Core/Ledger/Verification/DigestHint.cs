using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Ledger.Verification;

/// <summary>
/// What is said, and not believed, about the digest of a ledger's first bytes: the state of SHA-256 after each step, so
/// that the steps can be computed side by side.
/// </summary>
/// <param name="Bytes">How many bytes the digest covers.</param>
/// <param name="Step">How many bytes lie between two states: whole blocks of 64.</param>
/// <param name="States">The states, 32 bytes each: after one step, after two, and so on.</param>
internal sealed record DigestHint(long Bytes, int Step, IReadOnlyList<ReadOnlyMemory<byte>> States)
{
    /// <summary>Reads the hint beside a ledger, which the last seal left; null when there is none.</summary>
    public static DigestHint? Read(string ledger) =>
        Path.GetFileName(ledger) == LedgerPaths.LedgerName && LedgerPaths.OfFile(ledger) is var paths && LedgerFrontier.Read(paths) is { } frontier
            ? new DigestHint(frontier.Bytes, (int)LedgerFrontier.DigestStep, frontier.DigestStates)
            : null;
}
