using System.Text;

namespace Factory.Core.Ledger.Reading;

/// <summary>One string for each event type that was met, so that a million events do not make a million strings.</summary>
internal static class EventTypeTable
{
    private const int Most = 64;
    private static (byte[] Bytes, string Name)[] _known = [];

    /// <summary>Whether a name has the spelling that this build writes: upper-case ASCII letters and underscores.</summary>
    public static bool IsUpperCase(ReadOnlySpan<byte> name)
    {
        foreach (var letter in name)
            if ((uint)(letter - 'A') > 'Z' - 'A' && letter != '_') return false;
        return true;
    }

    /// <summary>The name, which is upper-case ASCII already.</summary>
    public static string NameOf(ReadOnlySpan<byte> bytes)
    {
        var known = Volatile.Read(ref _known);
        foreach (var (text, name) in known)
            if (bytes.SequenceEqual(text)) return name;
        var added = Encoding.ASCII.GetString(bytes);
        // Another thread may add one at the same time; then one of the two is met again.
        if (known.Length < Most) Volatile.Write(ref _known, [.. known, (bytes.ToArray(), added)]);
        return added;
    }
}
