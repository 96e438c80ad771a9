using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Tests.Ledger.Verification;

namespace Factory.Core.Tests.Ledger;

public sealed class LedgerLineEncoderTests
{
    [Fact]
    public void The_same_entries_make_the_same_bytes_as_ever() =>
        Assert.Equal("c63a2239f4fd46dbc470106ea190178ba60a2d57e46a77dc32c3cb99bdcdb09f", Convert.ToHexStringLower(SHA256.HashData(MadeLedger.Of(2000, Any))));

    // Every type of a detail, in every order; the stock entries have only some of them.
    private static LedgerEntry Any(int number)
    {
        var entry = MadeLedger.Varied(number);
        var random = new Random(number);
        object?[] values =
        [
            (short)-3, (sbyte)-1, (ushort)7, (uint)8, (byte)9, 10L, 11ul, 0.1f, 2.50m, -0.0, 1e21, 3.0, new DateTimeOffset(2026, 3, 1, 12, 0, 0, 7, TimeSpan.FromHours(2)),
            LedgerFolder.Run, WorkerId.Parse("A_worker"), CommitId.Parse(new string('a', 40)), RelativePath.Parse("src/a.txt"), Guid.Empty, RunStatus.Blocked, LedgerEventType.RunEnd,
            new SortedDictionary<string, object?>(StringComparer.Ordinal) { ["z"] = 1, ["B"] = 2, ["a"] = 3 }, new Dictionary<string, long> { ["z"] = 1, ["a"] = 2 }, new List<string> { "x", "\u0001\u007f\u2028" },
            new Dictionary<string, object?> { ["\ud83d\ude00"] = 1, ["\uffff"] = 2, ["\u00e4"] = null, ["\""] = "\"" }, new ReadOnlyMap(new() { ["b"] = 1, ["a"] = 2 }),
        ];
        var details = new Dictionary<string, object?>(entry.Details);
        for (var i = random.Next(12); i > 0; i--) details[$"{(char)('A' + random.Next(50))}"] = values[random.Next(values.Length)];
        return entry with { RunId = LedgerFolder.Run, Details = details };
    }

    private sealed class ReadOnlyMap(Dictionary<string, object?> map) : IReadOnlyDictionary<string, object?>
    {
        public IEnumerable<string> Keys => map.Keys;

        public IEnumerable<object?> Values => map.Values;

        public int Count => map.Count;

        public object? this[string key] => map[key];

        public bool ContainsKey(string key) => map.ContainsKey(key);

        public bool TryGetValue(string key, out object? value) => map.TryGetValue(key, out value);

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => map.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
