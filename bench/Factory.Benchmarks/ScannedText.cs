using Factory.Core.Guards.Secrets;

namespace Factory.Benchmarks;

/// <summary>A text of some size, and the search for secrets in it as a content is searched in a run.</summary>
internal static class ScannedText
{
    /// <summary>A unit, repeated.</summary>
    public static byte[] Fill(byte[] unit, int size)
    {
        var all = new byte[size];
        for (var at = 0; at < size; at += unit.Length) unit.AsSpan(0, Math.Min(unit.Length, size - at)).CopyTo(all.AsSpan(at));
        return all;
    }

    /// <summary>How many secrets the text holds.</summary>
    public static int Scan(byte[] bytes)
    {
        using var stream = new SecretStream(SecretScanner.BuiltIn, int.MaxValue);
        stream.Append(bytes);
        stream.Complete();
        return stream.Hits.Count;
    }
}
