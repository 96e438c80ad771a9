using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Factory.Core.Ledger.Hashing;

/// <summary>Node hashes (RFC 6962, section 2.1) of many pairs, sixteen at a time where the processor can. One instance belongs to one thread.</summary>
internal sealed unsafe class NodeHashes
{
    private const int Pair = 2 * LedgerHash.Size, Padded = 2 * Sha256Block.Size, MessageBits = (1 + Pair) * 8;
    private readonly byte[] _messages = new byte[Sha256Lanes.Count * Padded];

    /// <summary>Creates it.</summary>
    public NodeHashes()
    {
        for (var lane = 0; lane < Sha256Lanes.Count; lane++)
        {
            var message = _messages.AsSpan(lane * Padded, Padded);
            (message[0], message[1 + Pair]) = (1, 0x80);
            (message[^2], message[^1]) = (MessageBits >> 8, MessageBits & 0xFF);
        }
    }

    /// <summary>Hashes each two neighbours into one, in place: the parents stand at the beginning.</summary>
    /// <param name="hashes">An even number of hashes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Halve(Span<byte> hashes)
    {
        var parents = hashes.Length / Pair;
        for (var i = 0; i < parents; i += Sha256Lanes.Count)
        {
            var count = Math.Min(Sha256Lanes.Count, parents - i);
            if (Sha256Lanes.IsSupported && count > 2) Sixteen(hashes[(i * Pair)..], hashes[(i * LedgerHash.Size)..], count);
            else
                for (var j = i; j < i + count; j++) One(hashes.Slice(j * Pair, Pair), hashes[(j * LedgerHash.Size)..]);
        }
    }

    private static void One(ReadOnlySpan<byte> pair, Span<byte> parent) =>
        LedgerHash.Node(pair[..LedgerHash.Size], pair[LedgerHash.Size..]).CopyTo(parent);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sixteen(ReadOnlySpan<byte> pairs, Span<byte> parents, int count)
    {
        var state = stackalloc Vector512<uint>[Sha256Block.StateWords];
        var at = stackalloc byte*[Sha256Lanes.Count];
        for (var lane = 0; lane < count; lane++) pairs.Slice(lane * Pair, Pair).CopyTo(_messages.AsSpan((lane * Padded) + 1));
        Sha256Lanes.Begin(state);
        fixed (byte* messages = _messages)
        {
            for (var lane = 0; lane < Sha256Lanes.Count; lane++) at[lane] = messages + (lane * Padded);
            Sha256Lanes.Compress(state, at);
            for (var lane = 0; lane < Sha256Lanes.Count; lane++) at[lane] += Sha256Block.Size;
            Sha256Lanes.Compress(state, at);
        }

        for (var lane = 0; lane < count; lane++) Sha256Lanes.Store(state, lane, parents[(lane * LedgerHash.Size)..]);
    }
}
