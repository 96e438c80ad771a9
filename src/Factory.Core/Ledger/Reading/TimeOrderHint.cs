using System.Text.Json;
using Factory.Core.Repository;

namespace Factory.Core.Ledger.Reading;

/// <summary>
/// What <c>factory_ledger.frontier.json</c> says about the order of the ledger beside it: its first bytes were found in the
/// order of time. It is a hint, written at the end of a run; whatever is odd about it makes reading slower, not wrong.
/// </summary>
/// <param name="Bytes">How many bytes it speaks of; they end with LF.</param>
/// <param name="NewestTicks">The greatest time in them.</param>
/// <param name="Lines">How many lines they are, where it says so.</param>
internal sealed record TimeOrderHint(long Bytes, long NewestTicks, long? Lines)
{
    private const string Name = "factory_ledger.frontier.json";
    private const int LongestFile = 16 * 1024 * 1024;

    /// <summary>Reads the hint beside a ledger.</summary>
    /// <returns>Null when there is none that fits the ledger as it is.</returns>
    public static TimeOrderHint? TryRead(LedgerFile file)
    {
        try
        {
            var beside = new FileInfo(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, Name));
            // A frontier names no ledger: only the one that it is made for lies beside it under its own name.
            if (Path.GetFileName(file.Path) != LedgerPaths.LedgerName || !RegularFile.Is(beside.FullName) || beside.Length > LongestFile) return null;
            using var document = JsonDocument.Parse(File.ReadAllBytes(beside.FullName));
            return Read(document.RootElement) is { } hint && Fits(hint, file) ? hint : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException or NotSupportedException)
        {
            return null;
        }
    }

    private static TimeOrderHint? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("ordered", out var ordered) || ordered.ValueKind != JsonValueKind.True) return null;
        if (!root.TryGetProperty("bytes", out var bytes) || !bytes.TryGetInt64(out var length) || length <= 0) return null;
        if (!root.TryGetProperty("newest_ts", out var newest) || !newest.TryGetDateTimeOffset(out var time)) return null;
        long? lines = root.TryGetProperty("lines", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var count) && count > 0 ? count : null;
        return new TimeOrderHint(length, time.UtcTicks, lines);
    }

    private static bool Fits(TimeOrderHint hint, LedgerFile file)
    {
        if (hint.Bytes > file.Length) return false;
        Span<byte> last = stackalloc byte[1];
        file.Read(last, hint.Bytes - 1);
        return last[0] == '\n';
    }
}
