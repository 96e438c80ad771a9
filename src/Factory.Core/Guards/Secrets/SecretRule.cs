using System.Buffers;

namespace Factory.Core.Guards.Secrets;

/// <summary>
/// One rule: keywords find the places cheaply, a pattern looks at a bounded window around each, and the value it finds must
/// look random enough. Patterns run without backtracking, so that no text makes them slow.
/// </summary>
public sealed class SecretRule
{
    internal const int UsualReach = 256;
    internal const int LongestReach = 4000;
    private const int MostTries = 8;
    private const int BodyLength = 40;
    private const int LongestName = 64, MostQuotes = 3, MostSpaces = 8;
    // A header ends the body before it too, so that many headers in a row cost no more than the text between them.
    private static readonly SearchValues<string> BodyEnds = SearchValues.Create(["-----END", "-----BEGIN", "Private-MAC", "PuTTY-User-Key-File-"], StringComparison.Ordinal);
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-\u0130\u017f\u212a");
    private readonly SecretRuleEntry _entry;
    private readonly SearchValues<string> _placeholders;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _words;
    private readonly Lazy<SecretPattern> _pattern;
    private readonly string _lead;

    internal SecretRule(SecretRuleEntry entry, SearchValues<string> placeholders, HashSet<string> words)
    {
        (_entry, _placeholders, _words, _lead) = (entry, placeholders, words.GetAlternateLookup<ReadOnlySpan<char>>(), LeadOf(entry));
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

    /// <summary>How far before a keyword, at least and at most, a secret begins.</summary>
    internal (int Least, int Most) ReachBefore(string keyword) => _entry.Offsets is { } offsets && Index(keyword) is var order
        ? (offsets[order], offsets[order])
        : (_entry.MinBefore, Before);

    private int Index(string keyword) => Keywords.TakeWhile(other => other != keyword).Count();

    /// <summary>Finds the secret around a keyword.</summary>
    /// <param name="text">The text; a window of it is looked at, which ends with the line unless the secret has a body.</param>
    /// <param name="at">Where the keyword begins.</param>
    /// <param name="reach">How far before it the secret begins; see <see cref="ReachBefore"/>.</param>
    /// <param name="rejected">Where what looked like a secret and is none ends, or 0.</param>
    /// <returns>Where the secret is in the text, or null.</returns>
    internal Range? Find(ReadOnlySpan<char> text, int at, (int Least, int Most) reach, out int rejected)
    {
        rejected = 0;
        if (at < reach.Least || (_entry.Assignment && !IsAssigned(text[at..]))) return null;
        var last = at - reach.Least;
        var end = -1;
        for (var (start, tries) = (Math.Max(0, at - reach.Most), 0); start <= last && tries < MostTries; start++)
        {
            // A lead makes one search of what would be a try at each place.
            if (_lead.Length > 0 && text[start..(last + _lead.Length)].IndexOf(_lead, StringComparison.Ordinal) is var next)
            {
                if (next < 0) return null;
                start += next;
            }

            if (StartsAWord && !IsWordStart(text, start)) continue;
            tries++;
            if (end < 0) end = EndOf(text, at);
            if (!_pattern.Value.TryMatch(text[start..end], out var secret) || start + secret.Start + secret.Length <= at) continue;
            var (from, to) = (start + secret.Start, start + secret.Start + secret.Length);
            if (_entry.Body) return BodyEnd(text[to..end]) is { } body ? new Range(from, to + body) : null;
            if (IsSecret(text, from, secret.Length)) return new Range(from, to);
            rejected = to;
        }

        return null;
    }

    private bool StartsAWord => _entry.Boundary is "both" or "start";

    // What the pattern begins with where a secret begins at no fixed place before its keyword.
    private static string LeadOf(SecretRuleEntry entry) => entry.Before == entry.MinBefore || entry.Offsets is not null ? "" : entry.Pattern[..entry.Pattern.AsSpan().IndexOf('[')];

    private int EndOf(ReadOnlySpan<char> text, int at)
    {
        var end = Math.Min(text.Length, at + After);
        return !_entry.Body && text[at..end].IndexOf('\n') is >= 0 and var line ? at + line : end;
    }

    // A cheap look that every pattern of the kind agrees with: name, brackets or quotes, spaces, and then the sign.
    private static bool IsAssigned(ReadOnlySpan<char> text)
    {
        text = text[..Math.Min(text.Length, LongestName)];
        var at = text.IndexOfAnyExcept(NameCharacters);
        if (at < 0) return false;
        for (var quotes = 0; at < text.Length && quotes < MostQuotes && text[at] is '"' or '\'' or ']' or ')'; quotes++) at++;
        for (var spaces = 0; at < text.Length && spaces < MostSpaces && char.IsWhiteSpace(text[at]); spaces++) at++;
        return at < text.Length && text[at] is '=' or ':' or ',';
    }

    private bool EndsAWord => _entry.Boundary is "both" or "end";

    private bool IsSecret(ReadOnlySpan<char> text, int start, int length)
    {
        var end = start + length;
        if (EndsAWord && end < text.Length && IsWord(text[end])) return false;
        var secret = text[start..end];
        if (_entry.Checksum is not null && TokenChecksum.IsRight(secret)) return true;
        if (_entry.Mixed && !(secret.ContainsAnyInRange('0', '9') && (secret.ContainsAnyInRange('a', 'z') || secret.ContainsAnyInRange('A', 'Z')))) return false;
        return (_entry.MinEntropy == 0 || Entropy.Of(secret[..Math.Min(secret.Length, UsualReach)]) >= _entry.MinEntropy) && !secret.ContainsAny(_placeholders) && !_words.Contains(secret);
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

    // In "\nghp_..." and "%20ghp_..." the letter before belongs to an escape and not to a word.
    private static bool IsWordStart(ReadOnlySpan<char> text, int at) =>
        at == 0 || !IsWord(text[at - 1]) || (at > 1 && text[at - 2] == '\\') || (at > 2 && text[at - 3] == '%');

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
