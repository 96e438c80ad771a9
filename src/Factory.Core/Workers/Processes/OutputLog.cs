namespace Factory.Core.Workers.Processes;

/// <summary>Drains the output of a process into a log of bounded size.</summary>
public static class OutputLog
{
    private const int ReadSize = 64 * 1024;

    /// <summary>
    /// Reads a stream to its end and keeps the first and the last half of <paramref name="capBytes"/>; between them one
    /// line says how many bytes were left out. It goes on reading when the cap is reached or the disk is full, so that the
    /// writer never blocks. The head is in the file at once, the tail (at most half the cap, in memory) at the end.
    /// </summary>
    /// <param name="source">The stream.</param>
    /// <param name="path">The log; a file or link of that name is replaced, never followed.</param>
    /// <param name="capBytes">How many bytes are kept.</param>
    /// <param name="cancellationToken">Ends the reading; what was read is still written and returned.</param>
    /// <returns>What was seen and kept. Errors of the file and of the stream are told here, not thrown.</returns>
    public static Task<OutputLogResult> PumpAsync(Stream source, string path, long capBytes, CancellationToken cancellationToken = default) =>
        PumpAsync(source, () => OpenNew(path), capBytes, null, cancellationToken);

    /// <summary>As above, for a log that <paramref name="open"/> makes; <paramref name="end"/> is given what the log is given.</summary>
    internal static async Task<OutputLogResult> PumpAsync(Stream source, Func<Stream> open, long capBytes, TailRing? end, CancellationToken cancellationToken)
    {
        using var log = new CappedLog(open, capBytes);
        // Not a pooled buffer: a cancelled read may still write to it.
        var buffer = new byte[ReadSize];
        string? readError = null;
        try
        {
            while (await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                log.Append(buffer.AsSpan(0, count));
                end?.Append(buffer.AsSpan(0, count));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            readError = "the output was still open when reading it was ended";
        }
        catch (IOException error)
        {
            readError = error.Message;
        }

        return log.Finish(readError);
    }

    internal static FileStream OpenNew(string path)
    {
        // A worker may have planted a link here; creating anew never writes through one.
        File.Delete(path);
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }
}

/// <summary>What became of an output.</summary>
/// <param name="BytesSeen">How many bytes the process wrote.</param>
/// <param name="BytesKept">How many of them are in the log.</param>
/// <param name="Truncated">Whether some are not.</param>
/// <param name="Error">Why the log could not be written or the output not be read to its end, or null.</param>
public sealed record OutputLogResult(long BytesSeen, long BytesKept, bool Truncated, string? Error);
