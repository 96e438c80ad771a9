using System.Runtime.CompilerServices;

namespace Factory.Core.Ledger.Reading;

/// <summary>The one spelling of a time that this build writes: <c>2026-02-18T13:15:10.000Z</c>.</summary>
internal static class CanonicalTime
{
    /// <summary>Bytes of a time.</summary>
    public const int Length = 24;

    private const int TailLength = Length + 12;

    private static ReadOnlySpan<byte> DaysBefore => [0, 31, 59, 90, 120, 151, 181, 212, 243, 0, 0, 0];

    /// <summary>Reads a time.</summary>
    /// <returns>False when it has another spelling, or does not exist; another reader has to decide then.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryParse(ReadOnlySpan<byte> text, out long utcTicks)
    {
        utcTicks = 0;
        if (text.Length != Length || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != '.' || text[23] != 'Z') return false;
        int year = (100 * Two(text, 0)) + Two(text, 2), month = Two(text, 5), day = Two(text, 8);
        int hour = Two(text, 11), minute = Two(text, 14), second = Two(text, 17);
        var milliseconds = (10 * Two(text, 20)) + Digit(text, 22);
        // A character that is no digit makes its number huge or negative.
        if ((uint)(year - 1) >= 9999 || (uint)(month - 1) >= 12 || (uint)hour >= 24 || (uint)minute >= 60 || (uint)second >= 60 || (uint)milliseconds >= 1000) return false;
        if (day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        utcTicks = (DaysTo(year, month, day) * TimeSpan.TicksPerDay)
            + (((((hour * 60L) + minute) * 60L) + second) * TimeSpan.TicksPerSecond) + (milliseconds * TimeSpan.TicksPerMillisecond);
        return true;
    }

    /// <summary>Finds the time of a line that ends as this build ends its lines: <c>"ts_utc":"…"}</c>.</summary>
    /// <remarks>In a line that is JSON this is the object's own last member: no quote in the text is escaped.</remarks>
    /// <param name="line">The line without LF.</param>
    /// <param name="text">The time as it is spelled.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryFind(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (line.Length <= TailLength || line[^1] != '}' || line[^2] != '"' || line[^3] != 'Z') return false;
        var tail = line[^TailLength..];
        if (!tail.StartsWith("\"ts_utc\":\""u8) || line[^(TailLength + 1)] is not ((byte)',' or (byte)'{')) return false;
        text = tail[10..^2];
        return true;
    }

    private static long DaysTo(int year, int month, int day)
    {
        var before = (long)year - 1;
        var ofYear = month switch { 10 => 273, 11 => 304, 12 => 334, _ => DaysBefore[month - 1] };
        return (before * 365) + (before / 4) - (before / 100) + (before / 400) + ofYear + (month > 2 && DateTime.IsLeapYear(year) ? 1 : 0) + day - 1;
    }

    private static int Two(ReadOnlySpan<byte> text, int at) => (10 * Digit(text, at)) + Digit(text, at + 1);

    private static int Digit(ReadOnlySpan<byte> text, int at) => (uint)(text[at] - '0') <= 9 ? text[at] - '0' : -100_000;
}
