namespace Factory.Benchmarks.Comparison;

/// <summary>What was measured of one side, in seconds or in bytes or events a second.</summary>
internal sealed class Samples(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    /// <summary>The middle one; the mean of the two middle ones when there is no single one.</summary>
    public double Median => (_sorted[(_sorted.Length - 1) / 2] + _sorted[_sorted.Length / 2]) / 2;

    public double Least => _sorted[0];

    public double Most => _sorted[^1];
}

/// <summary>Measures several things in turn, so that what else the machine does meets all of them alike.</summary>
internal static class Alternately
{
    /// <summary>One round of each to warm up, then so many rounds.</summary>
    public static IReadOnlyList<Samples> Measure(int repetitions, params Func<double>[] sides)
    {
        foreach (var side in sides) side();
        var values = sides.Select(_ => new List<double>()).ToList();
        for (var round = 0; round < repetitions; round++)
        {
            // Garbage of one side is not collected at the cost of the other.
            for (var i = 0; i < sides.Length; i++)
            {
                GC.Collect();
                values[i].Add(sides[i]());
            }
        }

        return [.. values.Select(list => new Samples(list))];
    }

    /// <summary>How long a piece of work takes, in seconds.</summary>
    public static Func<double> Seconds(Action work) => () =>
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        work();
        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
    };
}
