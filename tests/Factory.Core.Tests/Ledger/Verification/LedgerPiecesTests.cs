using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Hashing;
using Factory.Core.Ledger.Verification;

namespace Factory.Core.Tests.Ledger.Verification;

/// <summary>Ledgers of several pieces, which several threads share: the verdict is that of the plain rules.</summary>
public sealed class LedgerPiecesTests : IDisposable
{
    private const int Step = 64 * 1024;
    private static readonly byte[] Good = MadeLedger.Of(5000, MadeLedger.Varied);
    private readonly LedgerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_ledger_of_many_pieces_is_verified_with_the_root_of_its_lines()
    {
        var result = Check(Good);
        Assert.Equal((LedgerSignatureStatus.Verified, 5000L), (result.Signature.Status, result.Events));
    }

    [Fact]
    public void A_fault_anywhere_is_named_as_the_plain_rules_name_it()
    {
        var random = new Random(5);
        for (var round = 0; round < 8; round++)
        {
            var lines = LedgerFolder.SplitLines(Good).ToList();
            for (var faults = random.Next(1, 4); faults > 0; faults--) Spoil(lines, random);
            Check(LedgerFolder.JoinLines(lines));
        }
    }

    [Fact]
    public void Bytes_spoilt_where_a_piece_ends_are_named_as_the_plain_rules_name_them()
    {
        const int Piece = 512 * 1024;
        for (var at = Piece - 3; at < Piece + 3; at++)
        {
            var bytes = Good.ToArray();
            bytes[at] ^= 1;
            Assert.Equal(LedgerSignatureStatus.Tampered, Check(bytes).Signature.Status);
            bytes[at] = (byte)'\n';
            Check(bytes);
        }
    }

    [Fact]
    public void An_older_ledger_of_several_pieces_is_unchained_and_partial_once_it_was_continued()
    {
        var old = LedgerFolder.SplitLines(File.ReadAllBytes(LedgerFolder.Sample));
        var older = LedgerFolder.JoinLines(Enumerable.Repeat(old, 60).SelectMany(lines => lines));
        Assert.Equal(LedgerSignatureStatus.Unchained, Check(older).Signature.Status);
        var batch = new LedgerBatch(new LedgerTail(older.Length, LedgerHash.Leaf(old[^1])), DateTimeOffset.UnixEpoch);
        for (var i = 0; i < 2000; i++) batch.Add(MadeLedger.Varied(i));
        var result = Check([.. older, .. batch.Bytes]);
        Assert.Equal((LedgerSignatureStatus.Partial, (60 * 37) + 1), (result.Signature.Status, result.UnchainedBefore));
        Assert.Equal(60 * 37, Check([.. Good, .. older]).BadLines);
    }

    [Fact]
    public void Lines_longer_than_a_piece_and_longer_than_any_line_may_be_are_named_and_passed()
    {
        var lines = LedgerFolder.SplitLines(Good);
        var filler = Encoding.ASCII.GetBytes(new string(' ', 1_500_000));
        Check(LedgerFolder.JoinLines([.. lines[..1000], [.. lines[1000][..^1], .. filler, (byte)'}'], .. lines[1001..]]));
        var tooLong = new byte[LedgerLines.LongestLine + 1];
        tooLong.AsSpan().Fill((byte)'x');
        foreach (var at in (int[])[0, 1000])
            Assert.Contains("longer than", Check(LedgerFolder.JoinLines([.. lines[..at], tooLong, .. lines[at..]])).Reason, StringComparison.Ordinal);
        _folder.Bytes = [.. Good, .. tooLong];
        Assert.Equal((LedgerSignatureStatus.Torn, 5000L), (LedgerVerifier.Verify(_folder.Paths.Ledger).Signature.Status, LedgerVerifier.Verify(_folder.Paths.Ledger).Events));
    }

    [Fact]
    public void A_digest_over_the_first_lines_of_a_long_ledger_is_found_with_and_without_a_hint()
    {
        var covered = Good.AsSpan(0, 1_400_000).LastIndexOf((byte)'\n') + 1;
        var lines = Good.AsSpan(0, covered).Count((byte)'\n');
        WriteDigest(Good.AsSpan(0, covered));
        _folder.Bytes = Good;
        var hint = HintOf(Good.AsSpan(0, covered));
        DigestHint?[] hints = [null, hint, hint with { Bytes = covered - 1 }, hint with { States = [.. hint.States.Skip(1), hint.States[0]] }, hint with { Bytes = Good.Length * 2L }, hint with { Bytes = 0, States = [] }];
        foreach (var each in hints)
        {
            var result = LedgerVerifier.Verify(_folder.Paths.Ledger, each, null, false, TestContext.Current.CancellationToken);
            Assert.Equal((LedgerSignatureStatus.Verified, lines), (result.Signature.Status, result.DigestCovers));
        }
    }

