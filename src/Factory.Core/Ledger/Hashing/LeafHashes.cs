using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Factory.Core.Ledger.Hashing;

/// <summary>Where a line is in a buffer.</summary>
internal readonly record struct LineSpan(int Start, int Length);

/// <summary>
/// Leaf hashes (RFC 6962, section 2.1) of many lines of one buffer, sixteen at a time where the processor can. Lines of
/// like length go together, so that no lane waits long for another. One instance belongs to one thread.
/// </summary>
internal sealed unsafe class LeafHashes
{
    /// <summary>Bytes that must be readable in the buffer behind the last line.</summary>
    public const int Slack = Sha256Block.Size;

    private const int LengthSize = sizeof(long), LongestInLanes = 64 * 1024, MostBlocks = (LongestInLanes / Sha256Block.Size) + 2;
    private const int Ahead = 2 * Sha256Block.Size;
    private const int TailSize = 2 * Sha256Block.Size;
    private readonly int[] _countOfBlocks = new int[MostBlocks + 1];
    private int[] _sorted = [];

    /// <summary>Hashes lines. The byte before each line is set to 0, the prefix of a leaf, for which the buffer must have room.</summary>
    /// <param name="buffer">The buffer; it must not move.</param>
    /// <param name="lines">The lines in it, none at 0.</param>
    /// <param name="hashes">32 bytes for each line, in the same order.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(byte* buffer, ReadOnlySpan<LineSpan> lines, Span<byte> hashes)
    {
        foreach (var line in lines) buffer[line.Start - 1] = 0;
        if (!Sha256Lanes.IsSupported)
        {
            for (var i = 0; i < lines.Length; i++) One(buffer, lines[i], hashes.Slice(i * LedgerHash.Size, LedgerHash.Size));
            return;
        }

        var inLanes = Sort(lines);
        for (var i = inLanes; i < lines.Length; i++) One(buffer, lines[_sorted[i]], hashes.Slice(_sorted[i] * LedgerHash.Size, LedgerHash.Size));
        for (var i = 0; i < inLanes; i += Sha256Lanes.Count)
            Sixteen(buffer, lines, _sorted.AsSpan(i, Math.Min(Sha256Lanes.Count, inLanes - i)), hashes);
    }

    private static int BlocksOf(int length) => (1 + length + 1 + LengthSize + Sha256Block.Size - 1) / Sha256Block.Size;

    private static void One(byte* buffer, LineSpan line, Span<byte> hash) =>
        SHA256.HashData(new ReadOnlySpan<byte>(buffer + line.Start - 1, line.Length + 1), hash);

    // By number of blocks; the lines too long for lanes come last. Returns how many are not.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Sort(ReadOnlySpan<LineSpan> lines)
    {
        if (_sorted.Length < lines.Length) _sorted = new int[lines.Length];
        Array.Clear(_countOfBlocks);
        foreach (var line in lines) _countOfBlocks[Math.Min(BlocksOf(line.Length), MostBlocks)]++;
        var before = 0;
        for (var i = 0; i <= MostBlocks; i++) (_countOfBlocks[i], before) = (before, before + _countOfBlocks[i]);
        var inLanes = _countOfBlocks[MostBlocks];
        for (var i = 0; i < lines.Length; i++) _sorted[_countOfBlocks[Math.Min(BlocksOf(lines[i].Length), MostBlocks)]++] = i;
        return inLanes;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sixteen(byte* buffer, ReadOnlySpan<LineSpan> lines, ReadOnlySpan<int> group, Span<byte> hashes)
    {
        var state = stackalloc Vector512<uint>[Sha256Block.StateWords];
        var at = stackalloc byte*[Sha256Lanes.Count];
        var tails = stackalloc byte[Sha256Lanes.Count * TailSize];
        // Lanes without a line of their own do the first one's work again, unseen.
        for (var lane = 0; lane < Sha256Lanes.Count; lane++)
        {
            var line = lines[group[lane < group.Length ? lane : 0]];
            at[lane] = buffer + line.Start - 1;
            WriteTail(at[lane], line.Length + 1, tails + (lane * TailSize));
        }

        Sha256Lanes.Begin(state);
        var (first, last) = (BlocksOf(lines[group[0]].Length), BlocksOf(lines[group[^1]].Length));
        for (var block = 0; block < last; block++)
        {
            // A tail is the last block or the last two.
            if (block >= first - 2) Redirect(lines, group, block, at, tails);
            Sha256Lanes.Compress(state, at);
            for (var lane = 0; lane < Sha256Lanes.Count; lane++)
            {
                at[lane] += Sha256Block.Size;
                // No line's bytes come behind those of another, so the processor does not foresee which are next.
                if (Sse.IsSupported) Sse.Prefetch0(at[lane] + Ahead);
            }

            if (block + 1 < first) continue;
            for (var lane = 0; lane < group.Length; lane++)
                if (BlocksOf(lines[group[lane]].Length) == block + 1) Sha256Lanes.Store(state, lane, hashes.Slice(group[lane] * LedgerHash.Size, LedgerHash.Size));
        }
    }

    // Each lane whose whole blocks are done goes on to its tail; one that is done altogether reads it again, unseen.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Redirect(ReadOnlySpan<LineSpan> lines, ReadOnlySpan<int> group, int block, byte** at, byte* tails)
    {
        for (var lane = 0; lane < Sha256Lanes.Count; lane++)
        {
            var whole = (lines[group[lane < group.Length ? lane : 0]].Length + 1) / Sha256Block.Size;
            if (block >= whole) at[lane] = tails + (lane * TailSize) + (Math.Min(block - whole, 1) * Sha256Block.Size);
        }
    }

    // The bytes behind the last whole block, with the padding of FIPS 180-4, section 5.1.1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteTail(byte* message, int length, byte* tail)
    {
        var rest = length % Sha256Block.Size;
        var place = Vector512.Create((byte)rest);
        var bytes = Vector512.Load(message + length - rest);
        bytes = Vector512.ConditionalSelect(Vector512.LessThan(Vector512<byte>.Indices, place), bytes, Vector512<byte>.Zero)
            | (Vector512.Equals(Vector512<byte>.Indices, place) & Vector512.Create((byte)0x80));
        bytes.Store(tail);
        var end = tail + Sha256Block.Size;
        if (rest >= Sha256Block.Size - LengthSize)
        {
            Vector512<byte>.Zero.Store(end);
            end += Sha256Block.Size;
        }

        *(ulong*)(end - LengthSize) = BinaryPrimitives.ReverseEndianness((ulong)length * 8);
    }
}
