using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>Words for a ledger that is not what was sealed. It is never repaired: the evidence must stay as it is.</summary>
internal static class LedgerTampering
{
    /// <summary>A BLOCKED that says what does not agree.</summary>
    public static FactoryException Found(string ledger, string what) => new(
        BlockerKind.Policy, $"the ledger {ledger} was tampered with: {what}",
        "Verify it (factory ledger-verify) to see where. Then restore the ledger from a backup, or move it and its factory_ledger.* files aside to begin a new one, and keep them.", ledger);

    /// <summary>A line that no Factory wrote, too long to be read in one piece.</summary>
    public static FactoryException LineTooLong(string ledger, long line) =>
        Found(ledger, $"line {line} is longer than {LedgerLines.LongestLine >> 20} MiB, and no Factory writes such a line");
}
