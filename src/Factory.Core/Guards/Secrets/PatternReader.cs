using System.Globalization;

namespace Factory.Core.Guards.Secrets;

/// <summary>
/// Reads the part of the language of regular expressions that rules are written in: characters, classes, <c>(?:a|b)</c>, one
/// <c>(?&lt;secret&gt;...)</c>, the counts <c>? * + {n} {n,} {n,m}</c> behind a character or a class, <c>?</c> behind a group, and
/// <c>\z</c>. They mean what .NET means by them.
/// </summary>
internal ref struct PatternReader
{
    private const string Secret = "(?<secret>", Group = "(?:", End = @"\z";
    private readonly ReadOnlySpan<char> _pattern;
    private readonly bool _ignoreCase;
    private int _at;

    private PatternReader(string pattern, bool ignoreCase)
    {
        _pattern = pattern;
        _ignoreCase = ignoreCase;
    }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">The pattern has something that is not in this part of the language.</exception>
    public static IReadOnlyList<PatternTerm> Read(string pattern, bool ignoreCase)
    {
        var reader = new PatternReader(pattern, ignoreCase);
        var terms = reader.ReadTerms();
        return reader._at == pattern.Length ? terms : throw reader.Unexpected();
    }

    /// <summary>The character that a backslash and a character stand for.</summary>
    public static char Unescape(char c) => c switch
    {
        'n' => '\n',
        't' => '\t',
        _ when !char.IsAsciiLetterOrDigit(c) => c,
        _ => throw new FormatException($"'\\{c}' is not known in patterns of rules"),
    };

    private List<PatternTerm> ReadTerms()
    {
        var terms = new List<PatternTerm>();
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')')) terms.Add(ReadTerm());
        return terms;
    }

    private PatternTerm ReadTerm()
    {
        if (Take(Secret))
        {
            var inner = ReadTerms();
            return Take(")") ? new PatternTerm.Secret(inner) : throw Unexpected();
        }

        if (Take(Group)) return ReadChoice();
        if (Take(End)) return new PatternTerm.End();
        var set = ReadSet();
        var (least, most) = ReadCount();
        return new PatternTerm.Run(set, least, most);
    }

    private PatternTerm.Choice ReadChoice()
    {
        var choices = new List<IReadOnlyList<PatternTerm>> { ReadTerms() };
        while (Take("|")) choices.Add(ReadTerms());
        if (!Take(")")) throw Unexpected();
        if (Take("?")) choices.Add([]);
        return _at < _pattern.Length && _pattern[_at] is '*' or '+' or '{' or '?' ? throw Unexpected() : new PatternTerm.Choice(choices);
    }

    private CharacterSet ReadSet()
    {
        var c = ReadCharacter();
        if (c == '\\')
        {
            var escaped = ReadCharacter();
            return escaped == 's' ? CharacterSet.WhiteSpace() : CharacterSet.Of(Unescape(escaped), _ignoreCase);
        }

        if (c is '(' or ')' or '*' or '+' or '?' or '.' or '^' or '$' or '{' or '|') throw Unexpected();
        if (c != '[') return CharacterSet.Of(c, _ignoreCase);
        var start = _at;
        for (c = ReadCharacter(); c != ']'; c = ReadCharacter())
            if (c == '\\') ReadCharacter();
        return _at - 1 == start ? throw Unexpected() : CharacterSet.Parse(_pattern[start..(_at - 1)], _ignoreCase);
    }

    private char ReadCharacter() => _at < _pattern.Length ? _pattern[_at++] : throw Unexpected();

    private (int Least, int Most) ReadCount()
    {
        if (Take("?")) return (0, 1);
        if (Take("*")) return (0, int.MaxValue);
        if (Take("+")) return (1, int.MaxValue);
        if (!Take("{")) return (1, 1);
        var least = ReadNumber() ?? throw Unexpected();
        var most = Take(",") ? ReadNumber() ?? int.MaxValue : least;
        // A count that gives way from its least on means something else.
        return Take("}") && !Take("?") ? (least, most) : throw Unexpected();
    }

    private int? ReadNumber()
    {
        var start = _at;
        while (_at < _pattern.Length && char.IsAsciiDigit(_pattern[_at])) _at++;
        return _at == start ? null : int.Parse(_pattern[start.._at], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private bool Take(string text)
    {
        if (!_pattern[_at..].StartsWith(text, StringComparison.Ordinal)) return false;
        _at += text.Length;
        return true;
    }

    private readonly FormatException Unexpected() => new($"the pattern '{_pattern}' of a rule cannot be read at character {_at + 1}");
}

/// <summary>A part of a pattern as it is written.</summary>
internal abstract record PatternTerm
{
    /// <summary>Characters of a set, some number of times.</summary>
    public sealed record Run(CharacterSet Set, int Least, int Most) : PatternTerm;

    /// <summary>One of several, the first that fits.</summary>
    public sealed record Choice(IReadOnlyList<IReadOnlyList<PatternTerm>> Choices) : PatternTerm;

    /// <summary>What is the secret.</summary>
    public sealed record Secret(IReadOnlyList<PatternTerm> Terms) : PatternTerm;

    /// <summary>The end of the window.</summary>
    public sealed record End : PatternTerm;
}
