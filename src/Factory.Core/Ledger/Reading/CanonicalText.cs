using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace Factory.Core.Ledger.Reading;

/// <summary>
/// Steps over JSON of the form that this build writes: no spaces, no escapes, keys in ordinal order. Every step takes a
/// position and gives the one after what it stepped over; it gives <see cref="Other"/> for anything else, sound or not, and
/// leaves the decision to a general reader. Positions are passed, not kept, so that they stay in registers.
/// </summary>
internal static class CanonicalText
{
    /// <summary>The answer for a text of another form. A step from here gives the same.</summary>
    public const int Other = -1;

    private const int Deepest = 32;
    private const int MostDigits = 18;

    /// <summary>Whether a line has neither escapes nor control characters and is UTF-8, which all the steps take for granted.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> line) => !HasEscapeOrControl(line) && Utf8.IsValid(line);

    /// <summary>Steps over exactly these bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int After(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> expected) =>
        (uint)at <= (uint)text.Length && text[at..].StartsWith(expected) ? at + expected.Length : Other;

    /// <summary>Steps over a string. Most are short: one comparison of 32 bytes finds their end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AfterString(ReadOnlySpan<byte> text, int at)
    {
        if ((uint)at >= (uint)text.Length || text[at] != '"') return Other;
        at++;
        if (Vector256.IsHardwareAccelerated && at <= text.Length - Vector256<byte>.Count)
        {
            var mask = Vector256.Equals(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)at), Vector256.Create((byte)'"')).ExtractMostSignificantBits();
            if (mask != 0) return at + BitOperations.TrailingZeroCount(mask) + 1;
        }

        return AfterQuote(text, at);
    }

    /// <summary>Steps over a string or null.</summary>
    /// <param name="text">The line.</param>
    /// <param name="at">Where it begins.</param>
    /// <param name="value">The string; empty for null.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AfterStringOrNull(ReadOnlySpan<byte> text, int at, out ReadOnlySpan<byte> value)
    {
        var end = AfterString(text, at);
        value = end < 0 ? default : text[(at + 1)..(end - 1)];
        return end < 0 ? After(text, at, "null"u8) : end;
    }

    /// <summary>Steps over a number without fraction that fits, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AfterIntegerOrNull(ReadOnlySpan<byte> text, int at, out long? value)
    {
        value = null;
        if ((uint)at >= (uint)text.Length) return Other;
        if (text[at] == 'n') return After(text, at, "null"u8);
        var end = AfterInteger(text, at, out var number);
        value = number;
        return end;
    }

    /// <summary>Steps over a number without fraction and with at most 18 digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int AfterInteger(ReadOnlySpan<byte> text, int at, out long value)
    {
        value = 0;
        if ((uint)at >= (uint)text.Length) return Other;
        var isNegative = text[at] == '-';
        if (isNegative) at++;
        var first = at;
        for (; (uint)at < (uint)text.Length && (uint)(text[at] - '0') <= 9; at++)
        {
            if (at - first == MostDigits) return Other;
            value = (value * 10) + (text[at] - '0');
        }

        if (at == first || (text[first] == '0' && (at - first > 1 || isNegative))) return Other;
        if (at < text.Length && text[at] is (byte)'.' or (byte)'e' or (byte)'E') return Other;
        if (isNegative) value = -value;
        return at;
    }

    /// <summary>Steps over an object whose values are all strings.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int AfterTexts(ReadOnlySpan<byte> text, int at)
    {
        at = After(text, at, "{"u8);
        if (at < 0 || (at < text.Length && text[at] == '}')) return at < 0 ? Other : at + 1;
        for (var (from, to) = (0, 0); ; at++)
        {
            at = AfterString(text, AfterKey(text, at, ref from, ref to));
            if ((uint)at >= (uint)text.Length) return Other;
            if (text[at] == '}') return at + 1;
            if (text[at] != ',') return Other;
        }
    }

    /// <summary>Steps over an object whose values are all numbers without fraction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int AfterIntegers(ReadOnlySpan<byte> text, int at)
    {
        at = After(text, at, "{"u8);
        if (at < 0 || (at < text.Length && text[at] == '}')) return at < 0 ? Other : at + 1;
        for (var (from, to) = (0, 0); ; at++)
        {
            at = AfterInteger(text, AfterKey(text, at, ref from, ref to), out _);
            if ((uint)at >= (uint)text.Length) return Other;
            if (text[at] == '}') return at + 1;
            if (text[at] != ',') return Other;
        }
    }

    /// <summary>Steps over a key and its colon; it must come after the one before, so that none comes twice.</summary>
    /// <param name="text">The line.</param>
    /// <param name="at">Where the key begins.</param>
    /// <param name="from">Where the text of the key before begins, and afterwards that of this one; 0 before the first.</param>
    /// <param name="to">Where it ends.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AfterKey(ReadOnlySpan<byte> text, int at, ref int from, ref int to)
    {
        var end = AfterString(text, at);
        if ((uint)end >= (uint)text.Length || text[end] != ':') return Other;
        // One byte tells most keys apart; an empty key has none.
        if (from != 0 && (text[from] >= text[at + 1] || end == at + 2) && text[from..to].SequenceCompareTo(text[(at + 1)..(end - 1)]) >= 0) return Other;
        (from, to) = (at + 1, end - 1);
        return end + 1;
    }

    /// <summary>Steps over any value.</summary>
    /// <param name="text">The line.</param>
    /// <param name="at">Where the value begins.</param>
    /// <param name="depth">How deep it lies.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AfterValue(ReadOnlySpan<byte> text, int at, int depth = 0)
    {
        if ((uint)at >= (uint)text.Length) return Other;
        return text[at] == '"' ? AfterString(text, at) : AfterNoString(text, at, depth);
    }

    private static int AfterNoString(ReadOnlySpan<byte> text, int at, int depth) => depth > Deepest ? Other : text[at] switch
    {
        (byte)'{' => AfterObject(text, at + 1, depth),
        (byte)'[' => AfterArray(text, at + 1, depth),
        (byte)'t' => After(text, at, "true"u8),
        (byte)'f' => After(text, at, "false"u8),
        (byte)'n' => After(text, at, "null"u8),
        _ => AfterNumber(text, at),
    };

    private static bool HasEscapeOrControl(ReadOnlySpan<byte> line)
    {
        var at = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var first = ref MemoryMarshal.GetReference(line);
            var (escape, space, found) = (Vector256.Create((byte)'\\'), Vector256.Create((byte)' '), Vector256<byte>.Zero);
            for (; at + Vector256<byte>.Count <= line.Length; at += Vector256<byte>.Count)
            {
                var bytes = Vector256.LoadUnsafe(ref first, (nuint)at);
                found |= Vector256.Equals(bytes, escape) | Vector256.LessThan(bytes, space);
            }

            if (found != Vector256<byte>.Zero) return true;
        }

        for (; at < line.Length; at++)
            if (line[at] is (byte)'\\' or < 0x20) return true;
        return false;
    }

    private static int AfterQuote(ReadOnlySpan<byte> text, int at)
    {
        var length = text[at..].IndexOf((byte)'"');
        return length < 0 ? Other : at + length + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AfterObject(ReadOnlySpan<byte> text, int at, int depth)
    {
        if (at < text.Length && text[at] == '}') return at + 1;
        for (var (from, to) = (0, 0); ; at++)
        {
            at = AfterValue(text, AfterKey(text, at, ref from, ref to), depth + 1);
            if ((uint)at >= (uint)text.Length) return Other;
            if (text[at] == '}') return at + 1;
            if (text[at] != ',') return Other;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AfterArray(ReadOnlySpan<byte> text, int at, int depth)
    {
        if (at < text.Length && text[at] == ']') return at + 1;
        for (; ; at++)
        {
            at = AfterValue(text, at, depth + 1);
            if ((uint)at >= (uint)text.Length) return Other;
            if (text[at] == ']') return at + 1;
            if (text[at] != ',') return Other;
        }
    }

    private static int AfterNumber(ReadOnlySpan<byte> text, int at)
    {
        if (AfterInteger(text, at, out _) is >= 0 and var end) return end;
        if (text[at] == '-') at++;
        var whole = AfterDigits(text, at);
        if (whole == at || (whole - at > 1 && text[at] == '0')) return Other;
        at = whole;
        if (at < text.Length && text[at] == '.')
        {
            var fraction = AfterDigits(text, ++at);
            if (fraction == at) return Other;
            at = fraction;
        }

        if (at >= text.Length || text[at] is not ((byte)'e' or (byte)'E')) return at;
        at++;
        if (at < text.Length && text[at] is (byte)'+' or (byte)'-') at++;
        var exponent = AfterDigits(text, at);
        return exponent == at ? Other : exponent;
    }

    private static int AfterDigits(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && (uint)(text[at] - '0') <= 9) at++;
        return at;
    }
}
