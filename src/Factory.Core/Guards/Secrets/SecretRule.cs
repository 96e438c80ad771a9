using System.Buffers;

namespace Factory.Core.Guards.Secrets;

/// <summary>
/// One rule: keywords find the places cheaply, a pattern looks at a bounded window around each, and the value it finds must
/// look random enough. What one place tells about the next is remembered, so that no text makes the search slow.
/// </summary>
public sealed class SecretRule
{
    internal const int UsualReach = 256;
    // What servers take in all headers together; a token is never longer.
    internal const int LongestReach = 16_384;
    private const int BodyLength = 40;
    // A header ends the body before it too, so that many headers in a row cost no more than the text between them.
    private static readonly SearchValues<string> BodyEnds = SearchValues.Create(["-----END", "-----BEGIN", "Private-MAC", "PuTTY-User-Key-File-"], StringComparison.Ordinal);
    private readonly SecretRuleEntry _entry;
    private readonly Placeholders _placeholders;
    private readonly Lazy<SecretPattern> _pattern;
    private readonly string _lead;
    private readonly bool _endsWord;

    internal SecretRule(SecretRuleEntry entry, Placeholders placeholders)
    {
        (_entry, _placeholders, _lead) = (entry, placeholders, LeadOf(entry));
        (StartsWord, _endsWord) = (entry.Boundary is "both" or "start", entry.Boundary is "both" or "end");
        _pattern = new Lazy<SecretPattern>(() => new SecretPattern(entry.Pattern, entry.IgnoreCase));
    }

    /// <summary>Its name in findings and fingerprints; it never changes.</summary>
    public string Id => _entry.Id;

    /// <summary>What it finds, in words.</summary>
    public string Description => _entry.Description;

    /// <summary>The words without which there is nothing to find.</summary>
    public IReadOnlyList<string> Keywords => _entry.Keywords;

    /// <summary>Whether case counts neither in keywords nor in the pattern.</summary>
    public bool IgnoreCase => _entry.IgnoreCase;

    /// <summary>How far before its keyword a secret may begin, in characters.</summary>
    public int Before => _entry.Before;

    /// <summary>How far behind the beginning of its keyword a secret may end, in characters.</summary>
    public int After => _entry.After;

    /// <summary>Whether a secret begins a word.</summary>
    internal bool StartsWord { get; }

    /// <summary>Whether a secret is a value that is assigned to the name that the keyword is in.</summary>
    internal bool IsAssigned => _entry.Assignment;

    /// <summary>How far before a keyword, at least and at most, a secret begins.</summary>
    internal (int Least, int Most) ReachBefore(string keyword) => _entry.Offsets is { } offsets && Index(keyword) is var order
        ? (offsets[order], offsets[order])
        : (_entry.MinBefore, Before);

    /// <summary>What the pattern wants behind a keyword.</summary>
    internal KeywordTail NewTail(string keyword, (int Least, int Most) reach) => _pattern.Value.NewTail(keyword, reach);

    /// <summary>A memory for one search of one text.</summary>
    internal RuleMemory NewMemory() => new(this, _pattern.Value.NewMemory(), new PlaceholderSearch(_placeholders));

    /// <summary>Whether a word begins at a place. In "\nghp_..." and "%20ghp_..." the letter before belongs to an escape and not to a word.</summary>
    internal static bool StartsAWord(ReadOnlySpan<char> text, int at) =>
        at == 0 || !IsWord(text[at - 1]) || (at > 1 && text[at - 2] == '\\') || (at > 2 && text[at - 3] == '%');

    private int Index(string keyword) => Keywords.TakeWhile(other => other != keyword).Count();

    /// <summary>Finds the secret around a keyword that <see cref="KeywordUse.MayFit"/> let through.</summary>
    /// <param name="text">The text; a window of it is looked at, which ends with the line unless the secret has a body.</param>
    /// <param name="at">Where the keyword begins.</param>
    /// <param name="use">The keyword as one of this rule.</param>
    /// <param name="search">What the search of this text remembers. Keywords come in the order of their places.</param>
    internal void Find(ReadOnlySpan<char> text, int at, KeywordUse use, SearchMemory search)
    {
        var (least, most) = use.Reach;
        var memory = search.Of(this, use.Order);
        var end = Math.Min(text.Length, at + After);
        if (!_entry.Body) end = Math.Min(end, search.EndOfLine(text, at));
        if (least == most) TryFrom(text, at - least, (at, end), use, memory);
        else FindBetween(text, (at - most, at - least), (at, end), use, memory);
    }

    // The first secret that begins at one of several places. A place that was tried in vain for one keyword is not tried for the
    // next, whose window would show no more of what begins there; so many keywords in a row cost no more than the places.
    private void FindBetween(ReadOnlySpan<char> text, (int First, int Last) places, (int At, int End) window, KeywordUse use, RuleMemory memory)
    {
        for (var start = Math.Max(places.First, memory.Decided); start <= places.Last; memory.Decided = ++start)
        {
            // A lead makes one search of what would be a try at each place.
            if (_lead.Length > 0)
            {
                var next = text[start..(places.Last + _lead.Length)].IndexOf(_lead, StringComparison.Ordinal);
                start = next < 0 ? places.Last : start + next;
                if (next < 0) continue;
            }

            if ((!StartsWord || StartsAWord(text, start)) && TryFrom(text, start, window, use, memory)) return;
        }
    }

    private bool TryFrom(ReadOnlySpan<char> text, int start, (int At, int End) window, KeywordUse use, RuleMemory memory)
    {
        if (!use.Tail.TryMatch(text, start, window.End, memory.Pattern)) return false;
        var (from, to) = (memory.Pattern.SecretStart, memory.Pattern.SecretEnd);
        if (to <= window.At) return false;
        if (_entry.Body)
        {
            if (BodyEnd(text[to..window.End]) is not { } body) return false;
            to += body;
        }
        else if (!IsSecret(text, from, to, memory))
        {
            return false;
        }

        memory.Add(from, to);
        return true;
    }

    // What the pattern begins with where a secret begins at no fixed place before its keyword.
    private static string LeadOf(SecretRuleEntry entry) => entry.Before == entry.MinBefore || entry.Offsets is not null ? "" : entry.Pattern[..entry.Pattern.AsSpan().IndexOf('[')];

    private bool IsSecret(ReadOnlySpan<char> text, int start, int end, RuleMemory memory)
    {
        if (_endsWord && end < text.Length && IsWord(text[end])) return false;
        var secret = text[start..end];
        if (_entry.Checksum is not null && TokenChecksum.IsRight(secret)) return true;
        if (_entry.Mixed && !(secret.ContainsAnyInRange('0', '9') && (secret.ContainsAnyInRange('a', 'z') || secret.ContainsAnyInRange('A', 'Z')))) return false;
        return (_entry.MinEntropy == 0 || memory.Entropy.Of(text, start, Math.Min(end, start + UsualReach)) >= _entry.MinEntropy)
            && !memory.Placeholders.IsIn(text, start, end) && !_placeholders.IsWord(secret);
    }

    // A header alone is text about keys; a key has a long run of base64 behind it. The whole key is the secret.
    private static int? BodyEnd(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAny(BodyEnds) is >= 0 and var end) text = text[..end];
        var run = 0;
        foreach (var c in text)
        {
            run = char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=' ? run + 1 : 0;
            if (run == BodyLength) return text.Length;
        }

        return null;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
