using Factory.Core.Tests.Ledger.Faults;

/// <summary>
/// The runtime calls this before a program's Main when DOTNET_STARTUP_HOOKS names this assembly: so the test program also
/// serves as a small host that appends, without starting a test runner.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (!LedgerHost.IsAsked) return;
        LedgerHost.AppendAsAsked();
        Environment.Exit(0);
    }
}
