namespace Factory.Core.Guards.Secrets;

/// <summary>A secret in a text.</summary>
/// <param name="Rule">The rule that found it.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
public readonly record struct SecretSpan(SecretRule Rule, int Start, int End);

/// <summary>
/// Finds the secrets in a text. One pass finds the keywords of all rules; a pattern runs only where one is, so ordinary source
/// text passes nearly at the speed of that pass.
/// </summary>
public sealed class SecretScanner
{
    private static readonly Lazy<SecretScanner> Shared = new(() => new SecretScanner(SecretRuleSet.BuiltIn.Rules));
    private readonly WordTable _keywords;
    private readonly KeywordUse[][] _uses;
    private readonly int _ruleCount;

    /// <summary>Makes a scanner for rules.</summary>
    public SecretScanner(IReadOnlyList<SecretRule> rules)
    {
        LongestBefore = rules.Max(rule => rule.Before);
        var uses = rules.SelectMany((rule, order) => rule.Keywords.Select(keyword => (Key: (keyword, rule.IgnoreCase), Use: new KeywordUse(rule, order, keyword)))).ToLookup(one => one.Key, one => one.Use);
        _keywords = new WordTable([.. uses.Select(keyword => keyword.Key)]);
        (_uses, _ruleCount) = ([.. uses.Select(keyword => keyword.ToArray())], rules.Count);
    }

    /// <summary>The scanner of the rules of this build.</summary>
    public static SecretScanner BuiltIn => Shared.Value;

    /// <summary>How far before a keyword a secret may begin, over all rules.</summary>
    public int LongestBefore { get; }

    /// <summary>Finds the secrets whose keyword begins in a part of the text; what surrounds the part is looked at too.</summary>
    /// <returns>The secrets in the order of their places; of two that overlap, that of the earlier rule, or else the one that begins first.</returns>
    public IReadOnlyList<SecretSpan> Find(ReadOnlySpan<char> text, int from, int to)
    {
        SearchMemory? memory = null;
        for (var at = _keywords.Next(text, from, to, out var keywords); at < to; at = _keywords.Next(text, at + 1, to, out keywords))
        {
            var four = WordTable.Read(text, at);
            foreach (var keyword in keywords)
            {
                if (!keyword.StandsAt(text, at, four)) continue;
                memory ??= new SearchMemory(_ruleCount);
                foreach (var use in _uses[keyword.Place])
                    if (use.MayFit(text, at, memory)) use.Rule.Find(text, at, use, memory);
            }
        }

        return memory?.Settle() ?? [];
    }

    /// <summary>Finds the secrets of a whole text.</summary>
    public IReadOnlyList<SecretSpan> Find(ReadOnlySpan<char> text) => Find(text, 0, text.Length);
}