    [Fact]
    public void No_hint_makes_a_wrong_digest_right()
    {
        _folder.Bytes = Good;
        var hint = HintOf(Good);
        foreach (var at in (int[])[0, Step, Good.Length / 2, Good.Length - 2])
        {
            var other = Good.ToArray();
            other[at] ^= 1;
            WriteDigest(other);
            Assert.Equal(LedgerSignatureStatus.Tampered, Verify(hint));
            Assert.Equal(LedgerSignatureStatus.Tampered, Verify(HintOf(other)));
        }

        WriteDigest(Good);
        Assert.Equal(LedgerSignatureStatus.Verified, Verify(hint));

        LedgerSignatureStatus Verify(DigestHint each) => LedgerVerifier.Verify(_folder.Paths.Ledger, each, null, false, default).Signature.Status;
    }

    [Fact]
    public void Steps_are_proven_side_by_side_only_as_they_are()
    {
        if (!Sha256Lanes.IsSupported) return;
        var hint = HintOf(Good);
        Assert.Equal(5000L, Prove(hint));
        Assert.Null(Prove(hint with { Bytes = hint.Bytes - 1 }));
        for (var i = 0; i < hint.States.Count; i++)
        {
            var states = hint.States.ToArray();
            states[i] = new byte[32];
            Assert.Null(Prove(hint with { States = states }));
        }

        long? Prove(DigestHint each)
        {
            _folder.Bytes = Good;
            var steps = DigestStepsCheck.TryBegin(each, SHA256.HashData(Good), Good.Length)!;
            using var file = LedgerSegments.Open(_folder.Paths.Ledger);
            var segments = new LedgerSegments(_folder.Paths.Ledger, file, Good.Length, steps.PieceSize, null);
            var segment = new LedgerSegment();
            while (segments.TryRead(segment)) steps.Check(segment);
            return steps.CoveredLines;
        }
    }

    [Fact]
    public void A_cancelled_verification_ends_with_that()
    {
        _folder.Bytes = Good;
        Assert.Throws<OperationCanceledException>(() => LedgerVerifier.Verify(_folder.Paths.Ledger, cancellationToken: new CancellationToken(canceled: true)));
    }

    private static void Spoil(List<byte[]> lines, Random random)
    {
        var (at, other) = (random.Next(lines.Count), random.Next(lines.Count));
        switch (random.Next(6))
        {
            case 0: lines.RemoveAt(at); break;
            case 1: lines.Insert(at, lines[other]); break;
            case 2: (lines[at], lines[other]) = (lines[other], lines[at]); break;
            case 3: lines[at] = []; break;
            case 4: lines.RemoveRange(at, Math.Min(lines.Count - at, random.Next(3000))); break;
            default:
                lines[at] = [.. lines[at]];
                lines[at][random.Next(lines[at].Length)] ^= (byte)(1 << random.Next(8));
                break;
        }
    }

    private static DigestHint HintOf(ReadOnlySpan<byte> bytes)
    {
        var hash = new ResumableSha256();
        var states = new List<ReadOnlyMemory<byte>>();
        for (var at = Step; at <= bytes.Length; at += Step)
        {
            hash.Append(bytes[(at - Step)..at]);
            states.Add(hash.BlockState(out _));
        }

        return new DigestHint(bytes.Length, Step, states);
    }

    private void WriteDigest(ReadOnlySpan<byte> bytes) =>
        File.WriteAllText(_folder.Paths.Digest, $"{Convert.ToHexStringLower(SHA256.HashData(bytes))}  {LedgerPaths.LedgerName}\n");

    private LedgerVerification Check(byte[] bytes)
    {
        _folder.Bytes = bytes;
        var result = LedgerVerifier.Verify(_folder.Paths.Ledger);
        var plain = ReferenceVerdict.Of(bytes);
        Assert.Equal((plain.Lines, plain.BadLines, plain.FirstBadLine, plain.Root), (result.Events, result.BadLines, result.FirstBadLine, result.Root));
        if (plain.Reason is not null) Assert.Equal($"line {plain.FirstBadLine}: {plain.Reason}", result.Reason);
        return result;
    }
}
