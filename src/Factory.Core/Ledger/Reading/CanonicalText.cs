using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace Factory.Core.Ledger.Reading;

/// <summary>
/// Steps over JSON of the form that this build writes: no spaces, no escapes, keys in ordinal order. Every step answers
/// false for anything else, sound or not, and leaves the decision to a general reader.
/// </summary>
internal ref struct CanonicalText(ReadOnlySpan<byte> text)
{
    private const int Deepest = 32;
    private readonly ReadOnlySpan<byte> _text = text;
    private int _at;

    /// <summary>What is left.</summary>
    public readonly ReadOnlySpan<byte> Rest => _text[_at..];

    /// <summary>Whether a line has neither escapes nor control characters and is UTF-8, which all the steps take for granted.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> line) => !HasEscapeOrControl(line) && Utf8.IsValid(line);

    /// <summary>Steps over exactly these bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Skip(scoped ReadOnlySpan<byte> expected)
    {
        if (!Rest.StartsWith(expected)) return false;
        _at += expected.Length;
        return true;
    }

    /// <summary>Steps over exactly this ASCII character.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Skip(char expected)
    {
        if ((uint)_at >= (uint)_text.Length || _text[_at] != expected) return false;
        _at++;
        return true;
    }

    /// <summary>Steps over a string.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryString(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_at >= _text.Length || _text[_at] != '"') return false;
        var length = LengthOfString();
        if (length < 0) return false;
        value = _text.Slice(_at + 1, length);
        _at += length + 2;
        return true;
    }

    /// <summary>Steps over a string or null; null has no bytes.</summary>
    public bool TryStringOrNull(out ReadOnlySpan<byte> value)
    {
        value = default;
        return Skip("null"u8) || TryString(out value);
    }

    /// <summary>Steps over a number without fraction that fits, or null.</summary>
    public bool TryIntegerOrNull(out long? value)
    {
        value = null;
        if (Skip("null"u8)) return true;
        if (!TryInteger(out var number)) return false;
        value = number;
        return true;
    }

    /// <summary>Steps over a number without fraction and with at most 18 digits.</summary>
    public bool TryInteger(out long value)
    {
        value = 0;
        var at = _at;
        var isNegative = at < _text.Length && _text[at] == '-';
        if (isNegative) at++;
        var first = at;
        for (; at < _text.Length && (uint)(_text[at] - '0') <= 9; at++)
        {
            if (at - first == 18) return false;
            value = (value * 10) + (_text[at] - '0');
        }

        if (at == first || (_text[first] == '0' && (at - first > 1 || isNegative))) return false;
        if (at < _text.Length && _text[at] is (byte)'.' or (byte)'e' or (byte)'E') return false;
        if (isNegative) value = -value;
        _at = at;
        return true;
    }

    /// <summary>Steps over an object whose values are all of one kind.</summary>
    public bool TryMap(bool ofText)
    {
        if (!Skip('{')) return false;
        if (Skip('}')) return true;
        ReadOnlySpan<byte> previous = default;
        for (var isFirst = true; ; isFirst = false)
        {
            if (!TryKey(isFirst, ref previous)) return false;
            if (ofText ? !TryString(out _) : !TryInteger(out _)) return false;
            if (Skip('}')) return true;
            if (!Skip(',')) return false;
        }
    }

    /// <summary>Steps over a key and its colon; it must come after the one before, so that none comes twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryKey(bool isFirst, scoped ref ReadOnlySpan<byte> previous)
    {
        if (!TryString(out var key) || !Skip(':')) return false;
        if (!isFirst && !IsBefore(previous, key)) return false;
        previous = key;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBefore(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) =>
        one.Length > 0 && other.Length > 0 && one[0] != other[0] ? one[0] < other[0] : one.SequenceCompareTo(other) < 0;

    /// <summary>Steps over any value.</summary>
    /// <param name="value">Its bytes.</param>
    /// <param name="depth">How deep it lies.</param>
    public bool TryValue(out ReadOnlySpan<byte> value, int depth = 0)
    {
        var start = _at;
        value = default;
        if (_at >= _text.Length || depth > Deepest) return false;
        var isSound = _text[_at] switch
        {
            (byte)'"' => TryString(out _),
            (byte)'{' => TryObject(depth),
            (byte)'[' => TryArray(depth),
            (byte)'t' => Skip("true"u8),
            (byte)'f' => Skip("false"u8),
            (byte)'n' => Skip("null"u8),
            _ => TryNumber(),
        };
        if (isSound) value = _text[start.._at];
        return isSound;
    }

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

    // Most strings are short: one comparison of 32 bytes finds their end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int LengthOfString()
    {
        var start = _at + 1;
        if (Vector256.IsHardwareAccelerated && start + Vector256<byte>.Count <= _text.Length)
        {
            var mask = Vector256.Equals(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(_text), (nuint)start), Vector256.Create((byte)'"')).ExtractMostSignificantBits();
            if (mask != 0) return BitOperations.TrailingZeroCount(mask);
        }

        return _text[start..].IndexOf((byte)'"');
    }

    private bool TryObject(int depth)
    {
        _at++;
        if (Skip('}')) return true;
        ReadOnlySpan<byte> previous = default;
        for (var isFirst = true; ; isFirst = false)
        {
            if (!TryKey(isFirst, ref previous) || !TryValue(out _, depth + 1)) return false;
            if (Skip('}')) return true;
            if (!Skip(',')) return false;
        }
    }

    private bool TryArray(int depth)
    {
        _at++;
        if (Skip(']')) return true;
        while (true)
        {
            if (!TryValue(out _, depth + 1)) return false;
            if (Skip(']')) return true;
            if (!Skip(',')) return false;
        }
    }

    private bool TryNumber()
    {
        if (TryInteger(out _)) return true;
        var at = _at + (_text[_at] == '-' ? 1 : 0);
        var whole = Digits(ref at);
        if (whole == 0 || (whole > 1 && _text[at - whole] == '0')) return false;
        if (at < _text.Length && _text[at] == '.')
        {
            at++;
            if (Digits(ref at) == 0) return false;
        }

        if (at < _text.Length && _text[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < _text.Length && _text[at] is (byte)'+' or (byte)'-') at++;
            if (Digits(ref at) == 0) return false;
        }

        _at = at;
        return true;
    }

    private readonly int Digits(ref int at)
    {
        var first = at;
        while (at < _text.Length && (uint)(_text[at] - '0') <= 9) at++;
        return at - first;
    }
}
