using System.Runtime.CompilerServices;
using System.Text;
using Factory.Core.Ledger.Hashing;

namespace Factory.Core.Ledger.Verification;

/// <summary>
/// Checks the lines of a segment, some hundred at a time so that they stay in the processor's cache. An instance belongs
/// to one thread. It writes into the segment's buffer.
/// </summary>
/// <remarks>
/// An <c>event_id</c> is computed again only where the chain does not vouch for the line's bytes: for a line whose
/// successor does not carry its leaf hash, for a line with a broken link, and for one that is not in the writer's form.
/// </remarks>
internal sealed unsafe class SegmentCheck(long checkpointSize)
{
    private const int BatchSize = 512;
    private readonly LeafHashes _leafHashes = new();
    private readonly NodeHashes _nodeHashes = new();
    private readonly LineSpan[] _lines = new LineSpan[BatchSize];
    private readonly LineFacts[] _facts = new LineFacts[BatchSize];
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
        var count = 0;
        if (isTooLong) (_lines[count], _facts[count++]) = (new LineSpan(at, 0), TooLong());
        var most = checkpointSize >= _number ? Math.Min(BatchSize, checkpointSize - _number + 1) : BatchSize;
        for (; count < most && at < _segment.Lines.End; count++)
        {
            var length = new ReadOnlySpan<byte>(_segment.Address + at, _segment.Lines.End - at).IndexOf((byte)'\n');
            _lines[count] = new LineSpan(at, length);
            at += length + 1;
        }

        for (var i = isTooLong ? 1 : 0; i < count; i++) _facts[i] = Read(_lines[i], _number + i);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private LineFacts Read(LineSpan line, long number)
    {
        if (line.Length > LedgerLines.LongestLine) return TooLong();
        var begin = _segment.Address + line.Start;
        return CanonicalLine.TryRecognise(begin, begin + line.Length, out var previousHash)
            ? new LineFacts(true, previousHash is null ? 0 : (int)(previousHash - _segment.Address), default)
            : new LineFacts(false, 0, LineVerdict.Of(new LedgerLine(Bytes(line), 0, number, HasLineFeed: true, IsTooLong: false)));
    }

    private static LineFacts TooLong() => new(false, 0, LineVerdict.Of(new LedgerLine(default, 0, 0, HasLineFeed: true, IsTooLong: true))) { IsTooLong = true };

    // Hashes the lines, follows their links, and takes them into the tree.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Follow(int count)
    {
        for (var i = 0; i < count; i++)
            if (_facts[i].IsTooLong) _lines[i] = _lines[i] with { Length = 0 };
        var leaves = _leaves.AsSpan(0, count * LedgerHash.Size);
        _leafHashes.Compute(_segment.Address, _lines.AsSpan(0, count), leaves);
        for (var i = 0; i < count; i++)
        {
            var previous = i == 0 ? _previousLeaf : leaves.Slice((i - 1) * LedgerHash.Size, LedgerHash.Size);
            Judge(_number + i, _lines[i], _facts[i], previous);
        }

        leaves[^LedgerHash.Size..].CopyTo(_previousLeaf);
        _findings.Tree.AddLeaves(leaves, _nodeHashes);
        _number += count;
        if (_findings.Tree.End == checkpointSize) _findings.TreeAtCheckpoint = _findings.Tree.Copy();
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

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private string? ExplainLink(long number, LineFacts facts, ReadOnlySpan<byte> previousLeaf)
    {
        if (facts.PreviousHashAt == 0 || _isPreviousTooLong) return LedgerLink.Explain(number, Link(facts), _isPreviousTooLong ? null : previousLeaf.ToArray());
        Span<byte> expected = stackalloc byte[2 * LedgerHash.Size];
        Convert.TryToHexStringLower(previousLeaf, expected, out _);
        return expected.SequenceEqual(_segment.Buffer.AsSpan(facts.PreviousHashAt, expected.Length)) ? null : LedgerLink.Explain(number, Link(facts), previousLeaf.ToArray());
    }

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
