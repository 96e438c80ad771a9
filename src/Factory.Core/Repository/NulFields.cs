using System.Text;

namespace Factory.Core.Repository;

/// <summary>Output of git's <c>-z</c> options: fields that end with NUL.</summary>
public static class NulFields
{
    // A name that is not UTF-8 must not turn into another valid name: it is decoded byte by byte into lone surrogates,
    // which RelativePath then refuses.
    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    /// <summary>Splits at NUL and decodes each field; the empty end is left out.</summary>
    public static IReadOnlyList<string> Split(ReadOnlySpan<byte> output)
    {
        var fields = new List<string>();
        while (!output.IsEmpty)
        {
            var end = output.IndexOf((byte)0);
            fields.Add(Decode(end < 0 ? output : output[..end]));
            output = end < 0 ? [] : output[(end + 1)..];
        }

        return fields;
    }

    private static string Decode(ReadOnlySpan<byte> field)
    {
        try
        {
            return Strict.GetString(field);
        }
        catch (DecoderFallbackException)
        {
            var text = new StringBuilder();
            foreach (var b in field) text.Append(b < 0x80 ? (char)b : (char)(0xDC00 + b));
            return text.ToString();
        }
    }
}
