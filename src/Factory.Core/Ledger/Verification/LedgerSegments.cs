using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Ledger.Verification;

/// <summary>A piece of a ledger: whole lines, in a buffer that is used again.</summary>
internal sealed unsafe class LedgerSegment
{
    private const int Slack = 64, CacheLine = 64, Spare = 64 * 1024;

    /// <summary>Its place among the segments, from 0.</summary>
    public int Index { get; set; }

    /// <summary>The number of its first line.</summary>
    public long FirstLine { get; set; }

    /// <summary>Whether it begins with a line that was too long to keep, and is not in the buffer.</summary>
    public bool BeginsTooLong { get; set; }

    /// <summary>Where its lines begin in the buffer, and where the LF of the last one has been passed.</summary>
    public (int Start, int End) Lines { get; set; }

    /// <summary>The position in the ledger of the first byte of <see cref="Lines"/>.</summary>
    public long LinePosition { get; set; }

    /// <summary>Where what was read for this segment begins in the buffer, how long it is, and its position in the ledger.</summary>
    public (int Start, int Length, long Position) Read { get; set; }

    /// <summary>The buffer; it does not move. Some bytes behind what was read can be read, too.</summary>
    public byte[] Buffer { get; private set; } = [];

    /// <summary>The buffer's address.</summary>
    public byte* Address { get; private set; }

    /// <summary>Makes room.</summary>
    /// <param name="before">Bytes to be put in front.</param>
    /// <param name="size">Bytes to be read.</param>
    /// <returns>Where to read to: the beginning of a cache line.</returns>
    public int Reserve(int before, int size)
    {
        var needed = before + CacheLine + size + Slack;
        if (Buffer.Length < needed)
        {
            // With some room to spare, for what is put in front differs each time.
            Buffer = GC.AllocateUninitializedArray<byte>(needed + Math.Min(Spare, size / 8), pinned: true);
            Address = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(Buffer, 0);
        }

        return before + (int)(-((nint)Address + before) & (CacheLine - 1));
    }
}

/// <summary>
/// Hands out a ledger in pieces, in order, to any number of threads: each byte is read once. It ends at the length that
/// the ledger had when it was opened.
/// </summary>
/// <param name="path">The ledger, for messages.</param>
/// <param name="file">It, open.</param>
/// <param name="length">Where to end.</param>
/// <param name="pieceSize">How many bytes to read at a time.</param>
/// <param name="onRead">Told, in order, about the bytes of whole lines: the position of the first, and its line number.</param>
internal sealed class LedgerSegments(string path, SafeFileHandle file, long length, int pieceSize, LedgerBytesRead? onRead)
{
    // Leaves place for the 0 that a leaf hash begins with.
    private const int Front = 64;
    private readonly Lock _lock = new();
    private byte[] _rest = [];
    private readonly object _told = new();
    private int _restLength, _index, _toldIndex;
    private long _position, _linePosition, _nextLine = 1;
    private bool _isSkipping;

    /// <summary>How many whole lines were handed out.</summary>
    public long Lines => _nextLine - 1;

    /// <summary>The bytes of the whole lines.</summary>
    public long WholeLength => _linePosition;

    /// <summary>Whether bytes without LF follow; known at the end.</summary>
    public bool IsTorn => _restLength > 0 || _isSkipping;

    /// <summary>Reads the next piece that has a whole line.</summary>
    /// <returns>False at the end.</returns>
    public bool TryRead(LedgerSegment segment)
    {
        if (!TryReadNext(segment)) return false;
        if (onRead is not null) Tell(segment, onRead);
        return true;
    }

    // Not while the next piece is read: whoever listens takes longer than that.
    private void Tell(LedgerSegment segment, LedgerBytesRead listener)
    {
        lock (_told)
            while (_toldIndex != segment.Index) Monitor.Wait(_told);
        try
        {
            listener(segment.Buffer.AsSpan(segment.Lines.Start..segment.Lines.End), segment.LinePosition, segment.FirstLine);
        }
        finally
        {
            lock (_told)
            {
                _toldIndex++;
                Monitor.PulseAll(_told);
            }
        }
    }

    private bool TryReadNext(LedgerSegment segment)
    {
        lock (_lock)
        {
            while (_position < length)
            {
                var data = segment.Reserve(Front + _restLength, (int)Math.Min(pieceSize, length));
                _rest.AsSpan(0, _restLength).CopyTo(segment.Buffer.AsSpan(data - _restLength));
                var position = _position;
                var read = Read(segment.Buffer.AsSpan(data, (int)Math.Min(pieceSize, length - position)));
                segment.Read = (data, read, position);
                if (read == 0) return false;
                if (Cut(segment, data - _restLength, data, data + read)) return true;
            }

            return false;
        }
    }

    /// <summary>Opens a ledger for reading.</summary>
    /// <exception cref="Contracts.FactoryException">It is missing or cannot be read.</exception>
    public static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw LedgerFailure.Unreadable(path, error);
        }
    }

    private bool Cut(LedgerSegment segment, int start, int data, int end)
    {
        var last = segment.Buffer.AsSpan(data, end - data).LastIndexOf((byte)'\n');
        if (last < 0)
        {
            Keep(segment.Buffer.AsSpan(start, end - start));
            return false;
        }

        var after = data + last + 1;
        segment.BeginsTooLong = _isSkipping;
        if (_isSkipping)
        {
            var skipped = segment.Buffer.AsSpan(data).IndexOf((byte)'\n') + 1;
            start += skipped;
            _linePosition += skipped;
            _isSkipping = false;
        }

        var lines = segment.Buffer.AsSpan(start, after - start);
        (segment.Index, segment.FirstLine, segment.Lines, segment.LinePosition) = (_index, _nextLine, (start, after), _linePosition);
        _nextLine += lines.Count((byte)'\n') + (segment.BeginsTooLong ? 1 : 0);
        _linePosition += lines.Length;
        _restLength = 0;
        Keep(segment.Buffer.AsSpan(after, end - after));
        _index++;
        return true;
    }

    // What has no LF yet. Once it is longer than any line may be, only its length is kept.
    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_isSkipping || bytes.Length > LedgerLines.LongestLine)
        {
            _linePosition += bytes.Length;
            (_isSkipping, _restLength) = (true, 0);
            return;
        }

        if (_rest.Length < bytes.Length) _rest = new byte[Math.Max(2 * _rest.Length, bytes.Length)];
        bytes.CopyTo(_rest);
        _restLength = bytes.Length;
    }

    private int Read(Span<byte> buffer)
    {
        try
        {
            for (var done = 0; ;)
            {
                var read = RandomAccess.Read(file, buffer[done..], _position);
                _position += read;
                done += read;
                if (read == 0 || done == buffer.Length) return done;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerFailure.Unreadable(path, error);
        }
    }
}

/// <summary>Takes bytes of whole lines.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="position">Where in the ledger the first one is.</param>
/// <param name="line">The number of the line that it begins.</param>
internal delegate void LedgerBytesRead(ReadOnlySpan<byte> bytes, long position, long line);
