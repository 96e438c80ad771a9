using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace Factory.Core.Ledger.Verification;

/// <summary>
/// Recognises, in one pass and without making anything, a line of schema_version 2 in the form in which the writer
/// leaves it: the twelve fields in their order, keys in ordinal order, no white space, no <c>\u</c>. Keys that only grow
/// cannot repeat. What it does not recognise may be right all the same: <see cref="LineVerdict"/> decides.
/// </summary>
internal unsafe ref struct CanonicalLine
{
    /// <summary>Bytes that must be readable behind the line's LF.</summary>
    public const int Slack = 64;

    private const int DeepestValue = 32;
    private readonly byte* _line;
    private readonly bool _hasEscapes;
    private byte* _at;
    private int* _quotes;
    private int _eventId, _eventType, _eventTypeEnd;

    private CanonicalLine(byte* line, int* quotes, bool hasEscapes)
    {
        _line = _at = line;
        _quotes = quotes;
        _hasEscapes = hasEscapes;
    }

    /// <summary>Where the 64 digits of <c>hashes.prev</c> are; null when the line has none.</summary>
    public byte* PreviousHash { get; private set; }

    /// <summary>Whether the line is in the writer's form, and UTF-8. Says nothing about any hash.</summary>
    /// <param name="line">Where it begins. What is behind it must be LF, which ends every search.</param>
    /// <param name="end">Where its LF is.</param>
    /// <param name="previousHash">Where <c>hashes.prev</c> is, or null.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryRecognise(byte* line, byte* end, out byte* previousHash)
    {
        var isRecognised = TryPlace(line, end, out var places);
        previousHash = places.PreviousHash == 0 ? null : line + places.PreviousHash;
        return isRecognised;
    }

    /// <summary>The same, with the places of what depends on the line alone.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryPlace(byte* line, byte* end, out CanonicalPlaces places)
    {
        var quotes = stackalloc int[QuoteIndex.Size];
        places = default;
        if (!QuoteIndex.TryFill(line, (int)(end - line), quotes, out var bytes)) return false;
        var scan = new CanonicalLine(line, quotes, (bytes & LineBytes.Escapes) != 0);
        if (!scan.Fields() || scan._at != end) return false;
        places = new CanonicalPlaces(scan.PreviousHash is null ? 0 : (int)(scan.PreviousHash - line), scan._eventId, scan._eventType, scan._eventTypeEnd);
        return (bytes & LineBytes.BeyondAscii) == 0 || Utf8.IsValid(new ReadOnlySpan<byte>(line, (int)(end - line)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Fields() =>
        Literal("{\"actor\":"u8, quotes: 2) && Text(out _)
        && Literal(",\"details\":"u8, quotes: 2) && Members(MemberKind.Any, 1)
        && Literal(",\"duration_ms\":"u8, quotes: 2) && WholeOrNull(mostDigits: 18)
        && Literal(",\"event_id\":"u8, quotes: 2) && Begins(out _eventId) && Hex(CanonicalPlaces.IdDigits)
        && Literal(",\"event_type\":"u8, quotes: 2) && Begins(out _eventType) && Text(out _) && Ends(out _eventTypeEnd)
        && Literal(",\"file_counts\":"u8, quotes: 2) && Members(MemberKind.Count, 1)
        && Literal(",\"hashes\":"u8, quotes: 2) && Members(MemberKind.Hash, 1)
        && Literal(",\"parent_event_id\":"u8, quotes: 2) && (Text(out _) || Literal("null"u8))
        && Literal(",\"rc\":"u8, quotes: 2) && WholeOrNull(mostDigits: 9)
        && Literal(",\"run_id\":"u8, quotes: 2) && Text(out _)
        && Literal(",\"schema_version\":2,\"ts_utc\":\""u8, quotes: 5) && CanonicalTime.IsAt(_at) && Skip(CanonicalTime.Length)
        && Literal("\"}"u8);

    // Quotes in it are counted, for they are noted in the index, too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Literal(ReadOnlySpan<byte> text, int quotes = 0)
    {
        if (!new ReadOnlySpan<byte>(_at, text.Length).SequenceEqual(text)) return false;
        _at += text.Length;
        _quotes += quotes;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Skip(int bytes)
    {
        _at += bytes;
        return true;
    }

    // The place of a text's first byte, and the one behind its last.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool Begins(out int place)
    {
        place = (int)(_at - _line) + 1;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool Ends(out int place)
    {
        place = (int)(_at - _line) - 1;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Text(out ReadOnlySpan<byte> text)
    {
        var begin = *_quotes;
        text = default;
        if (_line + begin != _at) return false;
        var end = _quotes[1];
        text = new ReadOnlySpan<byte>(_line + begin + 1, end - begin - 1);
        _at = _line + end + 1;
        _quotes += 2;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Members(MemberKind kind, int depth)
    {
        if (*_at++ != '{') return false;
        if (*_at == '}') return Skip(1);
        ReadOnlySpan<byte> before = default;
        for (var isFirst = true; ; isFirst = false)
        {
            if (!Text(out var key) || *_at++ != ':' || !(isFirst || IsLess(before, key)) || (_hasEscapes && key.Contains((byte)'\\'))) return false;
            if (!Member(kind, key, depth)) return false;
            before = key;
            if (*_at == '}') return Skip(1);
            if (*_at++ != ',') return false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Member(MemberKind kind, ReadOnlySpan<byte> key, int depth) => kind switch
    {
        MemberKind.Any => *_at == '"' ? Text(out _) : Value(depth),
        MemberKind.Count => Whole(mostDigits: 18),
        _ => key.SequenceEqual("prev"u8) ? Chained() : Text(out _),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Chained()
    {
        PreviousHash = _at + 1;
        return Hex(CanonicalPlaces.HashDigits);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Value(int depth)
    {
        switch (*_at)
        {
            case (byte)'"': return Text(out _);
            case (byte)'{': return depth < DeepestValue && Members(MemberKind.Any, depth + 1);
            case (byte)'[': return depth < DeepestValue && Items(depth + 1);
            case (byte)'t': return Literal("true"u8);
            case (byte)'f': return Literal("false"u8);
            case (byte)'n': return Literal("null"u8);
            default: return Number();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Items(int depth)
    {
        _at++;
        if (*_at == ']') return Skip(1);
        while (*_at == '"' ? Text(out _) : Value(depth))
        {
            if (*_at == ']') return Skip(1);
            if (*_at++ != ',') return false;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Number()
    {
        if (*_at == '-') _at++;
        if (*_at == '0') _at++;
        else if (!Digits()) return false;
        if (*_at == '.')
        {
            _at++;
            if (!Digits()) return false;
        }

        if ((*_at | 0x20) != 'e') return true;
        _at++;
        if (*_at is (byte)'+' or (byte)'-') _at++;
        return Digits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Digits()
    {
        var begin = _at;
        while (char.IsAsciiDigit((char)*_at)) _at++;
        return _at > begin;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool WholeOrNull(int mostDigits) => *_at == 'n' ? Literal("null"u8) : Whole(mostDigits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Whole(int mostDigits)
    {
        if (*_at == '-') _at++;
        var begin = _at;
        return Digits() && (*begin != '0' || _at == begin + 1) && _at - begin <= mostDigits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Hex(int digits) => Text(out var text) && text.Length == digits && CanonicalHex.IsAt(_at - 1 - digits, digits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsLess(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        !left.IsEmpty && !right.IsEmpty && left[0] != right[0] ? left[0] < right[0] : left.SequenceCompareTo(right) < 0;

    private enum MemberKind
    {
        Any,
        Count,
        Hash,
    }
}

/// <summary>Where some members of a line are, counted from its beginning.</summary>
/// <param name="PreviousHash">The digits of <c>hashes.prev</c>; 0 when it has none.</param>
/// <param name="EventId">The digits of <c>event_id</c>.</param>
/// <param name="EventType">The text of <c>event_type</c>.</param>
/// <param name="EventTypeEnd">The quote behind it.</param>
internal readonly record struct CanonicalPlaces(int PreviousHash, int EventId, int EventType, int EventTypeEnd)
{
    /// <summary>Digits of <c>hashes.prev</c> and of <c>event_id</c>.</summary>
    public const int HashDigits = 2 * LedgerHash.Size, IdDigits = 16;
}

/// <summary>Lower-case hex digits.</summary>
internal static unsafe class CanonicalHex
{
    /// <summary>Whether there are so many here: whole vectors of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAt(byte* at, int digits)
    {
        var isHex = Vector128<byte>.AllBitsSet;
        for (var end = at + digits; at < end; at += Vector128<byte>.Count)
        {
            var bytes = Vector128.Load(at);
            isHex &= Vector128.LessThan(bytes - Vector128.Create((byte)'0'), Vector128.Create((byte)10))
                | Vector128.LessThan(bytes - Vector128.Create((byte)'a'), Vector128.Create((byte)6));
        }

        return isHex == Vector128<byte>.AllBitsSet;
    }
}

/// <summary>A time as the writer spells it: <c>2026-02-18T13:15:10.000Z</c>.</summary>
internal static unsafe class CanonicalTime
{
    /// <summary>Its length in bytes.</summary>
    public const int Length = 24;

    private const uint Here = (1u << Length) - 1;

    private static ReadOnlySpan<byte> Form => "0000-00-00T00:00:00.000Z        "u8;

    /// <summary>Whether a time that exists is here; 32 bytes must be readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool IsAt(byte* at)
    {
        var form = Vector256.Create(Form);
        var bytes = Vector256.Load(at);
        var isDigit = Vector256.LessThan(bytes - Vector256.Create((byte)'0'), Vector256.Create((byte)10));
        var fits = Vector256.ConditionalSelect(Vector256.Equals(form, Vector256.Create((byte)'0')), isDigit, Vector256.Equals(bytes, form));
        if ((fits.ExtractMostSignificantBits() & Here) != Here) return false;
        var (year, month, day) = ((Two(at) * 100) + Two(at + 2), Two(at + 5), Two(at + 8));
        return Two(at + 11) < 24 && Two(at + 14) < 60 && Two(at + 17) < 60
            && year > 0 && month is > 0 and <= 12 && day > 0 && (day <= 28 || day <= DateTime.DaysInMonth(year, month));
    }

    private static int Two(byte* at) => ((at[0] - '0') * 10) + at[1] - '0';
}
