using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Factory.Core.Guards.Secrets;

/// <summary>A part of a pattern that is one class of characters, some number of times: <c>[a-z0-9]{16,128}</c>.</summary>
internal sealed partial class CharacterRun
{
    private static readonly Lazy<char[]> WhiteSpace = new(() => [.. Enumerable.Range(0, char.MaxValue).Select(code => (char)code).Where(char.IsWhiteSpace)]);
    private readonly SearchValues<char> _listed;
    private readonly bool _isNegated;
    private readonly int _least;
    private readonly int _most;

    private CharacterRun(string members, bool ignoreCase, int least, int most)
    {
        (_isNegated, _least, _most) = (members[0] == '^', least, most);
        var listed = Members(members.AsSpan(_isNegated ? 1 : 0));
        _listed = SearchValues.Create([.. ignoreCase ? listed.SelectMany(c => (char[])[char.ToLowerInvariant(c), char.ToUpperInvariant(c)]) : listed]);
    }

    /// <summary>Takes the run off a pattern that ends with one, or returns null.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="ignoreCase">Whether the class is without case.</param>
    /// <param name="head">What stands before the run; all of the pattern when it ends with none.</param>
    public static CharacterRun? AtEndOf(string pattern, bool ignoreCase, out string head)
    {
        head = pattern;
        var run = Shape().Match(pattern);
        if (!run.Success) return null;
        // A run in brackets, or of one of several alternatives, is not the end of all; and what may be longer or shorter before
        // it may have to give way to it.
        var before = pattern[..run.Index];
        var plain = Class().Replace(before, "");
        if (Variable().IsMatch(plain) || plain.Count(c => c == '(') != plain.Count(c => c == ')') || WithoutGroups(plain).Contains('|', StringComparison.Ordinal)) return null;
        head = before;
        var least = int.Parse(run.Groups["least"].ValueSpan, CultureInfo.InvariantCulture);
        var most = run.Groups["most"];
        return new CharacterRun(run.Groups["members"].Value, ignoreCase, least, !most.Success ? least : most.Length == 0 ? int.MaxValue : int.Parse(most.ValueSpan, CultureInfo.InvariantCulture));
    }

    /// <summary>How many characters at the beginning of the text belong to the run; false when they are too few.</summary>
    public bool TryLength(ReadOnlySpan<char> text, out int length)
    {
        length = _isNegated ? text.IndexOfAny(_listed) : text.IndexOfAnyExcept(_listed);
        if (length < 0) length = text.Length;
        length = Math.Min(length, _most);
        return length >= _least;
    }

    private static List<char> Members(ReadOnlySpan<char> members)
    {
        var all = new List<char>();
        for (var at = 0; at < members.Length; at++)
        {
            if (members[at] == '\\')
            {
                at++;
                if (members[at] == 's') all.AddRange(WhiteSpace.Value);
                else all.Add(members[at] == 'n' ? '\n' : members[at]);
            }
            else if (members[at] == '-' && all.Count > 0 && at + 1 < members.Length)
            {
                for (var c = all[^1]; c < members[at + 1];) all.Add(++c);
                at++;
            }
            else
            {
                all.Add(members[at]);
            }
        }

        return all;
    }

    private static string WithoutGroups(string pattern)
    {
        while (Group().Replace(pattern, "") is var less && less != pattern) pattern = less;
        return pattern;
    }

    [GeneratedRegex(@"\[(?<members>(?:[^\]\\]|\\.)+)\]\{(?<least>[0-9]+)(?<bound>,(?<most>[0-9]*))?\}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();

    [GeneratedRegex(@"\\.|\[(?:[^\]\\]|\\.)+\]")]
    private static partial Regex Class();

    [GeneratedRegex(@"[*+]|\{[0-9]*,|(?<!\()\?")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\([^()]*\)")]
    private static partial Regex Group();
}
