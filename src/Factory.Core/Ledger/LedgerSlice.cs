using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>One run's lines, byte for byte as the ledger has them, so that their leaf hashes stay the same.</summary>
public static class LedgerSlice
{
    /// <summary>Copies the lines of a run, in the order of the ledger, each with its LF.</summary>
    /// <param name="path">The ledger.</param>
    /// <param name="runId">The run.</param>
    /// <param name="destination">Where the lines go.</param>
    /// <param name="start">Where to begin, in bytes: the offset of the run's first line (<see cref="LedgerReceipt.Offset"/>),
    /// so that the lines of all earlier runs need not be read.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    /// <returns>How many lines were copied.</returns>
    /// <exception cref="FactoryException">The ledger is missing or cannot be read.</exception>
    public static long Write(string path, string runId, Stream destination, long start = 0, CancellationToken cancellationToken = default)
    {
        var filter = new LedgerFilter { RunId = runId };
        var name = Encoding.UTF8.GetBytes(runId);
        using var lines = new LedgerLines(path, start);
        var copied = 0L;
        while (lines.TryRead(out var line))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Most lines are of other runs. A name that is spelled with escapes does not show in the bytes.
            if (line.Bytes.Span.IndexOf(name) < 0 && !line.Bytes.Span.Contains((byte)'\\')) continue;
            using var record = LedgerRecord.TryParse(LedgerLineText.Trim(line, static _ => { }), out _);
            if (record is null || !filter.Matches(record)) continue;
            destination.Write(line.Bytes.Span);
            destination.Write("\n"u8);
            copied++;
        }

        return copied;
    }
}
