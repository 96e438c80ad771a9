using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger.Verification;

/// <summary>Ledgers made in memory, as the writer would write them.</summary>
internal static class MadeLedger
{
    private static readonly DateTimeOffset Begin = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The bytes of a ledger.</summary>
    public static byte[] Of(int lines, Func<int, LedgerEntry>? entry = null)
    {
        var batch = new LedgerBatch(new LedgerTail(0, null), Begin);
        for (var i = 0; i < lines; i++) batch.Add((entry ?? (number => LedgerFolder.Entry(number)))(i));
        return batch.Bytes.ToArray();
    }

    /// <summary>The line of such an entry, which names a line before it; without LF.</summary>
    public static byte[] VariedLine(int number) => LedgerLineEncoder.Encode(Varied(number), DateTimeOffset.UnixEpoch.AddDays(number), LedgerHash.Leaf([1])).WithoutLineFeed.ToArray();

    // Each line is of a run of its own: no order among them is wrong.
    private static RunId RunOf(int number) => RunId.Parse(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"factory_20260218_131510_6339cf02_{number + 1:000}"));

    /// <summary>An entry with whatever an entry can hold.</summary>
    public static LedgerEntry Varied(int number)
    {
        var random = new Random(number);
        string[] texts = ["", "plain", "say \"no\"", "back\\slash", "tab\tand\nline", "schön", "日本語", "🚀", "a/b", "x'<>&+", new string('y', random.Next(200))];
        object?[] values = [null, true, false, 0, -1, long.MaxValue, 1.5, -2e-9, 1e300, new object[] { 1, "a", new Dictionary<string, object?> { ["b"] = 2, ["ä"] = null } }, new Dictionary<string, object?>(), Array.Empty<object>()];
        var details = new Dictionary<string, object?> { ["number"] = number };
        for (var i = random.Next(6); i > 0; i--) details[$"{(char)('a' + random.Next(26))}{i}"] = random.Next(2) == 0 ? texts[random.Next(texts.Length)] : values[random.Next(values.Length)];
        return new LedgerEntry(RunOf(number), (LedgerEventType)random.Next(20), random.Next(9) == 0 ? "Ä_worker" : "A_worker")
        {
            Rc = random.Next(3) == 0 ? null : random.Next(-5, 300),
            DurationMs = random.Next(3) == 0 ? null : random.NextInt64(1L << random.Next(1, 50)),
            ParentEventId = random.Next(2) == 0 ? null : "0123456789abcdef",
            FileCounts = Enumerable.Range(0, random.Next(4)).ToDictionary(i => $"kind{i}", i => (long)random.Next(1000)),
            Hashes = Enumerable.Range(0, random.Next(3)).ToDictionary(i => $"{(char)('n' + (2 * i))}", i => $"{i:x64}"),
            Details = details,
        };
    }
}
