namespace Factory.Core.Guards.Secrets;

/// <summary>
/// What a pattern wants behind a keyword. It is worked out from the pattern, by going through it as far as the keyword's end in
/// every way there is. Most keywords that stand in a text by chance are left out by one of the next few characters, each
/// looked at for itself, long before the pattern is tried; and where the pattern begins with the keyword, no try goes through
/// the keyword again.
/// </summary>
internal sealed class KeywordTail
{
    private const int Depth = 4, Prepared = 256;

    // For each character, in which places behind the keyword it may stand, a bit each.
    private readonly byte[] _places = new byte[Prepared];
    private readonly PatternPart _rest;
    private readonly int _skipped;

    /// <summary>Works it out.</summary>
    /// <param name="pattern">The first part of the pattern.</param>
    /// <param name="keyword">The keyword.</param>
    /// <param name="reach">How far before the keyword, at least and at most, the pattern begins.</param>
    public KeywordTail(PatternPart pattern, string keyword, (int Least, int Most) reach)
    {
        var from = new Ways([(pattern, 0)]);
        var ways = new Ways([]);
        for (var before = 0; before <= reach.Most; before++, from = from.Step(null))
            if (before >= reach.Least) ways.Add(from);
        foreach (var c in keyword) ways = ways.Step(c);
        for (var place = 0; place < Depth; place++, ways = ways.Step(null))
            for (var c = 0; c < Prepared; c++)
                if (ways.MayGoOnWith((char)c)) _places[c] |= (byte)(1 << place);
        var first = pattern.Kind == PatternKind.SecretStart ? pattern.Next : pattern;
        (_rest, _skipped) = reach.Most == 0 && first.Behind(keyword) is { } rest ? (rest, keyword.Length) : (pattern, 0);
    }

    /// <summary>Tries the pattern.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where it is to begin; the keyword must stand there if <c>reach</c> was none.</param>
    /// <param name="end">Where the window ends.</param>
    /// <param name="memory">What the tries in this text know; it tells where the secret is.</param>
    public bool TryMatch(ReadOnlySpan<char> text, int start, int end, PatternMemory memory)
    {
        memory.Begin(start);
        return SecretPattern.TryMatch(_rest, text, start + _skipped, end, memory);
    }

    /// <summary>Whether the pattern may fit.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the keyword ends.</param>
    public bool MayFit(ReadOnlySpan<char> text, int at)
    {
        var places = _places;
        text = text[at..];
        for (var place = 0; place < Depth && place < text.Length; place++)
            if (text[place] < places.Length && (places[text[place]] & (1 << place)) == 0) return false;
        return true;
    }

    /// <summary>All the parts of a pattern, and the characters of them, at which a text may have arrived.</summary>
    private sealed class Ways
    {
        private readonly HashSet<(PatternPart Part, int Count)> _all = [];
        private bool _mayEnd;

        public Ways(IEnumerable<(PatternPart Part, int Count)> all)
        {
            foreach (var (part, count) in all) Add(part, count);
        }

        public void Add(Ways others)
        {
            _all.UnionWith(others._all);
            _mayEnd |= others._mayEnd;
        }

        public bool MayGoOnWith(char c) => _mayEnd || _all.Any(way => SetOf(way).Contains(c));

        /// <summary>Goes on with a character, or with any.</summary>
        public Ways Step(char? c)
        {
            var next = new Ways(_all.Where(way => c is not { } one || SetOf(way).Contains(one)).Select(way => (way.Part, way.Count + 1)));
            next._mayEnd |= _mayEnd;
            return next;
        }

        private static CharacterSet SetOf((PatternPart Part, int Count) way) => way.Part.Kind == PatternKind.Run ? way.Part.Sets[0] : way.Part.Sets[way.Count];

        private void Add(PatternPart part, int count)
        {
            switch (part.Kind)
            {
                case PatternKind.Found or PatternKind.WindowEnd:
                    _mayEnd = true;
                    break;
                case PatternKind.Sequence when count < part.Sets.Length:
                    _all.Add((part, count));
                    break;
                case PatternKind.Run:
                    // Beyond the least of a run without end, one more makes no difference.
                    if (count < part.Most) _all.Add((part, part.Most == int.MaxValue ? Math.Min(count, part.Least) : count));
                    if (count >= part.Least) Add(part.Next, 0);
                    break;
                case PatternKind.Choice:
                    foreach (var choice in part.Choices) Add(choice, 0);
                    break;
                default:
                    Add(part.Next, 0);
                    break;
            }
        }
    }
}
