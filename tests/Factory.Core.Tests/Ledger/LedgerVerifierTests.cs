using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger;

public sealed class LedgerVerifierTests
{
    [Fact]
    public void A_ledger_as_it_was_written_is_verified_and_its_root_is_that_of_its_lines()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(16);
        var tree = new MerkleTree();
        foreach (var line in folder.Lines) tree.Add(line);

        var result = LedgerVerifier.Verify(folder.Paths.Ledger);
        Assert.Equal((RunStatus.Pass, LedgerSignatureStatus.Verified, 16L), (result.Status, result.Signature.Status, result.Events));
        Assert.Equal((null, null, 0L, null, null), (result.FirstBadLine, result.Reason, result.BadLines, result.UnchainedBefore, result.DigestCovers));
        Assert.Equal(Convert.ToHexStringLower(tree.Root()), result.Root);
    }

    [Fact]
    public void A_changed_byte_is_detected_wherever_it_is()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(16);
        var good = folder.Bytes;
        for (var i = 0; i < good.Length; i++)
        {
            var line = 1 + good.AsSpan(0, i).Count((byte)'\n');
            folder.Bytes = [.. good[..i], (byte)(good[i] ^ (1 << (i % 8))), .. good[(i + 1)..]];
            var result = LedgerVerifier.Verify(folder.Paths.Ledger);
            // Without the digest, cutting off the last LF cannot be told from a crash.
            Assert.Equal(i == good.Length - 1 ? LedgerSignatureStatus.Torn : LedgerSignatureStatus.Tampered, result.Signature.Status);
            // A line that no longer says its schema_version is betrayed by the next one.
            if (i < good.Length - 1) Assert.InRange(result.FirstBadLine!.Value, line, line + 1);
        }
    }

    [Fact]
    public void A_last_line_rewritten_with_a_fitting_id_is_caught_by_the_digest_alone()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(16);
        LedgerDigest.Refresh(folder.Paths.RunsFolder);
        var forged = Encoding.UTF8.GetString(folder.Lines[^1]).Replace("PASS", "FAIL", StringComparison.Ordinal);
        var idAt = forged.IndexOf(",\"event_id\"", StringComparison.Ordinal);
        var withoutId = forged.Remove(idAt, ",\"event_id\":\"0123456789abcdef\"".Length);
        forged = withoutId.Insert(idAt, $",\"event_id\":\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(withoutId)))[..16]}\"");
        folder.Bytes = LedgerFolder.JoinLines([.. folder.Lines[..^1], Encoding.UTF8.GetBytes(forged)]);

        var result = LedgerVerifier.Verify(folder.Paths.Ledger);
        Assert.Equal((RunStatus.Blocked, LedgerSignatureStatus.Tampered, null), (result.Status, result.Signature.Status, result.FirstBadLine));
        Assert.Contains("factory_ledger.sha256", result.Reason, StringComparison.Ordinal);
        File.Delete(folder.Paths.Digest);
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
    }

    [Fact]
    public void A_deleted_swapped_or_doubled_line_is_detected_where_it_is()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(16);
        var good = folder.Lines;
        for (var i = 0; i < 15; i++)
        {
            AssertBad(i + 1, [.. good[..i], .. good[(i + 1)..]]);
            AssertBad(i + 1, [.. good[..i], good[i + 1], good[i], .. good[(i + 2)..]]);
            AssertBad(i + 2, [.. good[..(i + 1)], good[i], .. good[(i + 1)..]]);
        }

        void AssertBad(long line, byte[][] lines)
        {
            folder.Bytes = LedgerFolder.JoinLines(lines);
            var result = LedgerVerifier.Verify(folder.Paths.Ledger);
            Assert.Equal((LedgerSignatureStatus.Tampered, line), (result.Signature.Status, result.FirstBadLine));
            Assert.Equal(lines.Length, result.Events);
        }
    }

    [Fact]
    public void Lines_cut_off_at_the_end_are_caught_by_the_digest()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(4);
        LedgerDigest.Refresh(folder.Paths.RunsFolder);
        folder.Bytes = LedgerFolder.JoinLines(folder.Lines[..3]);
        Assert.Equal(LedgerSignatureStatus.Tampered, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
    }

    [Fact]
    public void Lines_appended_after_the_digest_are_no_mismatch()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(4);
        LedgerDigest.Refresh(folder.Paths.RunsFolder);
        folder.AppendMany(3);
        var result = LedgerVerifier.Verify(folder.Paths.Ledger);
        Assert.Equal((LedgerSignatureStatus.Verified, 4L, 7L), (result.Signature.Status, result.DigestCovers, result.Events));
    }

    [Fact]
    public void A_digest_file_without_a_digest_is_not_taken_for_agreement()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(2);
        File.WriteAllText(folder.Paths.Digest, "nothing here\n");
        Assert.Equal(LedgerSignatureStatus.Tampered, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
    }

    [Fact]
    public void An_older_ledger_is_unchained_and_not_tampered_with()
    {
        var result = LedgerVerifier.Verify(LedgerFolder.Sample);
        Assert.Equal((RunStatus.Warn, LedgerSignatureStatus.Unchained, 37L, 38L), (result.Status, result.Signature.Status, result.Events, result.UnchainedBefore));
        Assert.StartsWith("unchained before line 38", result.Reason, StringComparison.Ordinal);
        Assert.Null(result.FirstBadLine);
    }

    [Fact]
    public void An_older_ledger_that_was_continued_is_partial_and_its_last_old_line_is_protected()
    {
        using var folder = new LedgerFolder();
        File.Copy(LedgerFolder.Sample, folder.Paths.Ledger);
        folder.AppendMany(2);
        var result = LedgerVerifier.Verify(folder.Paths.Ledger);
        Assert.Equal((LedgerSignatureStatus.Partial, 38L), (result.Signature.Status, result.UnchainedBefore));

        var lines = folder.Lines;
        lines[36] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(lines[36]).Replace("PASS", "FAIL", StringComparison.Ordinal));
        folder.Bytes = LedgerFolder.JoinLines(lines);
        result = LedgerVerifier.Verify(folder.Paths.Ledger);
        Assert.Equal((LedgerSignatureStatus.Tampered, 38L), (result.Signature.Status, result.FirstBadLine));
    }

    [Fact]
    public void An_older_line_after_chained_lines_is_detected()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(2);
        folder.Bytes = [.. folder.Bytes, .. File.ReadAllBytes(LedgerFolder.Sample)];
        var result = LedgerVerifier.Verify(folder.Paths.Ledger);
        Assert.Equal((LedgerSignatureStatus.Tampered, 3L, 37L), (result.Signature.Status, result.FirstBadLine, result.BadLines));
    }

    [Theory]
    [InlineData("CR LF", "\r\n", "")]
    [InlineData("byte order mark", "\n", "\ufeff")]
    public void Converted_line_endings_and_a_byte_order_mark_are_named_as_such(string reason, string lineEnd, string before)
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(1);
        folder.Bytes = Encoding.UTF8.GetBytes(before + Encoding.UTF8.GetString(folder.Bytes).Replace("\n", lineEnd, StringComparison.Ordinal));
        var result = LedgerVerifier.Verify(folder.Paths.Ledger);
        Assert.Equal((LedgerSignatureStatus.Tampered, 1L), (result.Signature.Status, result.FirstBadLine));
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_ledger_is_not_verified_and_a_missing_one_is_an_error()
    {
        using var folder = new LedgerFolder();
        Assert.Contains("no ledger", Assert.Throws<FactoryException>(() => LedgerVerifier.Verify(folder.Paths.Ledger)).Message, StringComparison.Ordinal);
        folder.Bytes = [];
        var result = LedgerVerifier.Verify(folder.Paths.Ledger);
        Assert.Equal((RunStatus.Warn, LedgerSignatureStatus.Empty), (result.Status, result.Signature.Status));
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", result.Root);
    }
}
