namespace Factory.Core.Guards.Secrets;

/// <summary>What stands in the place of a secret in examples. Case is ignored.</summary>
internal sealed class Placeholders
{
    private readonly WordTable _parts;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _words;
    private readonly int _longestWord;

    /// <summary>Makes the set.</summary>
    /// <param name="parts">What no secret holds.</param>
    /// <param name="words">What no secret is.</param>
    public Placeholders(IReadOnlyList<string> parts, IReadOnlyList<string> words)
    {
        _parts = new WordTable([.. parts.Select(part => (part, true))]);
        _words = words.ToHashSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        (LongestPart, _longestWord) = (parts.Max(part => part.Length), words.Max(word => word.Length));
    }

    /// <summary>How long a part is at most, in characters.</summary>
    public int LongestPart { get; }

    /// <summary>Whether the whole text is a placeholder.</summary>
    public bool IsWord(ReadOnlySpan<char> text) => text.Length <= _longestWord && _words.Contains(text);

    /// <summary>Where the first part in a text begins, and where the shortest that begins there ends; -1 when there is none.</summary>
    public (int Start, int End) FindPart(ReadOnlySpan<char> text)
    {
        for (var at = _parts.Next(text, 0, text.Length, out var parts); at < text.Length; at = _parts.Next(text, at + 1, text.Length, out parts))
        {
            var four = WordTable.Read(text, at);
            var end = int.MaxValue;
            foreach (var part in parts)
                if (part.StandsAt(text, at, four)) end = Math.Min(end, at + part.Text.Length);
            if (end < int.MaxValue) return (at, end);
        }

        return (-1, -1);
    }
}

/// <summary>Looks for placeholders in parts of one text, and not twice at the same place.</summary>
internal sealed class PlaceholderSearch(Placeholders placeholders)
{
    // Between _from and _to there is none, or, when _found is not negative, there is none before _found.
    private int _from;
    private int _to;
    private int _found = -1;
    private int _foundEnd;

    /// <summary>Whether a placeholder is in a part of the text, which is the same text each time.</summary>
    public bool IsIn(ReadOnlySpan<char> text, int start, int end)
    {
        if (start < _from || start > (_found < 0 ? _to : _found)) (_from, _to, _found) = (start, start, -1);
        if (_found >= 0) return end >= _foundEnd || placeholders.FindPart(text[Math.Min(_found + 1, end)..end]).Start >= 0;
        if (end <= _to) return false;
        // One that ends behind what was searched.
        var from = Math.Max(_from, _to - placeholders.LongestPart + 1);
        (_to, var (found, foundEnd)) = (end, placeholders.FindPart(text[from..end]));
        if (found < 0) return false;
        (_found, _foundEnd) = (from + found, from + foundEnd);
        return _found >= start || IsIn(text, start, end);
    }
}
