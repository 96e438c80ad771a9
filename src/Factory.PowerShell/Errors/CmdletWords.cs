namespace Factory.PowerShell.Errors;

/// <summary>Says a next step in the words of the module: the core names the verbs and options of the command line.</summary>
internal static class CmdletWords
{
    // The longer name first where one begins with another.
    private static readonly (string Verb, string Cmdlet)[] Words =
    [
        ("factory ledger-verify", "Test-FactoryLedger"),
        ("factory ledger", "Get-FactoryLedger"),
        ("factory oneshot --dry-run", "Invoke-FactoryOneshot -DryRun"),
        ("factory oneshot", "Invoke-FactoryOneshot"),
        ("factory doctor", "Test-FactoryDoctor"),
        ("factory attest", "New-FactoryAttestation"),
        ("factory verify", "Test-FactoryAttestation"),
        ("factory key new", "New-FactoryKey"),
        ("factory init", "New-FactoryConfig"),
        ("--public-key", "-PublicKey"),
        ("--run-id", "-RunId"),
        ("--run-dir", "-RunDir"),
        ("--key", "-Key"),
        ("--force", "-Force"),
    ];

    /// <summary>The next step for somebody in PowerShell. Verbs without a cmdlet stay as they are.</summary>
    public static string Of(string nextAction)
    {
        // A ledger's other verbs have no cmdlet, and begin with the name of one that has.
        foreach (var (verb, cmdlet) in Words)
        {
            for (var at = nextAction.IndexOf(verb, StringComparison.Ordinal); at >= 0; at = nextAction.IndexOf(verb, at + 1, StringComparison.Ordinal))
            {
                var end = at + verb.Length;
                if (end < nextAction.Length && (nextAction[end] == '-' || char.IsAsciiLetterOrDigit(nextAction[end]))) continue;
                nextAction = string.Concat(nextAction.AsSpan(0, at), cmdlet, nextAction.AsSpan(end));
            }
        }

        return nextAction;
    }
}
