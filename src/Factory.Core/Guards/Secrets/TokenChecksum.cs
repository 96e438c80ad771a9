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

    /// <summary>Whether the token's checksum is that of its content.</summary>
    public static bool IsRight(ReadOnlySpan<char> token)
    {
        var content = token[(token.IndexOf('_') + 1)..];
        return content.Length > Length && content[^Length..].SequenceEqual(Of(content[..^Length]));
    }

    /// <summary>The checksum of a content.</summary>
    public static string Of(ReadOnlySpan<char> content)
    {
        var crc = uint.MaxValue;
        foreach (var c in content)
        {
            crc ^= (byte)c;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
        }

        return string.Create(Length, ~crc, (text, value) =>
        {
            for (var i = text.Length - 1; i >= 0; i--, value /= 62) text[i] = Digits[(int)(value % 62)];
        });
    }
}
