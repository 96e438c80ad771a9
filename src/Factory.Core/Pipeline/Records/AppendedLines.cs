using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Verification;

namespace Factory.Core.Pipeline.Records;

/// <summary>
/// Holds the lines that were appended to the ledger since a run began against those that the run wrote. Workers can write there
/// too, and a line that follows the chain is as good as any to whoever sees only the ledger. Lines of this run must be exactly
/// those of its journal; a line of another run, which may be going on at the same time, must have its own id and must not come
/// after that run's end.
/// </summary>
/// <param name="ledger">The ledger.</param>
/// <param name="runId">The run.</param>
internal sealed class AppendedLines(string ledger, RunId runId)
{
    private readonly RunEndings _endings = new();
    private LedgerLook? _look;
    private long _end;

    /// <summary>Goes on from a look at the whole ledger: the lines that it saw of other runs are not looked at again.</summary>
    public void GoOnFrom(LedgerLook look) => (_look, _end) = (look, look.End);

    /// <summary>Says what is wrong with the lines.</summary>
    /// <param name="journal">What the run wrote.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when nothing is.</returns>
    /// <exception cref="FactoryException">The ledger cannot be read.</exception>
    public string? FindFault(RunJournal journal, CancellationToken cancellationToken)
    {
        var (own, end) = journal.Written();
        if (own.Count == 0) return null;
        if (end <= own[0].Offset) return $"it has {end} bytes, and this run's first line began at {own[0].Offset}";
        using var lines = new LedgerLines(ledger, own[0].Offset);
        var (next, leaf, seen) = (0, (byte[]?)null, _end);
        while (lines.TryRead(out var line) && line.HasLineFeed && line.Offset < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var previous = leaf;
            leaf = LedgerHash.Leaf(line.Bytes.Span);
            seen = Math.Max(seen, line.Offset + line.Bytes.Length + 1);
            if (next < own.Count && line.Offset == own[next].Offset && Convert.ToHexStringLower(leaf) == own[next].LeafHash)
            {
                next++;
                continue;
            }

            if (line.IsTooLong) return Name(line, "is longer than any line that Factory writes");
            using var record = LedgerRecord.TryParse(line.Bytes, out var reason);
            if (record is null) return Name(line, $"is none that Factory writes: {reason}");
            var item = record.ToEvent(line.Number);
            if (item.RunId == runId.Text) return Name(line, $"is a {VisibleText.Of(item.EventType)} of this run, and this run did not write it");
            // A look at the whole ledger has seen it already.
            if (line.Offset < _end) continue;
            if (FaultOf(item, line, previous) is { } fault) return Name(line, fault);
        }

        if (next < own.Count) return $"the line {own[next].EventId} that this run wrote at byte {own[next].Offset} is not there any more";
        _end = seen;
        return null;
    }

    private string? FaultOf(LedgerEvent item, LedgerLine line, byte[]? previous)
    {
        if (LineVerdict.ExplainId(line.Bytes) is not null) return $"is a {VisibleText.Of(item.EventType)} of {VisibleText.Of(item.RunId)} whose event_id is not the hash of its content";
        if (previous is not null && item.Hashes.GetValueOrDefault(LedgerLineEncoder.PreviousHash) != Convert.ToHexStringLower(previous)) return "does not follow the line before it";
        return (_look?.Endings ?? _endings).TakeLate(item.RunId, RunEnding.StepOf(item), line.Number)
            ? $"is a {VisibleText.Of(item.EventType)} of {VisibleText.Of(item.RunId)}, which had ended before, and no attestation of it"
            : null;
    }

    private string Name(LedgerLine line, string what)
    {
        using var before = new LedgerLines(ledger);
        var number = 1L;
        while (before.TryRead(out var other) && other.Offset < line.Offset) number++;
        return string.Create(CultureInfo.InvariantCulture, $"line {number} {what}");
    }
}
