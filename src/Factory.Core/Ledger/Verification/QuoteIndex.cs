using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Factory.Core.Ledger.Verification;

/// <summary>
/// Where the quotes of a line are that begin and end strings, found for 64 bytes at a time: a scanner then steps over a
/// string without looking at it.
/// </summary>
internal static unsafe class QuoteIndex
{
    /// <summary>The most quotes of a line that are noted; a line with more is read otherwise.</summary>
    public const int MostQuotes = 2000;

    /// <summary>How many places an index must have: some are written in vain.</summary>
    public const int Size = MostQuotes + AtOnce + 1;

    /// <summary>What follows the last quote.</summary>
    public const int End = -1;

    private const int BlockSize = 64, AtOnce = 4;

    /// <summary>
    /// Notes the quotes of a line. It fails for a control character, a <c>\u</c>, which could hide half of a surrogate
    /// pair, any other escape that JSON does not know, a string without end, and too many quotes.
    /// </summary>
    /// <param name="line">The line; 64 bytes behind its end must be readable.</param>
    /// <param name="length">Its length without LF.</param>
    /// <param name="quotes">Takes the places, counted from the line's beginning, and <see cref="End"/>.</param>
    /// <param name="kind">What else the line has.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryFill(byte* line, int length, int* quotes, out LineBytes kind)
    {
        var (count, isEscaped, hasEscape, beyondAscii) = (0, false, false, 0UL);
        kind = LineBytes.Plain;
        for (var at = 0; at < length; at += BlockSize)
        {
            var bytes = Vector512.Load(line + at);
            var here = length - at >= BlockSize ? ulong.MaxValue : (1UL << (length - at)) - 1;
            var found = Vector512.Equals(bytes, Vector512.Create((byte)'"')).ExtractMostSignificantBits() & here;
            var escapes = Vector512.Equals(bytes, Vector512.Create((byte)'\\')).ExtractMostSignificantBits() & here;
            if ((Vector512.LessThan(bytes, Vector512.Create((byte)' ')).ExtractMostSignificantBits() & here) != 0) return false;
            beyondAscii |= bytes.ExtractMostSignificantBits() & here;
            if (escapes != 0 || isEscaped)
            {
                hasEscape = true;
                if (!TryDropEscaped(line + at, escapes, ref found, ref isEscaped)) return false;
            }

            var more = BitOperations.PopCount(found);
            if (count + more > MostQuotes) return false;
            Note(found, at, quotes + count);
            count += more;
        }

        quotes[count] = End;
        kind = (hasEscape ? LineBytes.Escapes : 0) | (beyondAscii != 0 ? LineBytes.BeyondAscii : 0);
        return count % 2 == 0;
    }

    // Four at a time, some in vain: their number is hard for a processor to foresee.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Note(ulong found, int at, int* quotes)
    {
        for (; found != 0; quotes += AtOnce)
        {
            quotes[0] = at + BitOperations.TrailingZeroCount(found);
            found &= found - 1;
            quotes[1] = at + BitOperations.TrailingZeroCount(found);
            found &= found - 1;
            quotes[2] = at + BitOperations.TrailingZeroCount(found);
            found &= found - 1;
            quotes[3] = at + BitOperations.TrailingZeroCount(found);
            found &= found - 1;
        }
    }

    // A quote behind an odd number of backslashes is part of a text.
    private static bool TryDropEscaped(byte* block, ulong escapes, ref ulong found, ref bool isEscaped)
    {
        if (isEscaped)
        {
            escapes &= ~1UL;
            found &= ~1UL;
        }

        isEscaped = false;
        while (escapes != 0)
        {
            var escaped = BitOperations.TrailingZeroCount(escapes) + 1;
            if (!"\"\\/bfnrt"u8.Contains(block[escaped])) return false;
            isEscaped = escaped == BlockSize;
            if (isEscaped) return true;
            escapes &= escapes - 1;
            escapes &= ~(1UL << escaped);
            found &= ~(1UL << escaped);
        }

        return true;
    }
}

/// <summary>What a line has beside plain ASCII.</summary>
[Flags]
internal enum LineBytes
{
    /// <summary>Nothing.</summary>
    Plain = 0,
    /// <summary>Backslashes.</summary>
    Escapes = 1,
    /// <summary>Bytes that must still be shown to be UTF-8.</summary>
    BeyondAscii = 2,
}
