using System.Buffers;
using System.Text.RegularExpressions;

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
    private static readonly SearchValues<string> BodyEnds = SearchValues.Create(["-----END", "Private-MAC"], StringComparison.Ordinal);
    private readonly SecretRuleEntry _entry;
    private readonly IReadOnlyList<string> _placeholders;
    private readonly Lazy<Regex> _pattern;

    internal SecretRule(SecretRuleEntry entry, IReadOnlyList<string> placeholders)
    {
        (_entry, _placeholders) = (entry, placeholders);
        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (entry.IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        // A rule that does not look back begins where its keyword does, and most texts are refused at the first characters.
        _pattern = new Lazy<Regex>(() => new Regex(entry.Before == 0 ? $@"\A(?:{entry.Pattern})" : entry.Pattern, options));
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

    /// <summary>Finds the secret around a keyword.</summary>
    /// <param name="text">The text; a window of it is looked at, which ends with the line unless the secret has a body.</param>
    /// <param name="at">Where the keyword begins.</param>
    /// <returns>Where the secret is in the text, or null.</returns>
    internal Range? Find(ReadOnlySpan<char> text, int at)
    {
        if (Before == 0 && StartsAWord && !IsWordStart(text, at)) return null;
        var start = at - Before <= 0 ? 0 : at - Before;
        start += text[start..at].LastIndexOf('\n') + 1;
        var end = Math.Min(text.Length, at + After);
        if (!_entry.Body && text[at..end].IndexOf('\n') is >= 0 and var line) end = at + line;
        var window = text[start..end];
        if (!_pattern.Value.IsMatch(window)) return null;
        var match = _pattern.Value.Match(window.ToString());
        for (var tries = 0; match.Success && tries < MostTries; match = match.NextMatch(), tries++)
        {
            if (match.Index > at - start) return null;
            if (match.Index + match.Length <= at - start) continue;
            var group = match.Groups["secret"];
            var (from, length) = group.Success ? (group.Index, group.Length) : (match.Index, match.Length);
            if (_entry.Body) return BodyEnd(window[(from + length)..]) is { } body ? new Range(start + from, start + from + length + body) : null;
            if (IsSecret(text, start + from, length)) return new Range(start + from, start + from + length);
        }

        return null;
    }

    private bool StartsAWord => _entry.Boundary is "both" or "start";

    private bool EndsAWord => _entry.Boundary is "both" or "end";

    private bool IsSecret(ReadOnlySpan<char> text, int start, int length)
    {
        var end = start + length;
        if (Before > 0 && StartsAWord && !IsWordStart(text, start)) return false;
        if (EndsAWord && end < text.Length && IsWord(text[end])) return false;
        var secret = text[start..end];
        if (_entry.Checksum is not null && TokenChecksum.IsRight(secret)) return true;
        if (_entry.Mixed && !(secret.ContainsAnyInRange('0', '9') && (secret.ContainsAnyInRange('a', 'z') || secret.ContainsAnyInRange('A', 'Z')))) return false;
        return Entropy.Of(secret) >= _entry.MinEntropy && !IsPlaceholder(secret);
    }

    private bool IsPlaceholder(ReadOnlySpan<char> secret)
    {
        foreach (var placeholder in _placeholders)
            if (secret.Contains(placeholder, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
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
