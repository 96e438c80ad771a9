using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger;

public sealed class LedgerWriterTests
{
    [Fact]
    public void Every_line_but_the_first_names_the_hash_of_the_line_before()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(5);
        folder.Writer().Append([LedgerFolder.Entry(6), LedgerFolder.Entry(7), LedgerFolder.Entry(8)]);

        var lines = folder.Lines;
        Assert.Equal(8, lines.Length);
        Assert.DoesNotContain("\"prev\"", Encoding.UTF8.GetString(lines[0]), StringComparison.Ordinal);
        for (var i = 1; i < lines.Length; i++)
        {
            var previous = Convert.ToHexStringLower(SHA256.HashData([0, .. lines[i - 1]]));
            Assert.Contains($"\"hashes\":{{\"prev\":\"{previous}\"}}", Encoding.UTF8.GetString(lines[i]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_line_has_the_twelve_fields_of_the_contract_in_ordinal_order_at_every_level()
    {
        using var folder = new LedgerFolder();
        folder.Writer().Append(LedgerFolder.Entry(1) with
        {
            DurationMs = 12,
            ParentEventId = "0123456789abcdef",
            FileCounts = new Dictionary<string, long> { ["b"] = 2, ["a"] = 1 },
            Hashes = new Dictionary<string, string> { ["z"] = "00", ["a"] = "11" },
            Details = new Dictionary<string, object?> { ["é"] = 1.0, ["b"] = new Dictionary<string, int> { ["y"] = 1, ["Y"] = 2 }, ["B"] = new[] { "x" } },
        });

        const string Rest = "\"event_type\":\"CHECK_RESULT\",\"file_counts\":{\"a\":1,\"b\":2},\"hashes\":{\"a\":\"11\",\"z\":\"00\"},\"parent_event_id\":\"0123456789abcdef\","
            + "\"rc\":0,\"run_id\":\"factory_20260218_131510_6339cf02_001\",\"schema_version\":2,\"ts_utc\":\"2026-03-01T12:00:00.000Z\"}";
        const string Start = "{\"actor\":\"Z_integrator\",\"details\":{\"B\":[\"x\"],\"b\":{\"Y\":2,\"y\":1},\"é\":1.0},\"duration_ms\":12,";
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Start + Rest)))[..16];
        Assert.Equal($"{Start}\"event_id\":\"{id}\",{Rest}\n", Encoding.UTF8.GetString(folder.Bytes));
    }

    [Fact]
    public void A_receipt_names_the_id_the_place_and_the_leaf_hash_of_its_line()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(2);
        folder.Clock.Advance(TimeSpan.FromTicks(7));
        var receipts = folder.Writer().Append([LedgerFolder.Entry(3), LedgerFolder.Entry(4)]);

