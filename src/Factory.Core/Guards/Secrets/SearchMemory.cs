namespace Factory.Core.Guards.Secrets;

/// <summary>What one search of one text remembers, so that no text makes it look at the same characters again and again.</summary>
internal sealed class SearchMemory(int rules)
{
    private const int LongestName = 64, MostQuotes = 3, MostSpaces = 8;
    private static readonly CharacterSet Name = CharacterSet.Parse("a-z0-9_.-", ignoreCase: true);
    private readonly RuleMemory?[] _rules = new RuleMemory?[rules];
    private (int From, int End) _line;
    private (int From, int End) _name;
    private (int At, bool Is) _assigned = (-1, false);

    /// <summary>What is remembered for a rule.</summary>
    public RuleMemory Of(SecretRule rule, int order) => _rules[order] ??= rule.NewMemory();

    /// <summary>Where the line that holds a place ends.</summary>
    public int EndOfLine(ReadOnlySpan<char> text, int at)
    {
        if (at >= _line.From && at <= _line.End && _line.End > 0) return _line.End;
        var length = text[at..].IndexOf('\n');
        _line = (at, length < 0 ? text.Length : at + length);
        return _line.End;
    }

    /// <summary>Whether a value may be assigned to the name at a place: behind it are brackets or quotes, spaces, and then the sign.</summary>
    public bool IsAssigned(ReadOnlySpan<char> text, int at)
    {
        if (_assigned.At != at) _assigned = (at, LooksAssigned(text, at));
        return _assigned.Is;
    }

    /// <summary>What was found, in the order of the places; of two that overlap, that of the earlier rule, or else the one that begins first.</summary>
    public IReadOnlyList<SecretSpan> Settle()
    {
        List<SecretSpan> kept = [];
        foreach (var rule in _rules)
            if (rule?.Settle() is { Count: > 0 } found) kept = Merge(kept, found, rule.Rule);
        return kept;
    }

    // Both are in the order of their places, and none of the first overlaps another.
    private static List<SecretSpan> Merge(List<SecretSpan> kept, List<(int Start, int End)> more, SecretRule rule)
    {
        var all = new List<SecretSpan>(kept.Count + 1);
        var (next, end) = (0, 0);
        foreach (var span in more)
        {
            for (; next < kept.Count && kept[next].Start < span.Start; next++) all.Add(kept[next]);
            if (next > 0) end = Math.Max(end, kept[next - 1].End);
            if (end > span.Start || (next < kept.Count && kept[next].Start < span.End)) continue;
            all.Add(new SecretSpan(rule, span.Start, span.End));
            end = span.End;
        }

        for (; next < kept.Count; next++) all.Add(kept[next]);
        return all;
    }

    private bool LooksAssigned(ReadOnlySpan<char> text, int start)
    {
        if (start < _name.From || start >= _name.End) _name = (start, start + Name.Measure(text[start..]));
        var at = _name.End;
        text = text[..Math.Min(text.Length, start + LongestName)];
        for (var quotes = 0; at < text.Length && quotes < MostQuotes && text[at] is '"' or '\'' or ']' or ')'; quotes++) at++;
        for (var spaces = 0; at < text.Length && spaces < MostSpaces && char.IsWhiteSpace(text[at]); spaces++) at++;
        return at < text.Length && text[at] is '=' or ':' or ',';
    }
}

/// <summary>What one search of one text remembers for a rule.</summary>
internal sealed class RuleMemory(SecretRule rule, PatternMemory pattern, PlaceholderSearch placeholders)
{
    private readonly List<(int Start, int End)> _found = [];
    private bool _isInOrder = true;
    private Entropy? _entropy;

    public SecretRule Rule => rule;

    public PatternMemory Pattern => pattern;

    public PlaceholderSearch Placeholders => placeholders;

    public Entropy Entropy => _entropy ??= new();

    /// <summary>Before this place no secret of the rule begins that a later keyword could find.</summary>
    public int Decided { get; set; }

    /// <summary>Notes a secret.</summary>
    public void Add(int start, int end)
    {
        if (_found.Count > 0) _isInOrder &= Compare(_found[^1], (start, end)) <= 0;
        _found.Add((start, end));
    }

    /// <summary>The secrets, in the order of their places.</summary>
    public List<(int Start, int End)> Settle()
    {
        if (!_isInOrder) _found.Sort(Compare);
        return _found;
    }

    // The longer of two that begin together comes first.
    private static int Compare((int Start, int End) left, (int Start, int End) right) =>
        left.Start != right.Start ? left.Start.CompareTo(right.Start) : right.End.CompareTo(left.End);
}
