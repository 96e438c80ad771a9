using System.Globalization;
using System.Text;

namespace Factory.Core.Workers.Processes;

/// <summary>A log that keeps the first and the last half of its cap. The first error of the file ends the writing, not the counting.</summary>
internal sealed class CappedLog : IDisposable
{
    private readonly TailRing _tail;
    private readonly Stream? _file;
    private readonly long _headSize;
    private long _seen;
    private long _kept;
    private byte _lastOfHead = (byte)'\n';
    private string? _error;

    internal CappedLog(Func<Stream> open, long capBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capBytes);
        _headSize = capBytes - (capBytes / 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capBytes / 2, Array.MaxLength, nameof(capBytes));
        _tail = new TailRing((int)(capBytes / 2));
        try
        {
            _file = open();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _error = error.Message;
        }
    }

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        var head = bytes[..(int)Math.Clamp(_headSize - _seen, 0, bytes.Length)];
        _seen += bytes.Length;
        if (!head.IsEmpty)
        {
            Write(head);
            _lastOfHead = head[^1];
        }

        if (_error is null) _tail.Append(bytes[head.Length..]);
    }

    internal OutputLogResult Finish(string? readError)
    {
        var leftOut = _seen - Math.Min(_seen, _headSize) - _tail.Count;
        if (_error is null && leftOut > 0) Note(leftOut);
        Write(_tail.First);
        Write(_tail.Second);
        var error = _error ?? readError;
        return new OutputLogResult(_seen, _kept, _kept < _seen, error);
    }

    public void Dispose()
    {
        try
        {
            _file?.Dispose();
        }
        catch (IOException)
        {
            // Nothing is buffered here, so a failing close loses nothing that was not reported by a write.
        }
    }

    private void Note(long leftOut)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{(_lastOfHead == '\n' ? "" : "\n")}[factory: {leftOut} bytes left out here]\n");
        Write(Encoding.ASCII.GetBytes(line));
        _kept -= line.Length;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_error is not null || _file is null || bytes.IsEmpty) return;
        try
        {
            _file.Write(bytes);
            _kept += bytes.Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _error = error.Message;
        }
    }
}
