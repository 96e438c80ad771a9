using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vector = System.Runtime.Intrinsics.Vector512<uint>;

namespace Factory.Core.Ledger.Hashing;

/// <summary>
/// SHA-256 of sixteen independent messages at once, one in each 32-bit lane of AVX-512: more bytes a second than one
/// message after the other through the processor's own SHA instructions.
/// </summary>
internal static unsafe class Sha256Lanes
{
    /// <summary>How many messages go together.</summary>
    public const int Count = 16;

    private const byte ExclusiveOr = 0x96, Choose = 0xCA, Majority = 0xE8;
    private const byte LowHalves = 0x44, HighHalves = 0xEE, EvenQuarters = 0x88, OddQuarters = 0xDD;

    /// <summary>Whether this processor has the instructions, and the runtime deems them worth it.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx512BW.IsSupported;

    /// <summary>Puts one chaining state into every lane.</summary>
    /// <param name="state">Eight vectors: word i of every lane in vector i.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Begin(Vector* state)
    {
        for (var i = 0; i < Sha256Block.StateWords; i++) state[i] = Vector512.Create(Sha256Block.InitialState[i]);
    }

    /// <summary>Takes one block of every lane into its state.</summary>
    /// <param name="state">As <see cref="Begin"/> leaves it.</param>
    /// <param name="blocks">Where each lane's 64 bytes are.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(Vector* state, byte** blocks)
    {
        // On whole lines of the cache, which stackalloc does not see to: half of the time goes to these words otherwise.
        var space = stackalloc Vector[Count + 1];
        var w = Align(space);
        Transpose(w, blocks);
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        fixed (uint* constants = Sha256Block.RoundConstants)
        {
            for (var k = constants; ; k += Count)
            {
                Round(a, b, c, ref d, e, f, g, ref h, w[0] + Vector512.Create(k[0]));
                Round(h, a, b, ref c, d, e, f, ref g, w[1] + Vector512.Create(k[1]));
                Round(g, h, a, ref b, c, d, e, ref f, w[2] + Vector512.Create(k[2]));
                Round(f, g, h, ref a, b, c, d, ref e, w[3] + Vector512.Create(k[3]));
                Round(e, f, g, ref h, a, b, c, ref d, w[4] + Vector512.Create(k[4]));
                Round(d, e, f, ref g, h, a, b, ref c, w[5] + Vector512.Create(k[5]));
                Round(c, d, e, ref f, g, h, a, ref b, w[6] + Vector512.Create(k[6]));
                Round(b, c, d, ref e, f, g, h, ref a, w[7] + Vector512.Create(k[7]));
                Round(a, b, c, ref d, e, f, g, ref h, w[8] + Vector512.Create(k[8]));
                Round(h, a, b, ref c, d, e, f, ref g, w[9] + Vector512.Create(k[9]));
                Round(g, h, a, ref b, c, d, e, ref f, w[10] + Vector512.Create(k[10]));
                Round(f, g, h, ref a, b, c, d, ref e, w[11] + Vector512.Create(k[11]));
                Round(e, f, g, ref h, a, b, c, ref d, w[12] + Vector512.Create(k[12]));
                Round(d, e, f, ref g, h, a, b, ref c, w[13] + Vector512.Create(k[13]));
                Round(c, d, e, ref f, g, h, a, ref b, w[14] + Vector512.Create(k[14]));
                Round(b, c, d, ref e, f, g, h, ref a, w[15] + Vector512.Create(k[15]));
                if (k == constants + 48) break;
                Expand(w);
            }
        }

        (state[0], state[1], state[2], state[3]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d);
        (state[4], state[5], state[6], state[7]) = (state[4] + e, state[5] + f, state[6] + g, state[7] + h);
    }

    /// <summary>Puts a state, as a digest's 32 bytes, into one lane.</summary>
    public static void Load(Vector* state, int lane, ReadOnlySpan<byte> digest)
    {
        var words = (uint*)state + lane;
        for (var i = 0; i < Sha256Block.StateWords; i++)
            words[i * Count] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(digest[(4 * i)..]);
    }

