using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Factory.Core.Ledger.Reading;

/// <summary>Counts lines at the speed of memory, and sees whether each one looks like an object from outside.</summary>
internal static class LineEnds
{
    /// <summary>How many LF there are.</summary>
    public static int Count(ReadOnlySpan<byte> lines) => lines.Count((byte)'\n');

    /// <summary>
    /// Whether every line begins with <c>{</c> and ends with <c>}</c> and LF: no empty line, no byte order mark, no CR LF,
    /// none torn. Only the ends are looked at.
    /// </summary>
    /// <param name="lines">Whole lines.</param>
    /// <param name="count">How many LF there are.</param>
    public static bool AreObjects(ReadOnlySpan<byte> lines, out int count)
    {
        count = 0;
        if (lines.IsEmpty) return true;
        if (lines.Length < 3 || lines[0] != '{' || !lines.EndsWith("}\n"u8))
        {
            count = Count(lines);
            return false;
        }

        // The last LF is checked above; every other one stands between a '}' and a '{'.
        var inner = lines[..^1];
        var (all, sound, at) = (0, 0, 1);
        if (Vector256.IsHardwareAccelerated) Count(inner, ref at, ref all, ref sound);
        for (; at < inner.Length - 1; at++)
        {
            if (inner[at] != '\n') continue;
            all++;
            if (inner[at - 1] == '}' && inner[at + 1] == '{') sound++;
        }

        count = all + 1;
        return all == sound;
    }

    private static void Count(ReadOnlySpan<byte> bytes, ref int at, ref int all, ref int sound)
    {
        ref var first = ref MemoryMarshal.GetReference(bytes);
        for (; at + Vector256<byte>.Count + 1 < bytes.Length; at += Vector256<byte>.Count)
        {
            var feeds = Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)at), Vector256.Create((byte)'\n'));
            var mask = feeds.ExtractMostSignificantBits();
            if (mask == 0) continue;
            var opens = Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)at + 1), Vector256.Create((byte)'{'));
            var closes = Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)at - 1), Vector256.Create((byte)'}'));
            all += BitOperations.PopCount(mask);
            sound += BitOperations.PopCount((feeds & opens & closes).ExtractMostSignificantBits());
        }
    }
}
