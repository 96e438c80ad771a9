namespace Factory.Core.Guards.Secrets;

/// <summary>How random a text looks.</summary>
internal static class Entropy
{
    private const int Prepared = 4096;

    // n log2 n: what a character costs that stands n times.
    private static readonly double[] Products = [.. Enumerable.Range(0, Prepared + 1).Select(Product)];

    /// <summary>Shannon's entropy of the text's characters, in bits a character; only the lowest eight bits of each count.</summary>
    public static double Of(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return 0;
        Span<int> counts = stackalloc int[256];
        var sum = 0.0;
        foreach (var c in text)
        {
            var count = counts[c & 0xFF]++;
            sum += At(count + 1) - At(count);
        }

        return Math.Max(0, (At(text.Length) - sum) / text.Length);
    }

    private static double At(int count) => count <= Prepared ? Products[count] : Product(count);

    private static double Product(int count) => count == 0 ? 0 : count * Math.Log2(count);
}
