namespace Factory.Core.Guards.Secrets;

/// <summary>A keyword of a rule.</summary>
/// <param name="rule">The rule.</param>
/// <param name="order">The rule's place among all rules.</param>
/// <param name="keyword">The keyword.</param>
internal sealed class KeywordUse(SecretRule rule, int order, string keyword)
{
    private readonly bool _isAssigned = rule.IsAssigned;
    private readonly bool _startsHere = rule.StartsWord && rule.ReachBefore(keyword) is var (least, most) && least == most;
    private KeywordTail? _tail;

    public SecretRule Rule => rule;

    public int Order => order;

    /// <summary>How far before the keyword, at least and at most, a secret begins.</summary>
    public (int Least, int Most) Reach { get; } = rule.ReachBefore(keyword);

    /// <summary>What the rule wants behind the keyword.</summary>
    public KeywordTail Tail => _tail ??= rule.NewTail(keyword, Reach);

    /// <summary>Whether there may be a secret, as far as the characters next to the keyword tell.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the keyword stands.</param>
    /// <param name="search">What the search of this text remembers.</param>
    public bool MayFit(ReadOnlySpan<char> text, int at, SearchMemory search) =>
        at >= Reach.Least
        && (!_isAssigned || search.IsAssigned(text, at))
        && (!_startsHere || SecretRule.StartsAWord(text, at - Reach.Least))
        && Tail.MayFit(text, at + keyword.Length);
}
