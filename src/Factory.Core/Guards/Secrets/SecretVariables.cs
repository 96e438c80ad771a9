namespace Factory.Core.Guards.Secrets;

/// <summary>
/// Environment variables whose name says that the value is a secret. Such a value need not look like one to any rule, and
/// still must not be repeated.
/// </summary>
public static class SecretVariables
{
    // A shorter value is an ordinary word or a switch, and would be cut out of ordinary messages.
    private const int Shortest = 8;
    private static readonly string[] Endings = ["TOKEN", "SECRET", "PASSWORD", "PASSPHRASE", "PASSWD", "API_KEY", "APIKEY", "ACCESS_KEY", "PRIVATE_KEY", "CREDENTIAL", "CREDENTIALS"];

    /// <summary>The values of those variables, with no paths and no placeholders among them.</summary>
    public static IEnumerable<string> Values(IEnumerable<KeyValuePair<string, string>> variables) =>
        variables.Where(variable => IsSecret(variable.Key) && IsValue(variable.Value)).Select(variable => variable.Value);

    private static bool IsSecret(string name) => Array.Exists(Endings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static bool IsValue(string value) => value.Length >= Shortest && !Path.IsPathRooted(value) && !value.Contains('{', StringComparison.Ordinal);
}
