using System.Buffers;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Reading;

/// <summary>The names of event types as bytes, and one string for each.</summary>
internal static class EventTypeTable
{
    private static readonly (byte[] Bytes, string Name)[] Known = [.. WireEnum<LedgerEventType>.All.Select(name => (Encoding.ASCII.GetBytes(name), name))];

    /// <summary>What a name is made of in the spelling that this build writes.</summary>
    public static SearchValues<byte> Letters { get; } = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"u8);

    /// <summary>The name, which is upper-case ASCII already.</summary>
    public static string NameOf(ReadOnlySpan<byte> bytes)
    {
        foreach (var (known, name) in Known)
            if (bytes.SequenceEqual(known)) return name;
        return Encoding.ASCII.GetString(bytes);
    }
}