    /// <summary>Gives out the state of one lane as a digest's 32 bytes.</summary>
    public static void Store(Vector* state, int lane, Span<byte> digest)
    {
        var words = (uint*)state + lane;
        for (var i = 0; i < Sha256Block.StateWords; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * i)..], words[i * Count]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector* Align(Vector* at) => (Vector*)(((nint)at + sizeof(Vector) - 1) & -sizeof(Vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(Vector a, Vector b, Vector c, ref Vector d, Vector e, Vector f, Vector g, ref Vector h, Vector input)
    {
        var sigma1 = Avx512F.TernaryLogic(Avx512F.RotateRight(e, 6), Avx512F.RotateRight(e, 11), Avx512F.RotateRight(e, 25), ExclusiveOr);
        var first = (h + input) + (sigma1 + Avx512F.TernaryLogic(e, f, g, Choose));
        var sigma0 = Avx512F.TernaryLogic(Avx512F.RotateRight(a, 2), Avx512F.RotateRight(a, 13), Avx512F.RotateRight(a, 22), ExclusiveOr);
        d += first;
        h = first + (sigma0 + Avx512F.TernaryLogic(a, b, c, Majority));
    }

    // The schedule of the next sixteen rounds, in the place of the last one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expand(Vector* w)
    {
        w[0] = Next(w[0], w[1], w[9], w[14]);
        w[1] = Next(w[1], w[2], w[10], w[15]);
        w[2] = Next(w[2], w[3], w[11], w[0]);
        w[3] = Next(w[3], w[4], w[12], w[1]);
        w[4] = Next(w[4], w[5], w[13], w[2]);
        w[5] = Next(w[5], w[6], w[14], w[3]);
        w[6] = Next(w[6], w[7], w[15], w[4]);
        w[7] = Next(w[7], w[8], w[0], w[5]);
        w[8] = Next(w[8], w[9], w[1], w[6]);
        w[9] = Next(w[9], w[10], w[2], w[7]);
        w[10] = Next(w[10], w[11], w[3], w[8]);
        w[11] = Next(w[11], w[12], w[4], w[9]);
        w[12] = Next(w[12], w[13], w[5], w[10]);
        w[13] = Next(w[13], w[14], w[6], w[11]);
        w[14] = Next(w[14], w[15], w[7], w[12]);
        w[15] = Next(w[15], w[0], w[8], w[13]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector Next(Vector before16, Vector before15, Vector before7, Vector before2)
    {
        var sigma0 = Avx512F.TernaryLogic(Avx512F.RotateRight(before15, 7), Avx512F.RotateRight(before15, 18), before15 >>> 3, ExclusiveOr);
        var sigma1 = Avx512F.TernaryLogic(Avx512F.RotateRight(before2, 17), Avx512F.RotateRight(before2, 19), before2 >>> 10, ExclusiveOr);
        return (before16 + before7) + (sigma0 + sigma1);
    }

    // Word j of lane i goes to lane i of vector j, its bytes turned round: SHA-256 reads big-endian.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Vector* w, byte** blocks)
    {
        var (a0, a1, a2, a3) = OfFourLanes(blocks);
        var (b0, b1, b2, b3) = OfFourLanes(blocks + 4);
        var (c0, c1, c2, c3) = OfFourLanes(blocks + 8);
        var (d0, d1, d2, d3) = OfFourLanes(blocks + 12);
        Spread(w, a0, b0, c0, d0);
        Spread(w + 1, a1, b1, c1, d1);
        Spread(w + 2, a2, b2, c2, d2);
        Spread(w + 3, a3, b3, c3, d3);
    }

    // 128-bit part p of vector j holds word 4p+j of the four lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector Word0, Vector Word1, Vector Word2, Vector Word3) OfFourLanes(byte** blocks)
    {
        var (r0, r1, r2, r3) = (Load(blocks[0]), Load(blocks[1]), Load(blocks[2]), Load(blocks[3]));
        var (low01, high01) = (Avx512F.UnpackLow(r0, r1).AsUInt64(), Avx512F.UnpackHigh(r0, r1).AsUInt64());
        var (low23, high23) = (Avx512F.UnpackLow(r2, r3).AsUInt64(), Avx512F.UnpackHigh(r2, r3).AsUInt64());
        return (
            Avx512F.UnpackLow(low01, low23).AsUInt32(), Avx512F.UnpackHigh(low01, low23).AsUInt32(),
            Avx512F.UnpackLow(high01, high23).AsUInt32(), Avx512F.UnpackHigh(high01, high23).AsUInt32());
    }

    // Words j, j+4, j+8 and j+12, each from its part of the four vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(Vector* w, Vector q0, Vector q1, Vector q2, Vector q3)
    {
        var (low01, high01) = (Avx512F.Shuffle4x128(q0, q1, LowHalves), Avx512F.Shuffle4x128(q0, q1, HighHalves));
        var (low23, high23) = (Avx512F.Shuffle4x128(q2, q3, LowHalves), Avx512F.Shuffle4x128(q2, q3, HighHalves));
        w[0] = Avx512F.Shuffle4x128(low01, low23, EvenQuarters);
        w[4] = Avx512F.Shuffle4x128(low01, low23, OddQuarters);
        w[8] = Avx512F.Shuffle4x128(high01, high23, EvenQuarters);
        w[12] = Avx512F.Shuffle4x128(high01, high23, OddQuarters);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector Load(byte* block)
    {
        var order = Vector512.Create(0x0405060700010203UL, 0x0C0D0E0F08090A0BUL, 0x0405060700010203UL, 0x0C0D0E0F08090A0BUL, 0x0405060700010203UL, 0x0C0D0E0F08090A0BUL, 0x0405060700010203UL, 0x0C0D0E0F08090A0BUL).AsByte();
        return Avx512BW.Shuffle(Vector512.Load(block), order).AsUInt32();
    }
}