        var lines = folder.Lines;
        for (var i = 0; i < receipts.Count; i++)
        {
            Assert.Equal(JsonDocument.Parse(lines[2 + i]).RootElement.GetProperty("event_id").GetString(), receipts[i].EventId);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([0, .. lines[2 + i]])), receipts[i].LeafHash);
            Assert.Equal(folder.Read()[2 + i].Timestamp, receipts[i].Timestamp);
            Assert.Equal(lines[2 + i], folder.Bytes.AsSpan((int)receipts[i].Offset, lines[2 + i].Length).ToArray());
        }
    }

    [Fact]
    public void Equal_entries_at_one_instant_get_different_ids()
    {
        using var folder = new LedgerFolder();
        var receipts = folder.Writer().Append([.. Enumerable.Repeat(LedgerFolder.Entry(1), 50)]);
        Assert.Equal(50, receipts.Select(receipt => receipt.EventId).Distinct().Count());
    }

    [Fact]
    public void An_older_ledger_is_continued_from_its_last_line()
    {
        using var folder = new LedgerFolder();
        File.Copy(LedgerFolder.Sample, folder.Paths.Ledger);
        var old = folder.Bytes;
        folder.AppendMany(2);

        Assert.Equal(old, folder.Bytes[..old.Length]);
        var events = folder.Read();
        Assert.Equal(39, events.Count);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([0, .. LedgerFolder.SplitLines(old)[^1]])), events[37].Hashes["prev"]);
    }

    [Fact]
    public void A_clock_that_runs_backwards_changes_the_order_of_reading_and_not_the_chain()
    {
        using var folder = new LedgerFolder();
        using var writer = folder.Writer();
        for (var i = 0; i < 5; i++)
        {
            writer.Append(LedgerFolder.Entry(i));
            folder.Clock.Advance(TimeSpan.FromSeconds(-1));
        }

        Assert.Equal([4L, 3L, 2L, 1L, 0L], folder.Read().Select(item => (long)item.Details["number"]!));
        Assert.Equal([5L, 4L, 3L, 2L, 1L], folder.Read().Select(item => item.LineNumber));
        Assert.Equal(folder.Read().Select(item => item.EventId), folder.Read().Select(item => item.EventId));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 11, 59, 56, TimeSpan.Zero), folder.Read()[0].Timestamp);
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
    }

    [Fact]
    public void A_line_longer_than_64_KiB_is_refused_and_nothing_of_its_batch_is_written()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(1);
        var before = folder.Bytes;
        using var writer = folder.Writer();
        var tooLong = LedgerFolder.Entry(1) with { Details = new Dictionary<string, object?> { ["text"] = new string('x', 64 * 1024) } };

        var error = Assert.Throws<FactoryException>(() => writer.Append([LedgerFolder.Entry(0), tooLong]));
        Assert.Contains("65536", error.Message, StringComparison.Ordinal);
        Assert.Equal("Put long or unusual content into a file of the run, and its path and digest into the entry.", error.Blocker.NextAction);
        Assert.Equal(before, folder.Bytes);
        writer.Append(LedgerFolder.Entry(2));
        Assert.Equal(2, folder.Lines.Length);
    }

    [Fact]
    public void The_longest_line_of_exactly_64_KiB_is_accepted()
    {
        using var folder = new LedgerFolder();
        folder.Writer().Append(WithText(1));
        var room = (64 * 1024) - folder.Lines[0].Length;
        folder.Bytes = [];
        using var writer = folder.Writer();
        writer.Append(WithText(1 + room));
        Assert.Equal(64 * 1024, folder.Lines[0].Length);
        Assert.Throws<FactoryException>(() => writer.Append(WithText(2 + room)));

        static LedgerEntry WithText(int length) => LedgerFolder.Entry(1) with { Details = new Dictionary<string, object?> { ["text"] = new string('x', length) } };
    }

    public static TheoryData<string, object?> ValuesWithoutJsonForm() => new()
    {
        { "lone surrogate", "a\ud800" },
        { "lone surrogate", new Dictionary<string, object?> { ["\udc00"] = 1 } },
        { "occurs twice", new TwiceTheSameKey() },
        { "NaN", double.NaN },
        { "text", ulong.MaxValue },
        { "no JSON form", new Uri("http://example.org") },
        { "not text", new System.Collections.Hashtable { [1] = 2 } },
    };

    [Theory]
    [MemberData(nameof(ValuesWithoutJsonForm), DisableDiscoveryEnumeration = true)]
    public void A_value_without_one_exact_JSON_form_is_refused(string reason, object? value)
    {
        using var folder = new LedgerFolder();
        var error = Assert.Throws<FactoryException>(() => folder.Writer().Append(LedgerFolder.Entry(1) with { Details = new Dictionary<string, object?> { ["value"] = value } }));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Bytes);
    }

    [Fact]
    public void A_value_that_holds_itself_is_refused()
    {
        using var folder = new LedgerFolder();
        var circle = new List<object?>();
        circle.Add(circle);
        var error = Assert.Throws<FactoryException>(() => folder.Writer().Append(LedgerFolder.Entry(1) with { Details = new Dictionary<string, object?> { ["circle"] = circle } }));
        Assert.Contains("deeper", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_caller_may_not_write_the_chain()
    {
        using var folder = new LedgerFolder();
        Assert.Throws<FactoryException>(() => folder.Writer().Append(LedgerFolder.Entry(1) with { Hashes = new Dictionary<string, string> { ["prev"] = "00" } }));
    }

    [Fact]
    public void A_failed_flush_cuts_the_ledger_back_and_stops_the_writer()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(3);
        var before = folder.Bytes;
        using var writer = new LedgerWriter(folder.Paths.RunsFolder, folder.Clock, _ => throw new IOException("injected"));

        var error = Assert.Throws<FactoryException>(() => writer.Append(LedgerFolder.Entry(3)));
        Assert.Equal((RunStatus.Fail, BlockerKind.Check, folder.Paths.Ledger), (error.Status, error.Blocker.Kind, error.Blocker.Path));
        Assert.Contains("injected", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, folder.Bytes);
        Assert.Contains("stopped after an earlier failure", Assert.Throws<FactoryException>(() => writer.Append(LedgerFolder.Entry(3))).Message, StringComparison.Ordinal);
        folder.AppendMany(1);
        Assert.Equal(4, folder.Read().Count);
    }

    /// <summary>A dictionary that gives one key twice, as no honest one does.</summary>
    private sealed class TwiceTheSameKey : Dictionary<string, object?>, IReadOnlyDictionary<string, object?>, System.Collections.IDictionary
    {
        System.Collections.IDictionaryEnumerator System.Collections.IDictionary.GetEnumerator() => new Twice();

        private sealed class Twice : System.Collections.IDictionaryEnumerator
        {
            private int _left = 2;

            public System.Collections.DictionaryEntry Entry => new("key", 1);

            public object Key => "key";

            public object? Value => 1;

            public object Current => Entry;

            public bool MoveNext() => _left-- > 0;

            public void Reset() => _left = 2;
        }
    }
}
