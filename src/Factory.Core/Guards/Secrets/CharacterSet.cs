using System.Buffers;
using System.Runtime.CompilerServices;

namespace Factory.Core.Guards.Secrets;

/// <summary>A set of characters, as a class of a pattern names them: <c>[a-z0-9]</c>, <c>[^\s]</c>.</summary>
internal sealed class CharacterSet
{
    /// <summary>The set of none.</summary>
    public static readonly CharacterSet Empty = new([], isNegated: false);

    // What a class without case has besides the two cases of ASCII; .NET's regular expressions hold it for a K.
    private const char Kelvin = '\u212a';
    private const int Low = 256, Ascii = 128;
    private static readonly Lazy<char[]> Spaces = new(() => [.. Enumerable.Range(0, char.MaxValue).Select(code => (char)code).Where(char.IsWhiteSpace)]);
    private readonly bool[] _low = new bool[Low];
    private readonly HashSet<char> _listed;
    private readonly bool _isNegated;
    private readonly SearchValues<char> _ascii;

    private CharacterSet(HashSet<char> listed, bool isNegated)
    {
        (_listed, _isNegated) = (listed, isNegated);
        for (var c = 0; c < Low; c++) _low[c] = listed.Contains((char)c) != isNegated;
        _ascii = SearchValues.Create([.. Enumerable.Range(0, Ascii).Where(c => _low[c]).Select(c => (char)c)]);
    }

    /// <summary>The set of one character.</summary>
    public static CharacterSet Of(char character, bool ignoreCase) => new([.. Cases([character], ignoreCase)], isNegated: false);

    /// <summary>Reads what stands between the brackets of a class.</summary>
    public static CharacterSet Parse(ReadOnlySpan<char> members, bool ignoreCase)
    {
        var isNegated = members[0] == '^';
        return new([.. Cases(Members(isNegated ? members[1..] : members), ignoreCase)], isNegated);
    }

    /// <summary>The white space that <c>\s</c> means.</summary>
    public static CharacterSet WhiteSpace() => new([.. Spaces.Value], isNegated: false);

    /// <summary>Whether a character belongs to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(char c) => c < _low.Length ? _low[c] : ContainsHigh(c);

    /// <summary>Where the characters from one place to another stop to belong to it, when most often they are few.</summary>
    public int EndOfFew(ReadOnlySpan<char> text, int from, int to)
    {
        var low = _low;
        for (; from < to; from++)
        {
            var c = text[from];
            if (c < low.Length ? !low[c] : !ContainsHigh(c)) break;
        }

        return from;
    }

    /// <summary>How many characters at the beginning of the text belong to it.</summary>
    public int Measure(ReadOnlySpan<char> text)
    {
        // Most runs are short, and a search with vector instructions takes time to begin.
        const int ByOne = 8;
        for (var at = 0; at < text.Length;)
        {
            for (var last = Math.Min(at + ByOne, text.Length); at < last; at++)
                if (!Contains(text[at])) return at;
            var rest = text[at..].IndexOfAnyExcept(_ascii);
            if (rest < 0) break;
            at += rest;
        }

        return text.Length;
    }

    /// <summary>Whether some character belongs to both.</summary>
    public bool Overlaps(CharacterSet other) => (_isNegated && other._isNegated) || Named(other).Any(c => Contains(c) && other.Contains(c));

    /// <summary>Whether every character of the other belongs to it.</summary>
    public bool Covers(CharacterSet other) => (_isNegated || !other._isNegated) && Named(other).All(c => Contains(c) || !other.Contains(c));

    /// <summary>The characters of either.</summary>
    public CharacterSet Or(CharacterSet other)
    {
        var isNegated = _isNegated || other._isNegated;
        return new([.. Named(other).Where(c => (Contains(c) || other.Contains(c)) != isNegated)], isNegated);
    }

    private bool ContainsHigh(char c) => _listed.Contains(c) != _isNegated;

    // All that either of the two can tell apart.
    private IEnumerable<char> Named(CharacterSet other) => _listed.Concat(other._listed).Distinct();

    private static IEnumerable<char> Cases(IEnumerable<char> characters, bool ignoreCase) => !ignoreCase
        ? characters
        : characters.SelectMany(c => (char[])[char.ToLowerInvariant(c), char.ToUpperInvariant(c), .. (ReadOnlySpan<char>)(c is 'k' or 'K' ? [Kelvin] : [])]);

    private static List<char> Members(ReadOnlySpan<char> members)
    {
        var all = new List<char>();
        for (var at = 0; at < members.Length; at++)
        {
            if (members[at] == '\\')
            {
                at++;
                if (members[at] == 's') all.AddRange(Spaces.Value);
                else all.Add(PatternReader.Unescape(members[at]));
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
}
