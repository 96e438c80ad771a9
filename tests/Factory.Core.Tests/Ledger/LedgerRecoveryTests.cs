using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger;

public sealed class LedgerRecoveryTests
{
    [Fact]
    public void A_cut_at_any_byte_of_the_last_three_records_keeps_the_whole_lines_and_moves_the_rest_to_quarantine()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(4);
        var bytes = folder.Bytes;
        var starts = folder.Lines.Aggregate(new List<int> { 0 }, (found, line) => [.. found, found[^1] + line.Length + 1]);
        for (var cut = starts[1]; cut < bytes.Length; cut++)
        {
            folder.Bytes = bytes[..cut];
            var whole = bytes[..starts.Last(start => start <= cut)];
            if (whole.Length < cut)
            {
                AssertRecovered(folder, whole, bytes[whole.Length..cut]);
                continue;
            }

            // Exactly between two records nothing is torn.
            folder.AppendMany(1);
            Assert.Equal(whole, folder.Bytes[..cut]);
            Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
        }
    }

    [Fact]
    public void A_lone_carriage_return_and_a_tail_longer_than_a_line_go_to_quarantine()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(3);
        var whole = folder.Bytes;
        foreach (var torn in (byte[][])[[(byte)'\r'], "{}\r"u8.ToArray(), [.. Enumerable.Repeat((byte)'x', 200_000)], [.. Enumerable.Repeat((byte)'x', 64 * 1024)]])
        {
            folder.Bytes = [.. whole, .. torn];
            AssertRecovered(folder, whole, torn);
        }
    }

    [Fact]
    public void A_tail_of_NULs_goes_to_quarantine_with_the_line_that_it_cuts()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(3);
        var whole = folder.Bytes;
        foreach (var torn in (byte[][])[new byte[1], new byte[4096], [.. "{\"actor\":"u8, .. new byte[300]], [.. new byte[200], .. "\"x\":1}\n"u8], [.. new byte[70_000], .. "}\n"u8, 0]])
        {
            folder.Bytes = [.. whole, .. torn];
            AssertRecovered(folder, whole, torn);
        }
    }

    [Fact]
    public void A_ledger_of_nothing_but_torn_bytes_starts_anew_and_keeps_them()
    {
        using var folder = new LedgerFolder();
        folder.Bytes = "{\"actor\""u8.ToArray();
        AssertRecovered(folder, [], "{\"actor\""u8.ToArray());
    }

    [Fact]
    public void Several_quarantines_in_one_second_have_names_of_their_own()
    {
        using var folder = new LedgerFolder();
        for (var i = 0; i < 3; i++)
        {
            folder.AppendMany(1);
            folder.Bytes = [.. folder.Bytes, (byte)'{'];
        }

        folder.AppendMany(1);
        Assert.Equal(
            ["factory_ledger.quarantine.20260301T120000Z.1", "factory_ledger.quarantine.20260301T120000Z.2", "factory_ledger.quarantine.20260301T120000Z.3"],
            folder.Quarantine.Select(Path.GetFileName));
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
    }

    [Fact]
    public void The_note_of_a_recovery_stands_even_when_the_entry_is_refused()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(1);
        folder.Bytes = [.. folder.Bytes, (byte)'{'];
        Assert.Throws<FactoryException>(() => folder.Writer().Append(LedgerFolder.Entry(1) with { Actor = "" }));
        Assert.Equal(["CHECK_RESULT", "LEDGER_RECOVERED"], folder.Read().Select(item => item.EventType));
    }

    [Fact]
    public void The_cost_of_an_append_to_a_last_line_longer_than_a_block_is_no_obstacle()
    {
        using var folder = new LedgerFolder();
        var old = $"{{\"actor\":\"a\",\"details\":{{\"text\":\"{new string('x', 300_000)}\"}},\"event_type\":\"run_init\",\"run_id\":\"r\",\"ts_utc\":\"2026-01-01T00:00:00Z\"}}";
        folder.Bytes = Encoding.UTF8.GetBytes(old + "\n" + old + "\n");
        folder.AppendMany(1);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([0, .. Encoding.UTF8.GetBytes(old)])), folder.Read()[2].Hashes["prev"]);
    }

    private static void AssertRecovered(LedgerFolder folder, byte[] whole, byte[] torn)
    {
        foreach (var old in folder.Quarantine) File.Delete(old);
        AssertUnsound(folder, torn);
        var receipt = folder.Writer().Append(LedgerFolder.Entry(99, LedgerEventType.RunEnd));

        var quarantine = Assert.Single(folder.Quarantine);
        Assert.Equal(torn, File.ReadAllBytes(quarantine));
        Assert.Equal(whole, folder.Bytes[..whole.Length]);
        var events = folder.Read().OrderBy(item => item.LineNumber).ToList();
        Assert.Equal(["LEDGER_RECOVERED", "RUN_END"], events[^2..].Select(item => item.EventType));
        Assert.Equal(receipt.EventId, events[^1].EventId);
        Assert.Equal(
            ((object)Path.GetFileName(quarantine), (object)(long)torn.Length, (object)Convert.ToHexStringLower(SHA256.HashData(torn))),
            (events[^2].Details["file"]!, events[^2].Details["bytes"]!, events[^2].Details["sha256"]!));
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
    }

    private static void AssertUnsound(LedgerFolder folder, byte[] torn) => Assert.Equal(
        torn.Contains((byte)'\n') ? LedgerSignatureStatus.Tampered : LedgerSignatureStatus.Torn,
        LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
}
