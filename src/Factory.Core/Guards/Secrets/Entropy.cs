namespace Factory.Core.Guards.Secrets;

/// <summary>
/// How random parts of one text look: Shannon's entropy of a part's characters, in bits a character; only the lowest eight bits
/// of each count. A part is counted from the one before, so that many parts that overlap cost little more than one.
/// </summary>
internal sealed class Entropy
{
    private const int Prepared = 256;

    // Sums of whole numbers are the same in whatever order they are made. The most that rounding takes away is given back: what
    // is exactly as random as a rule wants must not fail it.
    private const double Scale = 1L << 40;
    private const long Rounding = Prepared;

    // n log2 n: what a character costs that stands n times.
    private static readonly long[] Products = [.. Enumerable.Range(0, Prepared + 1).Select(Product)];
    private static readonly long[] Steps = [.. Enumerable.Range(0, Prepared).Select(count => Products[count + 1] - Products[count])];
    private readonly int[] _counts = new int[256];
    private int _start;
    private int _end;
    private long _sum;

    /// <summary>The entropy of a whole text.</summary>
    public static double Of(ReadOnlySpan<char> text) => new Entropy().Of(text, 0, text.Length);

    /// <summary>The entropy of a part of the text, which is the same text each time.</summary>
    public double Of(ReadOnlySpan<char> text, int start, int end)
    {
        if (start == end) return 0;
        if (start >= _end || end <= _start || Math.Abs((long)start - _start) + Math.Abs((long)end - _end) > end - start) Clear(start);
        while (_start > start) Add(text[--_start]);
        while (_end < end) Add(text[_end++]);
        while (_start < start) Remove(text[_start++]);
        while (_end > end) Remove(text[--_end]);
        return (At(end - start) - _sum + Rounding) / ((end - start) * Scale);
    }

    private void Clear(int start)
    {
        Array.Clear(_counts);
        (_start, _end, _sum) = (start, start, 0);
    }

    private void Add(char c)
    {
        var count = _counts[c & 0xFF]++;
        _sum += Step(count);
    }

    private void Remove(char c)
    {
        var count = --_counts[c & 0xFF];
        _sum -= Step(count);
    }

    private static long Step(int count) => count < Prepared ? Steps[count] : Product(count + 1) - Product(count);

    private static long At(int count) => count <= Prepared ? Products[count] : Product(count);

    private static long Product(int count) => count == 0 ? 0 : (long)Math.Round(count * Math.Log2(count) * Scale);
}
