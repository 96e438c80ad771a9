using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using Factory.Core.Ledger.Hashing;

namespace Factory.Core.Ledger.Verification;

/// <summary>
/// Checks the lines of a segment, some hundred at a time so that they stay in the processor's cache. An instance belongs
/// to one thread. It writes into the segment's buffer.
/// </summary>
/// <remarks>
/// An <c>event_id</c> is computed again only where the chain does not vouch for the line's bytes: for a line whose
/// successor does not carry its leaf hash, for a line with a broken link, for one that is not in the writer's form, and for
/// those beyond the checkpoint.
/// </remarks>
internal sealed unsafe class SegmentCheck(long checkpointSize)
{
    private const int BatchSize = 512, Odd = -1, TooLong = -2;
    private readonly LeafHashes _leafHashes = new();
    private readonly NodeHashes _nodeHashes = new();
    private readonly LineRecogniser _recogniser = new();
    private readonly SegmentSteps _steps = new(checkpointSize);
    private readonly LineSpan[] _lines = new LineSpan[BatchSize];
    // Where hashes.prev is, 0 for none; of a line that is not in the writer's form Odd, and what it says by itself.
    private readonly int[] _previousHashes = new int[BatchSize];
    private readonly (int Start, int End)[] _eventTypes = new (int, int)[BatchSize];
    private readonly LineVerdict[] _verdicts = new LineVerdict[BatchSize];
    private readonly byte[] _leaves = new byte[BatchSize * LedgerHash.Size];
    private readonly byte[] _previousLeaf = new byte[LedgerHash.Size];
    private LedgerSegment _segment = new();
    private SegmentFindings _findings = new(1);
    private long _number, _previousNumber;
    private LineSpan _previous;
    private bool _isPreviousUnsure, _isPreviousTooLong;

    /// <summary>Checks a segment.</summary>
    public SegmentFindings Check(LedgerSegment segment)
    {
        (_segment, _findings, _number) = (segment, new SegmentFindings(segment.FirstLine), segment.FirstLine);
        (_isPreviousUnsure, _isPreviousTooLong) = (false, false);
        _steps.Begin();
        var at = segment.Lines.Start;
        var isTooLong = segment.BeginsTooLong;
        while (isTooLong || at < segment.Lines.End)
        {
            Follow(Read(ref at, isTooLong));
            isTooLong = false;
        }

        DoubtPrevious();
        _findings.LastLeaf = _isPreviousTooLong ? null : [.. _previousLeaf];
        return _findings;
    }

    // Cuts the next lines and reads each.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Read(ref int at, bool isTooLong)
    {
        var first = isTooLong ? 1 : 0;
        if (isTooLong) NoteTooLong(0, new LineSpan(at, 0));
        var most = checkpointSize >= _number ? (int)Math.Min(BatchSize, checkpointSize - _number + 1) : BatchSize;
        var count = Cut(ref at, first, most);
        for (var i = first; i < count; i++) Read(i);
        return count;
    }

