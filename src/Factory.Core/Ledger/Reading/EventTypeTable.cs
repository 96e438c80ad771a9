using System.Runtime.CompilerServices;
using System.Text;

namespace Factory.Core.Ledger.Reading;

/// <summary>One string for each event type that was met, so that a million events do not make a million strings.</summary>
internal static class EventTypeTable
{
    private const int Slots = 256;
    private const int Tries = 4;
    private static readonly Entry?[] Known = new Entry?[Slots];

    /// <summary>The name of an event type that has the spelling which this build writes: upper-case ASCII letters and underscores.</summary>
    /// <returns>Null for another spelling.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static string? TryNameOf(ReadOnlySpan<byte> bytes)
    {
        var slot = SlotOf(bytes);
        for (var i = 0; i < Tries; i++, slot = (slot + 1) % Slots)
        {
            var entry = Volatile.Read(ref Known[slot]);
            if (entry is not null && bytes.SequenceEqual(entry.Bytes)) return entry.Name;
            if (entry is null) return Add(bytes, slot);
        }

        return IsUpperCase(bytes) ? Encoding.ASCII.GetString(bytes) : null;
    }

    // Another thread may add one to the same place at the same time; then one of the two is met again.
    private static string? Add(ReadOnlySpan<byte> bytes, int slot)
    {
        if (!IsUpperCase(bytes)) return null;
        var entry = new Entry(bytes.ToArray(), Encoding.ASCII.GetString(bytes));
        Volatile.Write(ref Known[slot], entry);
        return entry.Name;
    }

    private static int SlotOf(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? 0 : ((bytes.Length * 31) + (bytes[0] * 7) + (bytes[bytes.Length / 2] * 17) + (bytes[^1] * 3)) % Slots;

    private static bool IsUpperCase(ReadOnlySpan<byte> name)
    {
        foreach (var letter in name)
            if ((uint)(letter - 'A') > 'Z' - 'A' && letter != '_') return false;
        return true;
    }

    private sealed record Entry(byte[] Bytes, string Name);
}
