using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Ledger;

/// <summary>One line of a ledger as bytes.</summary>
/// <param name="Bytes">The line without LF; valid until the next one is read. Empty for a line that is too long.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Number">Its position, from 1.</param>
/// <param name="HasLineFeed">False only for a torn last line.</param>
/// <param name="IsTooLong">Whether it is longer than <see cref="LedgerLines.LongestLine"/>, and so was not kept.</param>
internal readonly record struct LedgerLine(ReadOnlyMemory<byte> Bytes, long Offset, long Number, bool HasLineFeed, bool IsTooLong);

/// <summary>
/// Cuts a ledger into lines, from the first to the length it had when it was opened: lines appended meanwhile are left
/// for the next reader. Memory is bounded by the longest line.
/// </summary>
internal sealed class LedgerLines : IDisposable
{
    /// <summary>The longest line that is kept in memory; those this build writes are far shorter.</summary>
    public const int LongestLine = 16 * 1024 * 1024;

    private const int BlockSize = 256 * 1024;
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly long _length;
    private byte[] _buffer = new byte[BlockSize];
    private int _start, _end;
    private long _bufferOffset, _number;

    /// <summary>Opens a ledger.</summary>
    /// <param name="path">The ledger.</param>
    /// <param name="start">Where to begin: the first byte of a line, which then has number 1.</param>
    /// <exception cref="Contracts.FactoryException">It is missing or cannot be read.</exception>
    public LedgerLines(string path, long start = 0)
    {
        (_path, _bufferOffset) = (path, start);
        try
        {
            _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            _length = RandomAccess.GetLength(_file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            _file?.Dispose();
            throw LedgerFailure.Unreadable(path, error);
        }
    }

    /// <summary>Reads the next line.</summary>
    /// <returns>False at the end.</returns>
    public bool TryRead(out LedgerLine line)
    {
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0) return Take(searched + found, hasLineFeed: true, out line);
            searched = _end - _start;
            if (searched > LongestLine) return SkipLine(out line);
            if (Fill()) continue;
            line = default;
            return searched > 0 && Take(searched, hasLineFeed: false, out line);
        }
    }

    /// <summary>Reads a line again, by its place.</summary>
    public byte[] ReadAgain(long offset, int length)
    {
        var bytes = new byte[length];
        for (var done = 0; done < length;)
        {
            var read = Read(bytes.AsSpan(done), offset + done);
            if (read == 0) throw LedgerFailure.Unreadable(_path, new EndOfStreamException("it became shorter while it was read"));
            done += read;
        }

        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool Take(int length, bool hasLineFeed, out LedgerLine line)
    {
        var isTooLong = length > LongestLine;
        line = new LedgerLine(isTooLong ? default : _buffer.AsMemory(_start, length), _bufferOffset + _start, ++_number, hasLineFeed, isTooLong);
        _start += length + (hasLineFeed ? 1 : 0);
        return true;
    }

    private bool SkipLine(out LedgerLine line)
    {
        var offset = _bufferOffset + _start;
        do _start = _end;
        while (Fill() && _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n') < 0);
        var found = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        _start = found < 0 ? _end : _start + found + 1;
        line = new LedgerLine(default, offset, ++_number, found >= 0, IsTooLong: true);
        return true;
    }

    private bool Fill()
    {
        var kept = _end - _start;
        if (kept == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        else if (_start > 0) _buffer.AsSpan(_start, kept).CopyTo(_buffer);
        (_bufferOffset, _start, _end) = (_bufferOffset + _start, 0, kept);
        var at = _bufferOffset + _end;
        var wanted = (int)Math.Min(_buffer.Length - _end, _length - at);
        var read = wanted > 0 ? Read(_buffer.AsSpan(_end, wanted), at) : 0;
        _end += read;
        return read > 0;
    }

    private int Read(Span<byte> buffer, long offset)
    {
        try
        {
            return RandomAccess.Read(_file, buffer, offset);
        }
        catch (IOException error)
        {
            throw LedgerFailure.Unreadable(_path, error);
        }
    }
}
