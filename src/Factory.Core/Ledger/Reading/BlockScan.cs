using System.Runtime.CompilerServices;
using Factory.Core.Contracts;
using Factory.Core.Ledger.Shapes;

namespace Factory.Core.Ledger.Reading;

/// <summary>Looks at the lines of a block: finds those that pass a filter, and what is wrong.</summary>
/// <remarks>
/// The ends of every line are checked. A line that cannot pass by its bytes is not read further unless the reading is
/// strict, so that a selective filter costs little more than to read the file.
/// </remarks>
/// <param name="test">What is wanted.</param>
/// <param name="isStrict">Whether every line is checked to its last byte.</param>
/// <param name="sinkOf">Makes what takes the lines of a block that pass.</param>
/// <param name="smallBlock">
/// Ranges of at most so many bytes are left to the general reader, which the runtime brings along compiled: to compile the
/// fast one takes longer than such a block.
/// </param>
/// <param name="shapes">The shapes of lines that the caller's thread has met; null when several threads use this scan.</param>
internal sealed class BlockScan(LineTest test, bool isStrict, Func<List<LedgerMatch>, IMatchSink> sinkOf, int smallBlock, ShapedMembers? shapes = null)
{
    /// <summary>Gives what passes to one sink; <see cref="BlockFindings.Matches"/> stays empty.</summary>
    public BlockScan(LineTest test, bool isStrict, IMatchSink sink, int smallBlock, ShapedMembers? shapes = null)
        : this(test, isStrict, _ => sink, smallBlock, shapes)
    {
    }

    /// <summary>Reads a range and looks at its lines.</summary>
    public BlockFindings Read(LedgerFile file, LedgerRange range)
    {
        using var block = LedgerBlock.Read(file, range);
        var findings = new BlockFindings();
        var sink = sinkOf(findings.Matches);
        if (range.End - range.Start <= smallBlock) VisitFew(block, sink, findings);
        else VisitMany(block, sink, findings);
        if (block.EndsTooLong)
            LedgerLineText.Trim(new LedgerLine(default, block.Offset + block.Bytes.Length, ++findings.Lines, HasLineFeed: true, IsTooLong: true), findings.Problems.Add);
        return findings;
    }

    private void VisitFew(LedgerBlock block, IMatchSink sink, BlockFindings findings)
    {
        for (var at = 0; at < block.Bytes.Length;)
        {
            var length = block.Bytes[at..].IndexOf((byte)'\n');
            if (length < 0) length = block.Bytes.Length - at;
            VisitOdd(block, at, length, ++findings.Lines, isSmall: true, sink, findings);
            at += length + 1;
        }
    }

    private void VisitMany(LedgerBlock block, IMatchSink sink, BlockFindings findings)
    {
        findings.FirstTicks = FirstTicks(block.Bytes);
        if (test.Needles is not null && !isStrict && LineEnds.AreObjects(block.Bytes, out var lines))
        {
            findings.Lines = lines;
            VisitCandidates(block, sink, findings);
        }
        else
        {
            VisitAll(block, sink, findings);
        }
    }

