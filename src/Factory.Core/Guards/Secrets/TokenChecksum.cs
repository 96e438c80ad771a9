namespace Factory.Core.Guards.Secrets;

/// <summary>
/// The checksum of GitHub's and npm's tokens: the last six characters are the CRC-32 of the thirty before them, in base 62
/// with digits, capitals and small letters in this order.
/// </summary>
internal static class TokenChecksum
{
    private const int Length = 6;
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(code => Shift((uint)code))];

    /// <summary>Whether the token's checksum is that of its content.</summary>
    public static bool IsRight(ReadOnlySpan<char> token)
    {
        var content = token[(token.IndexOf('_') + 1)..];
        if (content.Length <= Length) return false;
        Span<char> checksum = stackalloc char[Length];
        Write(content[..^Length], checksum);
        return content[^Length..].SequenceEqual(checksum);
    }

    /// <summary>The checksum of a content.</summary>
    public static string Of(ReadOnlySpan<char> content)
    {
        Span<char> checksum = stackalloc char[Length];
        Write(content, checksum);
        return new string(checksum);
    }

    private static void Write(ReadOnlySpan<char> content, Span<char> checksum)
    {
        var crc = uint.MaxValue;
        foreach (var c in content) crc = (crc >> 8) ^ Table[(byte)(crc ^ c)];
        crc = ~crc;
        for (var i = Length - 1; i >= 0; i--, crc /= 62) checksum[i] = Digits[(int)(crc % 62)];
    }

    private static uint Shift(uint crc)
    {
        for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
        return crc;
    }
}
