using System.Runtime.CompilerServices;

namespace Factory.Core.Guards.Secrets;

/// <summary>What a part of a pattern is.</summary>
internal enum PatternKind
{
    /// <summary>Characters one after the other, each of its own set.</summary>
    Sequence,

    /// <summary>Characters of one set, some number of times, as many as there are.</summary>
    Run,

    /// <summary>The first of several parts that fits.</summary>
    Choice,

    /// <summary>Where the secret begins.</summary>
    SecretStart,

    /// <summary>Where the secret ends.</summary>
    SecretEnd,

    /// <summary>The end of the window.</summary>
    WindowEnd,

    /// <summary>The end of the pattern.</summary>
    Found,
}

/// <summary>
/// A part of a pattern as it is matched; each knows the part behind it. There is one class for all, since a loop that goes from
/// part to part is faster than parts that call each other.
/// </summary>
internal sealed class PatternPart
{
    private const int Prepared = 128, MostChoices = 31;
    private PatternPart?[]? _entries;

    private PatternPart(PatternKind kind, PatternPart? next, CharacterSet first) => (Kind, Next, First) = (kind, next!, first);

    public PatternKind Kind { get; }

    /// <summary>What follows; of a choice, nothing, since that follows each of its parts.</summary>
    public PatternPart Next { get; }

    /// <summary>What may stand where it begins: where it may be empty, what follows it included.</summary>
    public CharacterSet First { get; }

    /// <summary>The sets of a sequence; a run has one.</summary>
    public CharacterSet[] Sets { get; private init; } = [];

    /// <summary>How many characters a run has at least.</summary>
    public int Least { get; private init; }

    /// <summary>How many characters a run has at most.</summary>
    public int Most { get; private init; }

    /// <summary>Where a <see cref="PatternMemory"/> remembers a run.</summary>
    public int Place { get; private init; }

    /// <summary>Whether a run may have to be shorter than it can be, for what follows to fit.</summary>
    public bool GivesWay { get; private init; }

    /// <summary>The parts of a choice.</summary>
    public PatternPart[] Choices { get; private init; } = [];

    // Whether it and all that follows it may be empty.
    private bool MayBeEmpty { get; init; }

    // For each character, which parts of a choice may begin with it, a bit each.
    private uint[] ByFirst { get; init; } = [];

    /// <summary>The end of the pattern.</summary>
    public static PatternPart Found() => new(PatternKind.Found, null, CharacterSet.Empty) { MayBeEmpty = true };

    /// <summary>A sequence.</summary>
    public static PatternPart Sequence(CharacterSet[] sets, PatternPart next) => new(PatternKind.Sequence, next, sets[0]) { Sets = sets };

    /// <summary>The first of several parts that fits; of none, nothing fits.</summary>
    /// <exception cref="FormatException">There are more than 31.</exception>
    public static PatternPart Choice(PatternPart[] choices)
    {
        if (choices.Length > MostChoices) throw new FormatException($"a pattern of a rule has a group of more than {MostChoices} alternatives");
        return new(PatternKind.Choice, null, choices.Aggregate(CharacterSet.Empty, (all, choice) => all.Or(choice.First)))
        {
            Choices = choices,
            MayBeEmpty = choices.Any(choice => choice.MayBeEmpty),
            ByFirst = [.. Enumerable.Range(0, Prepared).Select(c => Bits(choices, choice => choice.MayBeEmpty || choice.First.Contains((char)c)))],
        };
    }

    /// <summary>A beginning or an end, of the secret or of the window.</summary>
    public static PatternPart Mark(PatternKind kind, PatternPart next) => kind == PatternKind.WindowEnd
        ? new(kind, next, CharacterSet.Empty) { MayBeEmpty = true }
        : new(kind, next, next.First) { MayBeEmpty = next.MayBeEmpty };

    /// <summary>A run.</summary>
    public static PatternPart Run(PatternTerm.Run run, PatternPart next, int place) =>
        new(PatternKind.Run, next, run.Least > 0 ? run.Set : run.Set.Or(next.First))
        {
            Sets = [run.Set],
            Least = run.Least,
            Most = run.Most,
            Place = place,
            MayBeEmpty = run.Least == 0 && next.MayBeEmpty,
            GivesWay = run.Least < run.Most && next.First.Overlaps(run.Set) && !next.Absorbs(run.Set),
        };

    /// <summary>
    /// Where to go on when a text begins with a character: this part, or, when it is a run that may be empty and has to be, the
    /// first behind it that fits; null when nothing does.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PatternPart? Enter(char c) => c >= Prepared ? this : (_entries ?? FindEntries())[c];

    /// <summary>Which parts of a choice may fit a text that begins with a character, a bit each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ThatBeginWith(char c) => c < ByFirst.Length ? ByFirst[c] : All;

    /// <summary>All parts of a choice, a bit each.</summary>
    public uint All => (1u << Choices.Length) - 1;

    /// <summary>
    /// What is left to be matched behind a word that stands where this part begins; null when the word alone does not tell where
    /// in the pattern it ends.
    /// </summary>
    public PatternPart? Behind(string word)
    {
        if (word.Length == 0) return this;
        switch (Kind)
        {
            case PatternKind.Sequence:
                var fitting = 0;
                while (fitting < Math.Min(word.Length, Sets.Length) && Sets[fitting].Contains(word[fitting])) fitting++;
                if (fitting == Sets.Length) return Next.Behind(word[fitting..]);
                return fitting == word.Length ? Sequence(Sets[fitting..], Next) : Choice([]);
            case PatternKind.Run when !GivesWay:
                var length = Math.Min(Most, Sets[0].Measure(word));
                if (length == Most) return Next.Behind(word[length..]);
                if (length == word.Length) return Run(new PatternTerm.Run(Sets[0], Math.Max(0, Least - length), Most == int.MaxValue ? Most : Most - length), Next, Place);
                return length >= Least ? Next.Behind(word[length..]) : Choice([]);
            case PatternKind.Choice:
                var left = Choices.Select(choice => choice.Behind(word)).ToArray();
                if (Array.IndexOf(left, null) >= 0) return null;
                var some = left.OfType<PatternPart>().Where(part => part.Kind != PatternKind.Choice || part.Choices.Length > 0).ToArray();
                return some.Length == 1 ? some[0] : Choice(some);
            default:
                return null;
        }
    }

    private PatternPart?[] FindEntries() => _entries = [.. Enumerable.Range(0, Prepared).Select(c => FindEntry((char)c))];

    private PatternPart? FindEntry(char c)
    {
        if (Kind is PatternKind.Run && Least == 0 && !Sets[0].Contains(c)) return Next.FindEntry(c);
        return First.Contains(c) || (MayBeEmpty && Kind is not PatternKind.WindowEnd) ? this : null;
    }

    private static uint Bits(PatternPart[] choices, Func<PatternPart, bool> isIn) =>
        choices.Select((choice, place) => isIn(choice) ? 1u << place : 0).Aggregate(0u, (all, bit) => all | bit);

    // When a shorter run is tried, a character of its set is the next one. If nothing that follows begins with it, no shorter run
    // can help; nor can it when the run that follows takes all that this one gives, and so ends no later.
    private bool Absorbs(CharacterSet set) => Kind == PatternKind.Run && Least == 0 && !GivesWay && Sets[0].Covers(set);
}