    private static long? FirstTicks(ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf((byte)'\n');
        return end > 0 && CanonicalTime.TryFind(lines[..end], out var text) && CanonicalTime.TryParse(text, out var ticks) ? ticks : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void VisitAll(LedgerBlock block, IMatchSink sink, BlockFindings findings)
    {
        var number = 0;
        using var pinned = shapes is null ? default : block.Memory.Pin();
        var lastShaped = block.Bytes.Length - LineShape.Slack;
        var lines = new PlainLines(block.Bytes);
        while (lines.MoveNext())
        {
            number++;
            var line = block.Bytes.Slice(lines.Start, lines.Length);
            if (!lines.IsPlain || isStrict || line.Length < 2 || IsNoObject(line)) VisitOdd(block, lines.Start, lines.Length, number, isSmall: false, sink, findings);
            else if (!test.MayMatch(line)) continue;
            else if (shapes is not null && lines.Start + line.Length <= lastShaped ? shapes.TryRead(line, out var members) : LineMembers.TryReadFast(line, isAscii: true, out members)) Give(members, new LineSpot(number, block.Offset + lines.Start, line.Length), sink);
            else VisitGeneral(block.Memory.Slice(lines.Start, lines.Length), number, block.Offset + lines.Start, sink, findings);
        }

        findings.Lines = number;
    }

    private void VisitOdd(LedgerBlock block, int at, int length, int number, bool isSmall, IMatchSink sink, BlockFindings findings)
    {
        var hasLineFeed = at + length < block.Bytes.Length;
        var text = LedgerLineText.Trim(new LedgerLine(block.Memory.Slice(at, length), block.Offset + at, number, hasLineFeed, IsTooLong: false), findings.Problems.Add);
        if (text.IsEmpty || !(isStrict || IsNoObject(text.Span) || test.MayMatch(text.Span))) return;
        // Trimming takes from both ends.
        var trimmed = block.Bytes[at..].Overlaps(text.Span, out var from) ? at + from : at;
        if (isSmall) VisitGeneral(text, number, block.Offset + trimmed, sink, findings);
        else Visit(text, number, block.Offset + trimmed, sink, findings);
    }

    private static bool IsNoObject(ReadOnlySpan<byte> text) => text[0] != '{' || text[^1] != '}';

    private void VisitCandidates(LedgerBlock block, IMatchSink sink, BlockFindings findings)
    {
        var bytes = block.Bytes;
        var cursors = new int[test.Needles!.Length + 1];
        cursors.AsSpan().Fill(-1);
        var (number, counted) = (1, 0);
        for (var at = 0; Next(bytes, at, cursors) is var found && found < bytes.Length;)
        {
            var start = bytes[..found].LastIndexOf((byte)'\n') + 1;
            var length = bytes[found..].IndexOf((byte)'\n') + found - start;
            number += LineEnds.Count(bytes[counted..start]);
            counted = start;
            if (!test.HasTime || test.MayMatch(bytes.Slice(start, length))) Visit(block.Memory.Slice(start, length), number, block.Offset + start, sink, findings);
            at = start + length + 1;
        }
    }

    // Each cursor stands at the next place of its text; it moves only when the search has passed it.
    private int Next(ReadOnlySpan<byte> bytes, int at, int[] cursors)
    {
        var nearest = bytes.Length;
        for (var i = 0; i < cursors.Length; i++)
        {
            if (cursors[i] < at)
            {
                var rest = bytes[at..];
                var found = i < test.Needles!.Length ? test.Needles[i].IndexIn(rest) : rest.IndexOf(test.Escape);
                cursors[i] = found < 0 ? bytes.Length : at + found;
            }

            nearest = Math.Min(nearest, cursors[i]);
        }

        return nearest;
    }

    private void Visit(ReadOnlyMemory<byte> text, int number, long offset, IMatchSink sink, BlockFindings findings)
    {
        if (!isStrict && LineMembers.TryRead(text.Span, isAscii: false, out var line)) Give(line, new LineSpot(number, offset, text.Length), sink);
        else VisitGeneral(text, number, offset, sink, findings);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Give(scoped in LineMembers line, LineSpot spot, IMatchSink sink)
    {
        if (test.Matches(line)) sink.Take(line, new LedgerPlace(line.UtcTicks, line.EventType!, spot.Number, spot.Offset, spot.Length));
    }

    private void VisitGeneral(ReadOnlyMemory<byte> text, int number, long offset, IMatchSink sink, BlockFindings findings)
    {
        using var record = LedgerRecord.TryParse(text, out var reason);
        if (isStrict && record is not null) reason = LedgerShape.ExplainStrictly(record.Root);
        if (reason is not null) findings.Problems.Add(new LedgerProblem(number, reason, IsSkipped: true));
        if (record is null || !test.Filter.Matches(record)) return;
        sink.Take(record, new LedgerPlace(record.Timestamp.UtcTicks, record.EventType, number, offset, text.Length));
    }

    private readonly record struct LineSpot(int Number, long Offset, int Length);
}
