using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Factory.Core.Ledger.Reading;

/// <summary>Walks over the lines of a block, and tells by the same look at each byte which of them are printable ASCII without a backslash.</summary>
internal ref struct PlainLines(ReadOnlySpan<byte> bytes)
{
    private const int Step = 64;
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private ulong _odd;
    private int _looked;

    /// <summary>Where the line begins.</summary>
    public int Start { get; private set; }

    /// <summary>Bytes of the line, without LF.</summary>
    public int Length { get; private set; } = -1;

    /// <summary>Whether it has nothing but printable ASCII, no backslash, and its LF.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>Goes to the next line.</summary>
    /// <returns>False when there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        Start += Length + 1;
        if (Start >= _bytes.Length) return false;
        IsPlain = true;
        while (true)
        {
            while (_odd == 0)
            {
                if (_looked >= _bytes.Length) return EndTorn();
                _odd = NextOdd();
            }

            var at = _looked - Step + BitOperations.TrailingZeroCount(_odd);
            _odd &= _odd - 1;
            if (_bytes[at] == '\n')
            {
                Length = at - Start;
                return true;
            }

            IsPlain = false;
        }
    }

    private bool EndTorn()
    {
        (Length, IsPlain) = (_bytes.Length - Start, false);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong NextOdd()
    {
        var at = _looked;
        _looked += Step;
        if (_looked > _bytes.Length) return LastOdd(at);
        ref var first = ref MemoryMarshal.GetReference(_bytes);
        return Odd(ref first, at) | ((ulong)Odd(ref first, at + Vector256<byte>.Count) << Vector256<byte>.Count);
    }

    // As signed numbers, the bytes of anything but ASCII are less than a space too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Odd(ref byte first, int at)
    {
        var bytes = Vector256.LoadUnsafe(ref first, (nuint)at);
        return (Vector256.LessThan(bytes.AsSByte(), Vector256.Create((sbyte)' ')).AsByte() | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))).ExtractMostSignificantBits();
    }

    private readonly ulong LastOdd(int at)
    {
        var odd = 0UL;
        for (var i = at; i < _bytes.Length; i++)
            if (_bytes[i] is < 0x20 or > 0x7F or (byte)'\\') odd |= 1UL << (i - at);
        return odd;
    }
}
