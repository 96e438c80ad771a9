using System.Buffers;

namespace Factory.Core.Guards.Secrets;

/// <summary>A secret in a text.</summary>
/// <param name="Rule">The rule that found it.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
public readonly record struct SecretSpan(SecretRule Rule, int Start, int End);

/// <summary>
/// Finds the secrets in a text. The keywords of all rules are searched at once with vector instructions; a pattern runs only
/// where one was found, so ordinary source text passes at the speed of memory.
/// </summary>
public sealed class SecretScanner
{
    // Measured: with more, the vector search meets so many false beginnings that two searches are faster than one.
    private const int KeywordsAtOnce = 24;
    private static readonly Lazy<SecretScanner> Shared = new(() => new SecretScanner(SecretRuleSet.BuiltIn.Rules));
    private readonly KeywordIndex[] _indexes;

    /// <summary>Makes a scanner for rules.</summary>
    public SecretScanner(IReadOnlyList<SecretRule> rules)
    {
        LongestBefore = rules.Max(rule => rule.Before);
        var keywords = rules.SelectMany((rule, order) => rule.Keywords.Select(keyword => new KeywordUse(keyword, rule, order)));
        _indexes = [.. keywords
            .GroupBy(use => use.Rule.IgnoreCase)
            .SelectMany(kind => kind.GroupBy(use => use.Keyword, StringComparer.Ordinal).OrderBy(uses => uses.Key, StringComparer.Ordinal).Chunk(KeywordsAtOnce).Select(uses => new KeywordIndex(uses, kind.Key)))];
    }

    /// <summary>The scanner of the rules of this build.</summary>
    public static SecretScanner BuiltIn => Shared.Value;

    /// <summary>How far before a keyword a secret may begin, over all rules.</summary>
    public int LongestBefore { get; }

    /// <summary>Finds the secrets whose keyword begins in a part of the text; what surrounds the part is looked at too.</summary>
    /// <returns>The secrets in the order of their places; of two that overlap, that of the earlier rule.</returns>
    public IReadOnlyList<SecretSpan> Find(ReadOnlySpan<char> text, int from, int to)
    {
        List<(SecretSpan Span, int Order)>? found = null;
        foreach (var index in _indexes) index.Find(text, from, to, ref found);
        return found is null ? [] : Settle(found);
    }

    /// <summary>Finds the secrets of a whole text.</summary>
    public IReadOnlyList<SecretSpan> Find(ReadOnlySpan<char> text) => Find(text, 0, text.Length);

    private static List<SecretSpan> Settle(List<(SecretSpan Span, int Order)> found)
    {
        var kept = new List<SecretSpan>();
        foreach (var (span, _) in found.OrderBy(one => one.Order).ThenBy(one => one.Span.Start))
            if (!kept.Exists(other => span.Start < other.End && other.Start < span.End)) kept.Add(span);
        kept.Sort((left, right) => left.Start.CompareTo(right.Start));
        return kept;
    }

    private readonly record struct KeywordUse(string Keyword, SecretRule Rule, int Order);

    /// <summary>Some of the keywords, all of rules for which case counts or all of rules for which it does not.</summary>
    private sealed class KeywordIndex
    {
        private readonly StringComparison _comparison;
        private readonly SearchValues<string> _keywords;
        private readonly KeywordUse[][] _byFirst = new KeywordUse[128][];

        public KeywordIndex(IReadOnlyCollection<IGrouping<string, KeywordUse>> uses, bool ignoreCase)
        {
            _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            _keywords = SearchValues.Create([.. uses.Select(use => use.Key)], _comparison);
            foreach (var group in uses.GroupBy(use => use.Key[0]))
                foreach (var first in (char[])(ignoreCase ? [char.ToLowerInvariant(group.Key), char.ToUpperInvariant(group.Key)] : [group.Key]))
                    _byFirst[first] = [.. group.SelectMany(use => use)];
        }

        public void Find(ReadOnlySpan<char> text, int from, int to, ref List<(SecretSpan Span, int Order)>? found)
        {
            for (var at = from; at < to; at++)
            {
                var next = text[at..].IndexOfAny(_keywords);
                if (next < 0 || at + next >= to) return;
                at += next;
                // The Kelvin sign is a K to a search without case, and no first character of a keyword.
                if (text[at] >= _byFirst.Length) continue;
                foreach (var (keyword, rule, order) in _byFirst[text[at]] ?? [])
                {
                    if (!text[at..].StartsWith(keyword, _comparison) || rule.Find(text, at) is not { } range) continue;
                    (found ??= []).Add((new SecretSpan(rule, range.Start.Value, range.End.Value), order));
                }
            }
        }
    }
}
