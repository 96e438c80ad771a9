using System.Globalization;
using Factory.Benchmarks.Comparison;

namespace Factory.Benchmarks;

/// <summary>What one side of a pair costs more than the other: the median of the pairs, and how sure it is.</summary>
internal sealed class PairedShares
{
    private const int Resamples = 4000;
    private const double Tail = 0.025;
    private readonly List<double> _without = [];
    private readonly List<double> _with = [];

    /// <summary>Takes one pair, in seconds.</summary>
    public void Add(double without, double with)
    {
        _without.Add(without);
        _with.Add(with);
    }

    /// <summary>The two medians in milliseconds, the median of the pairs' shares, and its 95 % bootstrap interval.</summary>
    public override string ToString()
    {
        var shares = _with.Zip(_without, (with, without) => ((with / without) - 1) * 100).ToArray();
        var (least, most) = Interval(shares);
        return string.Create(CultureInfo.InvariantCulture, $"{new Samples(_without).Median * 1000,8:0.0} {new Samples(_with).Median * 1000,8:0.0} ms {new Samples(shares).Median,+7:+0.0;-0.0} % [{least:+0.0;-0.0} .. {most:+0.0;-0.0}]");
    }

    private static (double Least, double Most) Interval(double[] shares)
    {
        // The same figures always give the same interval.
        var random = new Random(shares.Length);
        var sample = new double[shares.Length];
        var medians = new double[Resamples];
        for (var i = 0; i < Resamples; i++)
        {
            for (var j = 0; j < sample.Length; j++) sample[j] = shares[random.Next(shares.Length)];
            medians[i] = new Samples(sample).Median;
        }

        Array.Sort(medians);
        return (medians[(int)(Resamples * Tail)], medians[(int)(Resamples * (1 - Tail))]);
    }
}
