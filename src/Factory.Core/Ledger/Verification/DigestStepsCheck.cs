using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Factory.Core.Ledger.Hashing;

namespace Factory.Core.Ledger.Verification;

/// <summary>
/// Proves a digest with the help of a <see cref="DigestHint"/>: each step, computed from the state that is said to come
/// before it, must give the state that is said to come after it; the first one begins where SHA-256 begins, and the last
/// one ends in the digest. Then every state was true, by induction. Safe to share between threads.
/// </summary>
internal sealed unsafe class DigestStepsCheck
{
    // Lanes run this many blocks apart: at equal places of a step they would fight for the same lines of the cache.
    private const int Apart = 9;
    private readonly DigestHint _hint;
    private readonly byte[] _digest, _initialState = new ResumableSha256().BlockState(out _);
    private long _proven, _coveredLines = -1;

    private DigestStepsCheck(DigestHint hint, ReadOnlySpan<byte> digest) => (_hint, _digest) = (hint, digest.ToArray());

    /// <summary>How many bytes of a ledger to read at a time: a step for each lane.</summary>
    public int PieceSize => Sha256Lanes.Count * _hint.Step;

    /// <summary>How many lines the digest covers; null when the hint does not prove it, which says nothing about the digest.</summary>
    public long? CoveredLines => Interlocked.Read(ref _proven) == _hint.States.Count && _coveredLines >= 0 ? _coveredLines : null;

    /// <summary>Prepares a proof, where the processor and the hint allow one and the ledger is long enough to be worth it.</summary>
    public static DigestStepsCheck? TryBegin(DigestHint? hint, ReadOnlySpan<byte> digest, long length)
    {
        const int SmallestStep = 4096, LargestStep = 2 * 1024 * 1024;
        var isUseful = Sha256Lanes.IsSupported && hint is { Step: >= SmallestStep and <= LargestStep }
            && hint.Step % Sha256Block.Size == 0 && hint.Bytes >= hint.Step && hint.Bytes <= length && hint.States.Count == hint.Bytes / hint.Step
            && hint.Bytes / Sha256Lanes.Count >= hint.Step;
        return isUseful ? new DigestStepsCheck(hint!, digest) : null;
    }

    /// <summary>Computes the steps that were read for a segment. The bytes must still be as they were read.</summary>
    public void Check(LedgerSegment segment)
    {
        var (start, length, position) = segment.Read;
        if (position % PieceSize != 0) return;
        var first = (int)(position / _hint.Step);
        var steps = (int)Math.Clamp(Math.Min(length / _hint.Step, _hint.States.Count - first), 0, Sha256Lanes.Count);
        var proven = steps == 0 ? 0 : Prove(segment.Address + start, first, steps);
        Interlocked.Add(ref _proven, proven);
        if (_hint.Bytes > position && _hint.Bytes <= position + length) ProveEnd(segment);
    }

    private ReadOnlySpan<byte> StateAt(int step) => step == 0 ? _initialState : _hint.States[step - 1].Span;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Prove(byte* bytes, int first, int steps)
    {
        var state = stackalloc Vector512<uint>[Sha256Block.StateWords];
        var at = stackalloc byte*[Sha256Lanes.Count];
        // A lane runs before its step begins and after it ended, unseen; so do lanes without a step.
        for (var lane = 0; lane < Sha256Lanes.Count; lane++)
            at[lane] = lane < steps ? bytes + ((long)lane * _hint.Step) - (lane * Apart * Sha256Block.Size) : bytes;
        Sha256Lanes.Begin(state);
        var blocks = _hint.Step / Sha256Block.Size;
        Span<byte> reached = stackalloc byte[LedgerHash.Size];
        var proven = 0;
        for (var block = 0; block <= blocks + ((steps - 1) * Apart); block++)
        {
            var isEdge = block % Apart == 0 || (block - blocks) % Apart == 0;
            for (var lane = 0; isEdge && lane < steps; lane++)
            {
                if (block == lane * Apart) Sha256Lanes.Load(state, lane, StateAt(first + lane));
                if (block != blocks + (lane * Apart)) continue;
                Sha256Lanes.Store(state, lane, reached);
                if (reached.SequenceEqual(StateAt(first + lane + 1))) proven++;
            }

            if (block == blocks + ((steps - 1) * Apart)) break;
            Sha256Lanes.Compress(state, at);
            for (var lane = 0; lane < steps; lane++) at[lane] += Sha256Block.Size;
        }

        return proven;
    }

    private void ProveEnd(LedgerSegment segment)
    {
        var (start, _, position) = segment.Read;
        var end = start + (int)(_hint.Bytes - position);
        var lastStep = _hint.States.Count * (long)_hint.Step;
        var hash = ResumableSha256.Resume(StateAt(_hint.States.Count), lastStep);
        hash.Append(segment.Buffer.AsSpan(start + (int)(lastStep - position), (int)(_hint.Bytes - lastStep)));
        if (segment.Buffer[end - 1] != '\n' || !hash.Digest().AsSpan().SequenceEqual(_digest)) return;
        var lines = segment.Buffer.AsSpan(segment.Lines.Start..end).Count((byte)'\n') + (segment.BeginsTooLong ? 1 : 0);
        _coveredLines = segment.FirstLine - 1 + lines;
    }
}
