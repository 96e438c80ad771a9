namespace Factory.Core.Guards.Secrets;

/// <summary>What the tries of a pattern in one text tell each other, so that no part of the text is looked at by each of many.</summary>
internal sealed class PatternMemory(int runs)
{
    private readonly (int From, int End)[] _runs = new (int, int)[runs];

    /// <summary>Where the secret of the match begins.</summary>
    public int SecretStart { get; set; }

    /// <summary>Where the secret of the match ends.</summary>
    public int SecretEnd { get; set; }

    /// <summary>Begins a try at a place, where the secret begins too unless the pattern tells another place.</summary>
    public void Begin(int at) => SecretStart = at;

    /// <summary>Where the run that holds a place ends, however long it is.</summary>
    public int EndOfRun(int run, CharacterSet set, ReadOnlySpan<char> text, int at)
    {
        ref var known = ref _runs[run];
        if (at >= known.From && at < known.End) return known.End;
        // Before what is known only as much is measured as leads there.
        var to = at < known.From ? known.From : text.Length;
        var end = at + set.Measure(text[at..to]);
        known = (at, end == known.From ? known.End : end);
        return known.End;
    }
}