    // All LF of 64 bytes at once. What was read behind the last one is looked at, too.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Cut(ref int at, int count, int most)
    {
        var address = _segment.Address;
        var end = _segment.Lines.End;
        for (var block = at; block < end && count < most; block += Vector512<byte>.Count)
        {
            var found = Vector512.Equals(Vector512.Load(address + block), Vector512.Create((byte)'\n')).ExtractMostSignificantBits();
            for (; found != 0 && count < most; found &= found - 1)
            {
                var lineFeed = block + BitOperations.TrailingZeroCount(found);
                if (lineFeed >= end) return count;
                _lines[count++] = new LineSpan(at, lineFeed - at);
                at = lineFeed + 1;
            }
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Read(int i)
    {
        var line = _lines[i];
        var begin = _segment.Address + line.Start;
        if (line.Length <= LedgerLines.LongestLine && _recogniser.TryRecognise(begin, begin + line.Length, out var previousHash))
            (_previousHashes[i], _eventTypes[i]) = (previousHash is null ? 0 : (int)(previousHash - _segment.Address), _recogniser.EventType);
        else NoteOdd(i, line);
    }

    private void NoteOdd(int i, LineSpan line)
    {
        if (line.Length > LedgerLines.LongestLine) NoteTooLong(i, line);
        else (_previousHashes[i], _verdicts[i]) = (Odd, LineVerdict.Of(new LedgerLine(Bytes(line), 0, _number + i, HasLineFeed: true, IsTooLong: false)));
    }

    // It is left out of the hashes.
    private void NoteTooLong(int i, LineSpan line) =>
        (_lines[i], _previousHashes[i], _verdicts[i]) = (line with { Length = 0 }, TooLong, LineVerdict.Of(new LedgerLine(default, 0, 0, HasLineFeed: true, IsTooLong: true)));

    private LineFacts Facts(int i) => _previousHashes[i] >= 0
        ? new LineFacts(true, _previousHashes[i], default)
        : new LineFacts(false, 0, _verdicts[i]) { IsTooLong = _previousHashes[i] == TooLong };

    // Hashes the lines, follows their links, and takes them into the tree.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Follow(int count)
    {
        var leaves = _leaves.AsSpan(0, count * LedgerHash.Size);
        _leafHashes.Compute(_segment.Address, _lines.AsSpan(0, count), leaves);
        for (var i = 0; i < count; i++)
        {
            var previous = i == 0 ? _previousLeaf : leaves.Slice((i - 1) * LedgerHash.Size, LedgerHash.Size);
            if (!FollowsPlainly(i, previous)) Judge(_number + i, _lines[i], Facts(i), previous);
        }

        for (var i = 0; i < count; i++)
            if (_previousHashes[i] != TooLong) _steps.Read(Bytes(_lines[i]), _number + i, _previousHashes[i] >= 0 ? _eventTypes[i] : default, _findings);
        leaves[^LedgerHash.Size..].CopyTo(_previousLeaf);
        _findings.Tree.AddLeaves(leaves, _nodeHashes);
        _number += count;
        if (_findings.Tree.End == checkpointSize) _findings.TreeAtCheckpoint = _findings.Tree.Copy();
    }

    // Nearly every line: in the writer's form, and it carries the hash of the one before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool FollowsPlainly(int i, ReadOnlySpan<byte> previousLeaf)
    {
        var (at, number) = (_previousHashes[i], _number + i);
        if (at <= 0 || number == _findings.FirstLine || _isPreviousTooLong || !IsHashAt(at, previousLeaf)) return false;
        _findings.FirstChained ??= number;
        (_previous, _previousNumber, _isPreviousUnsure) = (_lines[i], number, true);
        return true;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsHashAt(int at, ReadOnlySpan<byte> hash)
    {
        Span<byte> digits = stackalloc byte[2 * LedgerHash.Size];
        Convert.TryToHexStringLower(hash, digits, out _);
        return digits.SequenceEqual(_segment.Buffer.AsSpan(at, digits.Length));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Judge(long number, LineSpan line, LineFacts facts, ReadOnlySpan<byte> previousLeaf)
    {
        string? reason = null;
        if (facts.IsChained)
        {
            _findings.FirstChained ??= number;
            reason = facts.Verdict.Reason;
            if (number == _findings.FirstLine) reason ??= OpenLink(line, facts);
            else if (ExplainLink(number, facts, previousLeaf) is { } broken)
            {
                DoubtPrevious();
                reason ??= (facts.IsPlain ? LineVerdict.ExplainId(Bytes(line)) : null) ?? broken;
            }
        }
        else
        {
            DoubtPrevious();
            reason = facts.Verdict.Reason;
            if (facts.Verdict.Kind == LineKind.Old) _findings.AddOld(number);
        }

        if (reason is not null) _findings.AddBad(number, reason);
        (_previous, _previousNumber, _isPreviousUnsure, _isPreviousTooLong) = (line, number, facts.IsPlain && reason is null, facts.IsTooLong);
    }

    // The line before the first is not known here.
    private string? OpenLink(LineSpan line, LineFacts facts)
    {
        if (facts.IsPlain && LineVerdict.ExplainId(Bytes(line)) is { } reason) return reason;
        _findings.IsLinkOpen = true;
        _findings.OpenLink = Link(facts);
        return null;
    }

    private string? ExplainLink(long number, LineFacts facts, ReadOnlySpan<byte> previousLeaf) =>
        facts.PreviousHashAt != 0 && !_isPreviousTooLong && IsHashAt(facts.PreviousHashAt, previousLeaf)
            ? null
            : LedgerLink.Explain(number, Link(facts), _isPreviousTooLong ? null : previousLeaf.ToArray());

    private string? Link(LineFacts facts) => facts.PreviousHashAt == 0
        ? facts.Verdict.Previous
        : Encoding.ASCII.GetString(_segment.Buffer, facts.PreviousHashAt, 2 * LedgerHash.Size);

    // Nothing vouches for the line before: its own id must.
    private void DoubtPrevious()
    {
        if (_isPreviousUnsure && LineVerdict.ExplainId(Bytes(_previous)) is { } reason) _findings.AddBad(_previousNumber, reason);
        _isPreviousUnsure = false;
    }

    private ReadOnlyMemory<byte> Bytes(LineSpan line) => _segment.Buffer.AsMemory(line.Start, line.Length);

    private readonly record struct LineFacts(bool IsPlain, int PreviousHashAt, LineVerdict Verdict)
    {
        public bool IsTooLong { get; init; }

        public bool IsChained => IsPlain || Verdict.Kind == LineKind.Chained;
    }
}
