using Factory.Core.Guards.Secrets;

namespace Factory.Core.Tests.Guards.Secrets;

/// <summary>Makes texts that are nothing but what rules look for: keywords, what stands between a name and its value, tokens, and halves of them.</summary>
internal static class HostileText
{
    private static readonly string[] Keywords = [.. SecretRuleSet.BuiltIn.Rules.SelectMany(rule => rule.Keywords).Distinct()];
    private static readonly string[] Separators = [" ", "=", ":", "=>", ":=", "==", "\"", "'", "`", ";", "@", "/", ",", ")", "\\", "%20", "%3D", "-", "_", ".", "+", "~", "\t", "\n", "\r\n", "bearer ", "sk-", "\u00e9", "\u00a0"];
    private static readonly string[] Tokens = ["a1", "A", "aaaaaaaaa", "Ab3dE5gH7jK9mN1p", "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "PRIVATE KEY", "example", "EXAMPLE", "passw0rd", "xxxxx", "T3BlbkFJ", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"];
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Characters that are one byte of Latin-1 each.</summary>
    public static string Of(Random random, int length)
    {
        // Of few kinds of pieces each text makes other long words, and more that repeats.
        var (keywords, separators) = (Some(random, Keywords), Some(random, Separators));
        var text = new System.Text.StringBuilder();
        while (text.Length < length)
        {
            var piece = random.Next(8) switch
            {
                0 or 1 => random.GetItems(keywords, 1)[0],
                2 or 3 => random.GetItems(separators, 1)[0],
                4 => random.GetItems(Tokens, 1)[0],
                5 => SecretSamples.Of(random, random.Next(70), Alphabet),
                6 => Half(random, SecretSamples.ByRule.Values.ElementAt(random.Next(SecretSamples.ByRule.Count))(random).Line),
                _ => string.Concat(Enumerable.Repeat(random.GetItems(keywords, 1)[0] + random.GetItems(separators, 1)[0], random.Next(30))),
            };
            text.Append(random.Next(20) == 0 ? piece.ToUpperInvariant() : piece);
        }

        return text.ToString();
    }

    private static string[] Some(Random random, string[] all) => random.Next(2) == 0 ? all : random.GetItems(all, 1 + random.Next(6));

    private static string Half(Random random, string line) => random.Next(3) == 0 ? line : line[random.Next(line.Length)..] + line[..random.Next(line.Length)];
}
