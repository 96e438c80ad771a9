using System.Globalization;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>Words for a ledger that must not be appended to, because what it held before is not what it holds now.</summary>
internal static class LedgerRefusal
{
    private const string Restore =
        "Restore the ledger from a backup; or move the ledger and its checkpoint files (factory_ledger.checkpoint, factory_ledger.frontier.json, "
        + "factory_ledger.sha256) aside, keep them as evidence, and run again to begin a new ledger.";

    /// <summary>It is shorter than its checkpoint says.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="has">What is there.</param>
    /// <param name="atLeast">What the checkpoint covers.</param>
    /// <param name="unit">What both count: bytes or lines.</param>
    /// <param name="torn">How many bytes there are that are no part of a whole line.</param>
    public static FactoryException Shorter(string ledger, long has, long atLeast, string unit, long torn = 0) => Of(
        ledger,
        string.Create(CultureInfo.InvariantCulture, $"is shorter than its checkpoint by {atLeast - has} {unit}: it holds {has} in whole lines")
            + (torn > 0 ? string.Create(CultureInfo.InvariantCulture, $" (and {torn} bytes of a torn one)") : "")
            + string.Create(CultureInfo.InvariantCulture, $", the checkpoint covers {atLeast}; no crash does that, so nothing was written and nothing was repaired"),
        Restore);

    /// <summary>It is missing although a checkpoint of it exists.</summary>
    public static FactoryException Missing(string ledger, long atLeast, string unit) => Of(
        ledger,
        string.Create(CultureInfo.InvariantCulture, $"is missing, but its checkpoint covers {atLeast} {unit}: it is shorter than its checkpoint by all of them; nothing was written"),
        Restore);

    /// <summary>Its checkpoint cannot be read, so nobody can tell how long it must be.</summary>
    public static FactoryException Uncheckable(string ledger, string checkpoint, string reason) => Of(
        ledger, $"has a checkpoint that cannot be read ({checkpoint}: {reason}), so whether lines are missing cannot be told; nothing was written", Restore);

    /// <summary>A line that this writer had made durable is gone or was changed.</summary>
    public static FactoryException Changed(string ledger, long end, long length) => Of(
        ledger,
        length < end
            ? string.Create(CultureInfo.InvariantCulture, $"was cut by {end - length} bytes after this run had written up to byte {end}; nothing was written")
            : string.Create(CultureInfo.InvariantCulture, $"no longer holds the line that this run wrote before byte {end}; nothing was written"),
        Restore);

    /// <summary>Its line ends were converted.</summary>
    public static FactoryException Converted(string ledger) => Of(
        ledger,
        "ends in CRLF: an editor, or git with core.autocrlf, converted its line ends, and so changed the bytes that every hash covers; nothing was written",
        "Put '*.jsonl -text' into .gitattributes and check the ledger out again, or remove the carriage returns (no line of a ledger holds any other); then verify it with 'factory ledger-verify'.");

    private static FactoryException Of(string ledger, string what, string action) => new(BlockerKind.Policy, $"the ledger {ledger} {what}", action, ledger);
}
