using System.Text.Json;
using System.Text.RegularExpressions;
using Factory.Core.Guards.Secrets;

namespace Factory.Core.Tests.Guards.Secrets;

/// <summary>
/// What the rules mean, written as plainly as can be and with no regard to speed: each keyword is looked for at every place of
/// the text, and the whole pattern of its rule is tried by .NET's regular expressions at every place where it may begin.
/// </summary>
internal static class PlainSecretSearch
{
    private static readonly string[] BodyEnds = ["-----END", "-----BEGIN", "Private-MAC", "PuTTY-User-Key-File-"];
    private static readonly Regex Body = new("[A-Za-z0-9+/=]{40}", RegexOptions.NonBacktracking);
    private static readonly Lazy<SecretRulesDocument> Document = new(() =>
    {
        using var stream = typeof(SecretRuleSet).Assembly.GetManifestResourceStream("schemas/secret_rules.json")!;
        return JsonSerializer.Deserialize(stream, SecretRulesJson.Default.SecretRulesDocument)!;
    });

    private static readonly Lazy<Regex[]> Patterns = new(() => [.. Document.Value.Rules.Select(WholePattern)]);

    /// <summary>The rules as they are written.</summary>
    public static IReadOnlyList<SecretRuleEntry> Rules => Document.Value.Rules;

    /// <summary>What the rule finds where a text begins.</summary>
    public static Regex WholePattern(SecretRuleEntry rule) =>
        new($@"\A(?:{rule.Pattern})", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (rule.IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));

    /// <summary>The secrets of a text, in the order of their places; of two that overlap, that of the earlier rule, or else the one that begins first.</summary>
    public static IReadOnlyList<(string Rule, int Start, int End)> Find(string text)
    {
        var kept = new List<(string Rule, int Start, int End)>();
        foreach (var one in FindAll(text).Where(one => !kept.Exists(other => one.Start < other.End && other.Start < one.End))) kept.Add(one);
        return [.. kept.OrderBy(one => one.Start)];
    }

    /// <summary>The secrets of a text, those that overlap too, in the order in which they count.</summary>
    public static IEnumerable<(string Rule, int Start, int End)> FindAll(string text) => Rules.SelectMany((rule, order) =>
        rule.Keywords.SelectMany((keyword, place) => Places(text, keyword, rule.IgnoreCase)
                .Select(at => FindAround(text, at, rule, order, rule.Offsets is { } offsets ? (offsets[place], offsets[place]) : (rule.MinBefore, rule.Before))))
            .OfType<(int Start, int End)>()
            .Distinct()
            .OrderBy(one => one.Start).ThenByDescending(one => one.End)
            .Select(one => (rule.Id, one.Start, one.End)));

    private static IEnumerable<int> Places(string text, string keyword, bool ignoreCase)
    {
        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        for (var at = text.IndexOf(keyword, comparison); at >= 0; at = text.IndexOf(keyword, at + 1, comparison)) yield return at;
    }

    private static (int Start, int End)? FindAround(string text, int at, SecretRuleEntry rule, int order, (int Least, int Most) before)
    {
        var line = rule.Body ? -1 : text.IndexOf('\n', at);
        var end = Math.Min(at + rule.After, line < 0 ? text.Length : line);
        for (var start = Math.Max(0, at - before.Most); start <= at - before.Least; start++)
        {
            if (rule.Boundary is "both" or "start" && !StartsAWord(text, start)) continue;
            var match = Patterns.Value[order].Match(text[start..end]);
            var secret = match.Groups["secret"] is { Success: true } group ? group : match;
            var (from, to) = (start + secret.Index, start + secret.Index + secret.Length);
            if (!match.Success || to <= at) continue;
            if (!rule.Body && IsSecret(text, from, to, rule)) return (from, to);
            if (rule.Body && BodyEnd(text[to..end]) is { } body) return (from, to + body);
        }

        return null;
    }

    private static bool IsSecret(string text, int start, int end, SecretRuleEntry rule)
    {
        var secret = text[start..end];
        if (rule.Boundary is "both" or "end" && end < text.Length && IsWord(text[end])) return false;
        if (rule.Checksum is not null && TokenChecksum.IsRight(secret)) return true;
        if (rule.Mixed && !(secret.Any(char.IsAsciiDigit) && secret.Any(char.IsAsciiLetter))) return false;
        return Bits(secret[..Math.Min(secret.Length, 256)]) >= rule.MinEntropy - 1e-9
            && !Document.Value.Placeholders.Any(part => secret.Contains(part, StringComparison.OrdinalIgnoreCase))
            && !Document.Value.PlaceholderWords.Contains(secret, StringComparer.OrdinalIgnoreCase);
    }

    private static double Bits(string text) => text.GroupBy(c => c & 0xFF).Sum(group => group.Count() / (double)text.Length * Math.Log2(text.Length / (double)group.Count()));

    private static int? BodyEnd(string text)
    {
        var end = BodyEnds.Select(word => text.IndexOf(word, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(text.Length).Min();
        return Body.IsMatch(text[..end]) ? end : null;
    }

    private static bool StartsAWord(string text, int at) =>
        at == 0 || !IsWord(text[at - 1]) || (at > 1 && text[at - 2] == '\\') || (at > 2 && text[at - 3] == '%');

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
