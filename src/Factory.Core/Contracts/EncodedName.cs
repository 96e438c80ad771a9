using System.Text;

namespace Factory.Core.Contracts;

/// <summary>
/// Percent escapes in a name. Nothing in Factory decodes them, but names travel on into addresses and into other programs.
/// Only escapes that would lead out of a folder are refused; <c>a%20b</c> and <c>a%2Fb</c> are ordinary names.
/// </summary>
internal static class EncodedName
{
    private const int Rounds = 3;

    /// <summary>Whether the name, decoded up to three times, has a <c>..</c> or <c>.git</c> part, or ends early at a NUL.</summary>
    public static bool LeadsOut(string segment)
    {
        var text = segment;
        for (var round = 0; round < Rounds && text.Contains('%', StringComparison.Ordinal); round++)
        {
            var decoded = Decode(text);
            if (decoded == text) return false;
            if (decoded.Contains('\0', StringComparison.Ordinal)) return true;
            if (Array.Exists(decoded.Split('/', '\\'), IsDangerous)) return true;
            text = decoded;
        }

        return false;
    }

    private static bool IsDangerous(string part) => part is "." or ".." || PathRules.IsGitFolder(part.ToLowerInvariant().TrimEnd('.', ' '));

    // %XX, %uXXXX, and the overlong UTF-8 forms of ASCII that lax decoders accept. Everything else stays as it is.
    private static string Decode(string text)
    {
        var bytes = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && Hex(text, i + 1, 2) is { } single)
            {
                bytes.Add(single);
                i += 2;
            }
            else if (text[i] == '%' && i + 1 < text.Length && text[i + 1] is 'u' or 'U' && Hex(text, i + 2, 4) is { } unit)
            {
                bytes.Add(unit);
                i += 5;
            }
            else
            {
                bytes.Add(text[i]);
            }
        }

        var decoded = new StringBuilder(bytes.Count);
        for (var i = 0; i < bytes.Count; i++) decoded.Append((char)Overlong(bytes, ref i));
        return decoded.ToString();
    }

    private static int Overlong(List<int> bytes, ref int i)
    {
        int Next(int offset, int start) => start + offset < bytes.Count ? bytes[start + offset] & 0x3F : 0;
        var (lead, skip) = bytes[i] switch
        {
            0xC0 or 0xC1 => (1, 1),
            0xE0 => (2, 2),
            0xF0 => (3, 3),
            0xF8 => (4, 4),
            _ => (0, 0),
        };
        if (skip == 0 || i + skip >= bytes.Count) return bytes[i];
        var value = lead == 1 ? ((bytes[i] & 1) << 6) | Next(1, i) : (Next(skip - 1, i) << 6) | Next(skip, i);
        for (var k = 1; k < skip - 1; k++)
            if (Next(k, i) != 0) return bytes[i];
        if (value >= 0x80) return bytes[i];
        i += skip;
        return value;
    }

    private static int? Hex(string text, int start, int length)
    {
        if (start + length > text.Length) return null;
        var value = 0;
        for (var i = start; i < start + length; i++)
        {
            if (!char.IsAsciiHexDigit(text[i])) return null;
            value = (value << 4) | Convert.ToInt32(text[i].ToString(), 16);
        }

        return value;
    }
}
