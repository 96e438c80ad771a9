namespace Factory.Core.Configuration;

/// <summary>Finds the known name that a misspelt one probably meant.</summary>
public static class NearestName
{
    private const int ShortestStem = 3;

    /// <summary>The nearest known name, or null when none is near enough to be worth proposing.</summary>
    /// <param name="name">The name as it was written.</param>
    /// <param name="known">The names that exist; of equally near ones the first wins.</param>
    public static string? Find(string name, IEnumerable<string> known)
    {
        known = known as IReadOnlyCollection<string> ?? [.. known];
        string? nearest = null;
        var shortest = int.MaxValue;
        foreach (var candidate in known)
        {
            var distance = Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance > Tolerance(name, candidate) || distance >= shortest) continue;
            (nearest, shortest) = (candidate, distance);
        }

        return nearest ?? FindLonger(name, known);
    }

    /// <summary>
    /// The edit distance of two texts: insertions, deletions, substitutions and swaps of neighbours
    /// (Damerau-Levenshtein, optimal string alignment).
    /// </summary>
    public static int Distance(string left, string right)
    {
        var beforeLast = new int[right.Length + 1];
        var last = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++) last[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[right.Length];
    }

    // A name cut short is far by distance and yet plainly meant: "timeout" for "timeout_seconds".
    private static string? FindLonger(string name, IEnumerable<string> known) => name.Length < ShortestStem
        ? null
        : known.FirstOrDefault(candidate => candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase));

    // Beyond a third of the name a proposal misleads more than it helps.
    private static int Tolerance(string name, string candidate) => Math.Max(2, Math.Max(name.Length, candidate.Length) / 3);
}
