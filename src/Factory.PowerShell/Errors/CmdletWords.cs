using System.Text.RegularExpressions;

namespace Factory.PowerShell.Errors;

/// <summary>Says a next step in the words of the module: the core names the verbs and options of the command line.</summary>
internal static partial class CmdletWords
{
    private static readonly Dictionary<string, string> Verbs = new(StringComparer.Ordinal)
    {
        ["ledger-verify"] = "Test-FactoryLedger",
        ["ledger"] = "Get-FactoryLedger",
        ["oneshot"] = "Invoke-FactoryOneshot",
        ["doctor"] = "Test-FactoryDoctor",
        ["attest"] = "New-FactoryAttestation",
        ["verify"] = "Test-FactoryAttestation",
        ["key new"] = "New-FactoryKey",
        ["init"] = "New-FactoryConfig",
    };

    private static readonly Dictionary<string, string> Options = new(StringComparer.Ordinal)
    {
        ["--dry-run"] = "-DryRun",
        ["--public-key"] = "-PublicKey",
        ["--run-id"] = "-RunId",
        ["--run-dir"] = "-RunDir",
        ["--config"] = "-ConfigPath",
        ["--key"] = "-Key",
        ["--force"] = "-Force",
    };

    /// <summary>The next step for somebody in PowerShell. A verb or an option that only the command line has stays as it is, and all of its call.</summary>
    public static string Of(string nextAction)
    {
        var (words, at) = (new System.Text.StringBuilder(), 0);
        foreach (Match call in Call().Matches(nextAction))
        {
            words.Append(InModule(nextAction[at..call.Index]));
            var rest = InModule(call.Groups["rest"].Value);
            var isInModule = Verbs.TryGetValue(call.Groups["verb"].Value, out var cmdlet) && !Option().IsMatch(rest);
            words.Append(isInModule ? cmdlet + rest : call.Value);
            at = call.Index + call.Length;
        }

        return words.Append(InModule(nextAction[at..])).ToString();
    }

    private static string InModule(string text) => Option().Replace(text, option => Options.GetValueOrDefault(option.Value, option.Value));

    // A call reaches to the end of its quotes, of its brackets or of its part of the sentence.
    [GeneratedRegex(@"\bfactory (?<verb>key [a-z]+|[a-z]+(?:-[a-z]+)*)(?<rest>[^`')(,;]*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Call();

    [GeneratedRegex(@"(?<![-\w])--[a-z]+(?:-[a-z]+)*", RegexOptions.CultureInvariant)]
    private static partial Regex Option();
}
