namespace Factory.Core.Workers.Processes;

/// <summary>The last bytes of a stream, up to a capacity; memory grows only as bytes arrive.</summary>
internal sealed class TailRing(int capacity)
{
    private const int FirstSize = 64 * 1024;
    private byte[] _buffer = [];
    private int _start;

    /// <summary>How many bytes are held.</summary>
    internal int Count { get; private set; }

    /// <summary>The older part of what is held.</summary>
    internal ReadOnlySpan<byte> First => _buffer.AsSpan(_start, Math.Min(Count, _buffer.Length - _start));

    /// <summary>What follows <see cref="First"/>.</summary>
    internal ReadOnlySpan<byte> Second => _buffer.AsSpan(0, Count - First.Length);

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= capacity) bytes = bytes[^capacity..];
        if (bytes.IsEmpty) return;
        Reserve(bytes.Length);
        var end = (int)(((long)_start + Count) % _buffer.Length);
        var room = Math.Min(bytes.Length, _buffer.Length - end);
        bytes[..room].CopyTo(_buffer.AsSpan(end));
        bytes[room..].CopyTo(_buffer);
        var overwritten = Math.Max(0, (int)((long)Count + bytes.Length - _buffer.Length));
        _start = (int)(((long)_start + overwritten) % _buffer.Length);
        Count += bytes.Length - overwritten;
    }

    private void Reserve(int more)
    {
        var needed = (long)Count + more;
        if (needed <= _buffer.Length || _buffer.Length == capacity) return;
        var grown = new byte[Math.Min(capacity, Math.Max(Math.Max(FirstSize, needed), 2L * _buffer.Length))];
        First.CopyTo(grown);
        Second.CopyTo(grown.AsSpan(First.Length));
        (_buffer, _start) = (grown, 0);
    }
}
