namespace Factory.Core.Guards.Secrets;

/// <summary>How random a text looks.</summary>
internal static class Entropy
{
    /// <summary>Shannon's entropy of the text's characters, in bits a character; only the lowest eight bits of each count.</summary>
    public static double Of(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return 0;
        Span<int> counts = stackalloc int[256];
        foreach (var c in text) counts[c & 0xFF]++;
        var bits = 0.0;
        foreach (var count in counts)
        {
            if (count == 0) continue;
            var share = (double)count / text.Length;
            bits -= share * Math.Log2(share);
        }

        return bits;
    }
}
