namespace Factory.Core.Tests.Ledger.Faults;

/// <summary>
/// How much the fault tests do. Each change is held against a part of the faults, so that nobody waits long; with
/// LEDGER_FAULTS=full in the environment all of them are tried, which is what the published figures come from.
/// </summary>
internal static class FaultScale
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("LEDGER_FAULTS") == "full";

    /// <summary>One of two counts.</summary>
    public static int Of(int usual, int full) => IsFull ? full : usual;

    /// <summary>Whether a byte is tried: every one, on Windows every ninth, because opening files costs far more there.</summary>
    public static bool IsDue(int index) => IsFull || !OperatingSystem.IsWindows() || index % 9 == 0;

    /// <summary>All calls; or each kind of call once, and every third one.</summary>
    public static List<TracedCall> Of(List<TracedCall> calls) => IsFull ? calls : [.. calls.Where((call, index) => call.Occurrence == 1 || index % 3 == 0)];
}
