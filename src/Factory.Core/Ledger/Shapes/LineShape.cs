using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Factory.Core.Ledger.Shapes;

/// <summary>
/// What may stand at each place of a line so that a reader of canonical lines takes the same steps as over the line that
/// the shape was learned from: the same bytes, but for texts that are values (printable ASCII without quote and backslash,
/// of the same length) and for whole numbers (digits, as many). A line that fits needs no parsing: its structure is proven.
/// </summary>
/// <remarks>What a reader asks of a value beyond that, such as hex digits or a time that exists, it must still check.</remarks>
internal sealed unsafe class LineShape
{
    /// <summary>Bytes that must be readable behind the line.</summary>
    public const int Slack = Step;

    private const int Step = 64, LongestLine = 8192;
    private const byte Lowest = 0x20, Highest = 0x7E;
    private readonly byte[] _bounds;
    private readonly byte* _first;
    private readonly ulong[] _isText;

    private LineShape(int length)
    {
        Length = length;
        _isText = new ulong[(length + Step - 1) / Step];
        // For every 64 bytes of a line the least allowed, then how far above it a byte may be. Behind the end anything goes.
        _bounds = GC.AllocateArray<byte>((2 * Step * _isText.Length) + Step, pinned: true);
        var address = (nint)Marshal.UnsafeAddrOfPinnedArrayElement(_bounds, 0);
        _first = (byte*)((address + Step - 1) & -Step);
        for (var at = length; at < Step * _isText.Length; at++) Allow(at, 0, byte.MaxValue);
    }

    /// <summary>Bytes of a line that fits, without LF.</summary>
    public int Length { get; }

    /// <summary>Learns the shape of a line.</summary>
    /// <param name="line">A line that a reader found to be canonical, without LF.</param>
    /// <param name="type">Where the text of <c>event_type</c> is in it: that one stays as it is.</param>
    /// <returns>Null for a line that is too long or not plain: no byte beyond printable ASCII, no backslash.</returns>
    public static LineShape? TryLearn(ReadOnlySpan<byte> line, Range type)
    {
        if (line.Length > LongestLine || line.ContainsAnyExceptInRange(Lowest, Highest) || line.Contains((byte)'\\')) return null;
        var shape = new LineShape(line.Length);
        for (var at = 0; at < line.Length;) at = line[at] == '"' ? shape.LearnText(line, at) : shape.LearnOther(line, at);
        // Neither the generation nor the type is a value like others.
        for (var at = type.Start.Value; at < type.End.Value; at++) shape.Fix(line, at);
        for (var at = Math.Max(0, line.Length - "2,\"ts_utc\":\"0000-00-00T00:00:00.000Z\"}".Length); at < line.Length && char.IsAsciiDigit((char)line[at]); at++) shape.Fix(line, at);
        return shape;
    }

    /// <summary>Whether a line of <see cref="Length"/> fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Fits(byte* line)
    {
        var bounds = _first;
        foreach (var isText in _isText)
        {
            var bytes = Vector512.Load(line);
            var outside = Vector512.GreaterThan(bytes - Vector512.LoadAligned(bounds), Vector512.LoadAligned(bounds + Step)).ExtractMostSignificantBits();
            var ends = (Vector512.Equals(bytes, Vector512.Create((byte)'"')) | Vector512.Equals(bytes, Vector512.Create((byte)'\\'))).ExtractMostSignificantBits();
            if ((outside | (ends & isText)) != 0) return false;
            line += Step;
            bounds += 2 * Step;
        }

        return true;
    }

    // A key stays as it is.
    private int LearnText(ReadOnlySpan<byte> line, int at)
    {
        var end = at + 1 + line[(at + 1)..].IndexOf((byte)'"');
        var isKey = end + 1 < line.Length && line[end + 1] == ':';
        Fix(line, at);
        Fix(line, end);
        for (at++; at < end; at++)
        {
            if (isKey) Fix(line, at);
            else Allow(at, Lowest, Highest - Lowest);
            if (!isKey) _isText[at / Step] |= 1UL << (at % Step);
        }

        return end + 1;
    }

    // Of numbers only whole ones may change: no zero in front of others, and none behind a minus.
    private int LearnOther(ReadOnlySpan<byte> line, int at)
    {
        Fix(line, at);
        var end = at;
        while (end < line.Length && char.IsAsciiDigit((char)line[end])) end++;
        if (end == at) return at + 1;
        var isWhole = at > 0 && line[at - 1] is (byte)':' or (byte)',' or (byte)'[' or (byte)'-' && end < line.Length && line[end] is (byte)',' or (byte)']' or (byte)'}';
        var mayBeZero = end == at + 1 && line[at - 1] != '-';
        for (var first = at; at < end; at++)
        {
            if (!isWhole || (at == first && line[at] == '0' && !mayBeZero)) Fix(line, at);
            else if (at == first && !mayBeZero) Allow(at, (byte)'1', 8);
            else Allow(at, (byte)'0', 9);
        }

        return end;
    }

    private void Fix(ReadOnlySpan<byte> line, int at)
    {
        Allow(at, line[at], 0);
        _isText[at / Step] &= ~(1UL << (at % Step));
    }

    private void Allow(int at, byte least, byte more)
    {
        var bounds = _first + (at / Step * 2 * Step) + (at % Step);
        bounds[0] = least;
        bounds[Step] = more;
    }
}
