namespace Factory.Core.Ledger.Checkpoints;

/// <summary>Base64 (RFC 4648, section 4) in its one canonical form: padded, no white space, no stray bits at the end.</summary>
internal static class StrictBase64
{
    /// <summary>The bytes of a text, or null when it is not canonical.</summary>
    public static byte[]? Decode(string text)
    {
        var bytes = new byte[((text.Length / 4) + 1) * 3];
        // The runtime skips white space and ignores stray bits; writing the bytes again shows both.
        return Convert.TryFromBase64String(text, bytes, out var length) && Convert.ToBase64String(bytes, 0, length) == text ? bytes[..length] : null;
    }

    /// <summary>The SHA-256 hash that a text holds, or null.</summary>
    public static byte[]? DecodeHash(string text) => Decode(text) is { Length: LedgerHash.Size } hash ? hash : null;
}
