using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Factory.Core.Ledger.Reading;

/// <summary>Finds a quoted text in bytes, in the case given or in any.</summary>
internal sealed class ByteSearch
{
    private const byte CaseBit = 0x20;
    private readonly byte[] _quoted;
    private readonly bool _ignoresCase;
    private readonly byte _second;

    /// <summary>Prepares the search.</summary>
    /// <param name="text">The text without quotes.</param>
    /// <param name="ignoresCase">Whether ASCII letters are found in any case; the text must then begin with one.</param>
    public ByteSearch(ReadOnlySpan<byte> text, bool ignoresCase)
    {
        _quoted = [(byte)'"', .. text, (byte)'"'];
        _ignoresCase = ignoresCase;
        _second = (byte)(_quoted[1] | Fold);
    }

    private byte Fold => _ignoresCase ? CaseBit : (byte)0;

    /// <summary>Where it begins, or -1.</summary>
    public int IndexIn(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        var last = bytes.Length - _quoted.Length;
        if (Vector256.IsHardwareAccelerated && IndexIn(bytes, last, ref at) is >= 0 and var found) return found;
        for (; at <= last; at++)
            if (IsAt(bytes, at)) return at;
        return -1;
    }

    private int IndexIn(ReadOnlySpan<byte> bytes, int last, ref int at)
    {
        ref var first = ref MemoryMarshal.GetReference(bytes);
        var (quote, second, fold) = (Vector256.Create((byte)'"'), Vector256.Create(_second), Vector256.Create(Fold));
        for (var end = (nuint)_quoted.Length - 1; at + Vector256<byte>.Count - 1 <= last; at += Vector256<byte>.Count)
        {
            var candidates = Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)at + 1) | fold, second)
                & Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)at), quote)
                & Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)at + end), quote);
            for (var mask = candidates.ExtractMostSignificantBits(); mask != 0; mask &= mask - 1)
            {
                var candidate = at + BitOperations.TrailingZeroCount(mask);
                if (IsAt(bytes, candidate)) return candidate;
            }
        }

        return -1;
    }

    private bool IsAt(ReadOnlySpan<byte> bytes, int at)
    {
        var part = bytes.Slice(at, _quoted.Length);
        return _ignoresCase ? Ascii.EqualsIgnoreCase(part, _quoted) : part.SequenceEqual(_quoted);
    }
}
