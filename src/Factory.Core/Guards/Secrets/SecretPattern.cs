using System.Text.RegularExpressions;

namespace Factory.Core.Guards.Secrets;

/// <summary>
/// The pattern of a rule, tried at one place of a text. It runs without backtracking and without capturing, which costs
/// most: what stands before the group <c>secret</c>, the group, and what follows it are matched one after the other, and
/// a run of characters of one class is measured with vector instructions. That is the same as long as each part stops where
/// the next begins; a test holds every rule to it.
/// </summary>
internal sealed class SecretPattern
{
    private const string Group = "(?<secret>";
    private readonly Regex? _prefix;
    private readonly Regex? _head;
    private readonly CharacterRun? _run;
    private readonly Regex? _suffix;

    public SecretPattern(string pattern, bool ignoreCase)
    {
        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        Regex? Begin(string part) => part.Length == 0 ? null : new Regex($@"\A(?:{part})", options);
        var start = pattern.IndexOf(Group, StringComparison.Ordinal);
        var end = start < 0 ? pattern.Length : FindEnd(pattern, start + Group.Length);
        var secret = start < 0 ? pattern : pattern[(start + Group.Length)..end];
        _run = CharacterRun.AtEndOf(secret, ignoreCase, out var head);
        _head = Begin(head);
        _prefix = Begin(start < 0 ? "" : pattern[..start]);
        _suffix = Begin(start < 0 ? "" : pattern[(end + 1)..]);
    }

    /// <summary>Finds what begins where the text does.</summary>
    /// <param name="text">The text from there on, as far as the rule may look.</param>
    /// <param name="secret">Where the secret is in it.</param>
    public bool TryMatch(ReadOnlySpan<char> text, out (int Start, int Length) secret)
    {
        secret = default;
        if (!TryLength(_prefix, text, out secret.Start) || !TryLength(_head, text[secret.Start..], out secret.Length)) return false;
        if (_run is not null)
        {
            if (!_run.TryLength(text[(secret.Start + secret.Length)..], out var length)) return false;
            secret.Length += length;
        }

        return TryLength(_suffix, text[(secret.Start + secret.Length)..], out _);
    }

    private static bool TryLength(Regex? part, ReadOnlySpan<char> text, out int length)
    {
        length = 0;
        if (part is null) return true;
        foreach (var found in part.EnumerateMatches(text))
        {
            length = found.Length;
            return true;
        }

        return false;
    }

    // The bracket that closes the group; brackets in classes and behind a backslash do not count.
    private static int FindEnd(string pattern, int from)
    {
        var (depth, isInClass) = (1, false);
        for (var at = from; at < pattern.Length; at++)
        {
            if (pattern[at] == '\\') at++;
            else if (isInClass) isInClass = pattern[at] != ']';
            else if (pattern[at] == '[') isInClass = true;
            else if (pattern[at] == '(') depth++;
            else if (pattern[at] == ')' && --depth == 0) return at;
        }

        throw new FormatException($"the group in '{pattern}' is not closed");
    }
}
