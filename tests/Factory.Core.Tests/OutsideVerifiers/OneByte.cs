namespace Factory.Core.Tests.OutsideVerifiers;

/// <summary>The same bytes with one of them changed.</summary>
internal static class OneByte
{
    /// <summary>One change at each of these positions: the lowest bit flipped, or another digit of base64 put there.</summary>
    public static IEnumerable<byte[]> ChangedAt(byte[] bytes, IEnumerable<int> positions) => positions.Select(at =>
    {
        var changed = bytes.ToArray();
        changed[at] ^= 1;
        return changed;
    });

    /// <summary>
    /// Another base64 digit at each of these positions. A digit that carries spare bits only, before <c>=</c>, may not be
    /// among them: many decoders drop those bits.
    /// </summary>
    public static IEnumerable<byte[]> OtherDigitAt(byte[] bytes, IEnumerable<int> positions) => positions.Select(at =>
    {
        var changed = bytes.ToArray();
        changed[at] = changed[at] == (byte)'A' ? (byte)'B' : (byte)'A';
        return changed;
    });

    /// <summary>At most so many positions, evenly spread over a range, both ends among them.</summary>
    public static IEnumerable<int> Spread(int from, int length, int most) =>
        length <= most ? Enumerable.Range(from, length) : Enumerable.Range(0, most).Select(i => from + (int)((long)i * (length - 1) / (most - 1)));
}
