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

    // In one long word that begins again and again with a keyword, each beginning is a try of all that follows. After so
    // many tries only those count that are near the word's end, as every real secret is.
    private const int MostTriesInAWord = 8, LongestEnd = 128;
    private static readonly Lazy<SecretScanner> Shared = new(() => new SecretScanner(SecretRuleSet.BuiltIn.Rules));
    private static readonly Comparer<SecretSpan> ByStart = Comparer<SecretSpan>.Create((left, right) => left.Start.CompareTo(right.Start));
    private readonly KeywordIndex[] _indexes;

    /// <summary>Makes a scanner for rules.</summary>
    public SecretScanner(IReadOnlyList<SecretRule> rules)
    {
        LongestBefore = rules.Max(rule => rule.Before);
        var keywords = rules.SelectMany((rule, order) => rule.Keywords.Select(keyword => new KeywordUse(keyword, rule, rule.ReachBefore(keyword), order)));
        _indexes = [.. keywords
            .GroupBy(use => use.Rule.IgnoreCase)
            .SelectMany(kind => kind.GroupBy(use => use.Keyword, StringComparer.Ordinal).OrderBy(uses => uses.Key, StringComparer.Ordinal).Chunk(KeywordsAtOnce).Select(uses => new KeywordIndex(uses, kind.Key, rules.Count)))];
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
        // By their beginnings; none overlaps another, so only its neighbours can overlap a new one.
        var kept = new List<SecretSpan>();
        foreach (var (span, _) in found.OrderBy(one => one.Order).ThenBy(one => one.Span.Start))
        {
            var place = kept.BinarySearch(span, ByStart);
            if (place >= 0) continue;
            place = ~place;
            if (place > 0 && kept[place - 1].End > span.Start) continue;
            if (place < kept.Count && span.End > kept[place].Start) continue;
            kept.Insert(place, span);
        }

        return kept;
    }

    private readonly record struct KeywordUse(string Keyword, SecretRule Rule, (int Least, int Most) Reach, int Order);

    /// <summary>Some of the keywords, all of rules for which case counts or all of rules for which it does not.</summary>
    private sealed class KeywordIndex
    {
        private readonly StringComparison _comparison;
        // Of a second character, to leave most keywords out at once; what it lets through is compared in full.
        private readonly int _caseBit;
        private readonly int _ruleCount;
        private readonly SearchValues<string> _keywords;
        private readonly KeywordUse[][] _byFirst = new KeywordUse[128][];

        public KeywordIndex(IReadOnlyCollection<IGrouping<string, KeywordUse>> uses, bool ignoreCase, int ruleCount)
        {
            _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            _ruleCount = ruleCount;
            _caseBit = ignoreCase ? 0x20 : 0;
            _keywords = SearchValues.Create([.. uses.Select(use => use.Key)], _comparison);
            foreach (var group in uses.GroupBy(use => use.Key[0]))
                foreach (var first in (char[])(ignoreCase ? [char.ToLowerInvariant(group.Key), char.ToUpperInvariant(group.Key)] : [group.Key]))
                    _byFirst[first] = [.. group.SelectMany(use => use)];
        }

        public void Find(ReadOnlySpan<char> text, int from, int to, ref List<(SecretSpan Span, int Order)>? found)
        {
            Span<(int End, int Tries)> words = stackalloc (int, int)[_ruleCount];
            words.Clear();
            for (var at = from; at < to; at++)
            {
                var next = text[at..].IndexOfAny(_keywords);
                if (next < 0 || at + next >= to) return;
                at += next;
                // The Kelvin sign is a K to a search without case, and no first character of a keyword.
                if (text[at] >= _byFirst.Length) continue;
                var second = at + 1 < text.Length ? text[at + 1] | _caseBit : 0;
                foreach (var (keyword, rule, reach, order) in _byFirst[text[at]] ?? [])
                {
                    if ((keyword[1] | _caseBit) != second || !text[at..].StartsWith(keyword, _comparison)) continue;
                    ref var word = ref words[order];
                    if (at >= word.End) word = default;
                    else if (++word.Tries > MostTriesInAWord && word.End - at > LongestEnd) continue;
                    var secret = rule.Find(text, at, reach, out var rejected);
                    word.End = Math.Max(word.End, rejected);
                    if (secret is not { } range) continue;
                    (found ??= []).Add((new SecretSpan(rule, range.Start.Value, range.End.Value), order));
                }
            }
        }
    }
}
