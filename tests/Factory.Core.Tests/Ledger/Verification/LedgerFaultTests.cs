using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Tests.Ledger.Faults;

namespace Factory.Core.Tests.Ledger.Verification;

/// <summary>What can happen to a ledger of 64 lines, and that verification names the line, as the plain rules do.</summary>
public sealed class LedgerFaultTests : IDisposable
{
    private const int Lines = 64;
    private static readonly byte[] Good = MadeLedger.Of(Lines);
    private readonly LedgerFolder _folder = new();

    public LedgerFaultTests() => _folder.Bytes = Good;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x20)]
    [InlineData(0x80)]
    public void A_flip_of_any_byte_is_found_in_its_line(byte flip)
    {
        using var file = File.OpenHandle(_folder.Paths.Ledger, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var line = 1L;
        for (var i = 0; i < Good.Length; i++)
        {
            if (!FaultScale.IsDue(i) && Good[i] != '\n') continue;
            RandomAccess.Write(file, [(byte)(Good[i] ^ flip)], i);
            var result = LedgerVerifier.Verify(_folder.Paths.Ledger);
            RandomAccess.Write(file, [Good[i]], i);
            // Without digest and checkpoint, a missing last LF looks like a crash. Neither can it be seen that a line no longer says its version.
            if (i == Good.Length - 1) Assert.Equal(LedgerSignatureStatus.Torn, result.Signature.Status);
            else if (result.FirstBadLine != line || result.Signature.Status != LedgerSignatureStatus.Tampered) AssertFirstLineLeftTheChain(result, line, i, flip);
            if (Good[i] == '\n') line++;
        }
    }

    [Fact]
    public void A_cut_at_any_byte_of_the_last_three_lines_is_torn_or_shorter_and_the_digest_tells()
    {
        var begin = Good.Length - 1;
        for (var lines = 0; lines < 3; lines++) begin = Good.AsSpan(0, begin).LastIndexOf((byte)'\n');
        LedgerDigest.Refresh(_folder.Paths.RunsFolder);
        var digest = File.ReadAllBytes(_folder.Paths.Digest);
        for (var length = begin + 1; length < Good.Length; length++)
        {
            _folder.Bytes = Good[..length];
            File.WriteAllBytes(_folder.Paths.Digest, digest);
            var result = LedgerVerifier.Verify(_folder.Paths.Ledger);
            Assert.Equal((LedgerSignatureStatus.Tampered, null), (result.Signature.Status, result.FirstBadLine));
            File.Delete(_folder.Paths.Digest);
            // Alone, a ledger cut between two lines is a sound, shorter ledger: nothing in it can tell.
            result = LedgerVerifier.Verify(_folder.Paths.Ledger);
            Assert.Equal(Good[length - 1] == '\n' ? LedgerSignatureStatus.Verified : LedgerSignatureStatus.Torn, result.Signature.Status);
            Assert.Equal(Good.AsSpan(0, length).Count((byte)'\n'), result.Events);
        }
    }

    [Fact]
    public void Any_line_deleted_doubled_or_swapped_with_any_other_is_found_where_it_is()
    {
        var good = LedgerFolder.SplitLines(Good);
        for (var i = 0; i < Lines; i++)
        {
            // Without digest and checkpoint, a last line that is gone cannot be missed.
            if (i < Lines - 1) AssertFound(i + 1, LedgerFolder.JoinLines([.. good[..i], .. good[(i + 1)..]]));
            AssertFound(i + 2, LedgerFolder.JoinLines([.. good[..(i + 1)], good[i], .. good[(i + 1)..]]));
            for (var j = i + 1; j < Lines; j += 1 + ((j - i) / 2))
            {
                var swapped = good.ToArray();
                (swapped[i], swapped[j]) = (swapped[j], swapped[i]);
                AssertFound(i + 1, LedgerFolder.JoinLines(swapped));
            }
        }
    }

    [Fact]
    public void Line_endings_converted_in_any_line_or_in_all_are_found_and_named()
    {
        AssertFound(1, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Good).Replace("\n", "\r\n", StringComparison.Ordinal)), "CR LF");
        for (var i = 0; i < Lines; i++) AssertFound(i + 1, Change(i, line => [.. line, (byte)'\r']), "CR LF");
    }

    [Fact]
    public void A_byte_order_mark_a_duplicate_key_and_bad_text_are_found_in_any_line_and_named()
    {
        AssertFound(1, [0xEF, 0xBB, 0xBF, .. Good], "byte order mark");
        for (var i = 0; i < Lines; i++)
        {
            AssertFound(i + 1, Change(i, line => Replace(line, "\"kind\":", "\"kind\":1,\"kind\":")), "Duplicate");
            AssertFound(i + 1, Change(i, line => Replace(line, "\"rc\":0", "\"rc\":0,\"rc\":0")), "Duplicate");
            AssertFound(i + 1, Change(i, line => [.. line.Select(value => value == 'k' ? (byte)0xC3 : value)]), "UTF-8");
            AssertFound(i + 1, Change(i, line => Replace(line, "PASS", "\\ud800")), null);
            AssertFound(i + 1, Change(i, line => Replace(line, "PASS", "FAIL")), "event_id");
            AssertFound(i + 1, Change(i, _ => []), "empty");
        }
    }

    private static void AssertFirstLineLeftTheChain(LedgerVerification result, long line, int at, byte flip)
    {
        // A line that no longer says its version is an old one: in first place, only the next line betrays it.
        Assert.True(line == 1 && result is { FirstBadLine: 2, Signature.Status: LedgerSignatureStatus.Tampered }, $"byte {at} of line {line}, flipped by {flip:x2}: {result}");
    }

    private static byte[] Replace(byte[] line, string part, string instead) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line).Replace(part, instead, StringComparison.Ordinal));

    private static byte[] Change(int index, Func<byte[], byte[]> change)
    {
        var lines = LedgerFolder.SplitLines(Good);
        lines[index] = change(lines[index]);
        return LedgerFolder.JoinLines(lines);
    }

    private void AssertFound(long line, byte[] bytes, string? reason = null)
    {
        _folder.Bytes = bytes;
        var result = LedgerVerifier.Verify(_folder.Paths.Ledger);
        Assert.Equal((LedgerSignatureStatus.Tampered, line), (result.Signature.Status, result.FirstBadLine));
        if (reason is not null) Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        var plain = ReferenceVerdict.Of(bytes);
        Assert.Equal((plain.Lines, plain.BadLines, $"line {plain.FirstBadLine}: {plain.Reason}", plain.Root), (result.Events, result.BadLines, result.Reason, result.Root));
    }
}
