using System.Globalization;

namespace Factory.Cli.Output;

/// <summary>Wall time in words.</summary>
internal static class Duration
{
    /// <summary>For example <c>0.42 s</c>, <c>3 min 05 s</c> or <c>2 h 06 min</c>.</summary>
    public static string Words(long milliseconds)
    {
        var time = TimeSpan.FromMilliseconds(milliseconds);
        if (time.TotalHours >= 1) return string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min");
        return time.TotalMinutes >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:00} s")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");
    }
}

/// <summary>Numbers in words.</summary>
internal static class Number
{
    /// <summary>The number, or a dash for none.</summary>
    public static string Words(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
