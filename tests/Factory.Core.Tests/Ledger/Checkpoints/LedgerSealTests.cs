using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Ledger.Checkpoints;

public sealed class LedgerSealTests : IDisposable
{
    private readonly LedgerFolder _folder = new();
    private readonly SigningKey _key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    private LedgerPaths Paths => _folder.Paths;

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_seal_after_every_append_is_the_seal_made_from_scratch()
    {
        for (var i = 0; i < 20; i++)
        {
            _folder.AppendMany(1 + (i % 3));
            var seal = Seal();
            AssertSealed(seal);
            var (digest, frontier) = (File.ReadAllText(Paths.Digest), File.ReadAllText(Paths.Frontier));
            using var copy = new LedgerFolder();
            File.Copy(Paths.Ledger, copy.Paths.Ledger);
            var scratch = LedgerSeal.Write(copy.Paths.RunsFolder, _key);
            Assert.Equal(seal.Head, scratch.Head);
            Assert.Equal(digest, File.ReadAllText(copy.Paths.Digest));
            Assert.Equal(frontier, File.ReadAllText(copy.Paths.Frontier));
        }
    }

    [Fact]
    public void A_seal_signs_root_and_digest_of_all_lines_and_names_the_ledger_by_its_first()
    {
        _folder.AppendMany(5);
        var seal = Seal();
        AssertSealed(seal);
        Assert.Equal($"factory-ledger/{Convert.ToHexStringLower(SHA256.HashData([0, .. _folder.Lines[0]]))[..16]}", seal.Head.Origin);
        Assert.Equal((5L, seal.Checkpoint.Text.Split('\n')[2]), (seal.Head.Size, seal.Head.Root));
        Assert.Equal(CheckpointSignature.Valid, LedgerCheckpoint.Read(Paths.Checkpoint)!.Check(_key.Public));
        var frontier = LedgerFrontier.Read(Paths)!;
        Assert.Equal((_folder.Bytes.Length, 5L, true), (frontier.Bytes, frontier.Lines, frontier.IsOrdered));
        Assert.Equal(_folder.Clock.GetUtcNow().AddMilliseconds(-1), frontier.NewestTimestamp);
    }

    [Fact]
    public void A_second_seal_of_the_same_lines_keeps_the_note_with_what_witnesses_added()
    {
        _folder.AppendMany(2);
        var note = Seal().Checkpoint.Text + "\u2014 witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==\n";
        File.WriteAllText(Paths.Checkpoint, note);
        Assert.Equal(note, Seal().Checkpoint.Text);
        Assert.Equal(note, File.ReadAllText(Paths.Checkpoint));
    }

    [Fact]
    public void Another_key_signs_the_next_checkpoint_anew()
    {
        _folder.AppendMany(2);
        Seal();
        using var next = new SigningKey(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var seal = LedgerSeal.Write(Paths.RunsFolder, next);
        Assert.Equal(CheckpointSignature.Valid, seal.Checkpoint.Check(next.Public));
        Assert.Equal(CheckpointSignature.OtherKey, seal.Checkpoint.Check(_key.Public));
    }

    [Fact]
    public void Old_lines_that_were_changed_are_not_sealed_anew()
    {
        _folder.AppendMany(6);
        Seal();
        var good = _folder.Bytes;
        // In the second line: the first names the ledger, and is looked at again.
        var at = _folder.Lines[0].Length + 40;
        ChangeByte(at);
        _folder.AppendMany(2);
        var seal = Seal();
        // The new head speaks for the lines as they were, and so the changed ledger does not agree with it.
        Assert.NotEqual(RootOf(_folder.Lines), seal.Checkpoint.Root.ToArray());
        Assert.Equal(LedgerSignatureStatus.Tampered, LedgerVerifier.Verify(Paths.Ledger).Signature.Status);
        ChangeByte(at);
        Assert.Equal(good, _folder.Bytes[..good.Length]);
        AssertSealed(seal);
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(Paths.Ledger).Signature.Status);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_change_that_a_whole_scan_finds_blocks_and_replaces_nothing(bool isFrontierLost, bool isDigestLost)
    {
        _folder.AppendMany(6);
        Seal();
        // In the first line, which names the ledger, when the frontier is there; in a later one when everything is scanned.
        ChangeByte(isFrontierLost ? _folder.Lines[0].Length + 40 : 40, bit: 2);
        if (!isFrontierLost) ChangeByte(_folder.Bytes.Length - 20);
        if (isFrontierLost) File.Delete(Paths.Frontier);
        if (isDigestLost) File.Delete(Paths.Digest);
        AssertBlocked("tampered with");
    }

    [Fact]
    public void Lines_that_were_removed_block_whatever_else_is_lost()
    {
        _folder.AppendMany(6);
        Seal();
        var good = _folder.Bytes;
        _folder.Bytes = LedgerFolder.JoinLines(_folder.Lines[..4]);
        AssertBlocked("fewer than");
        File.Delete(Paths.Frontier);
        AssertBlocked("it has 4 lines, fewer than the 6 that were sealed");
        _folder.Bytes = [];
        AssertBlocked("it is empty, and 6 lines were sealed");
        File.Delete(Paths.Ledger);
        AssertBlocked("now it is gone");
        _folder.Bytes = good;
        AssertSealed(Seal());
    }

    [Fact]
    public void Lines_that_were_removed_and_replaced_by_as_many_new_ones_are_not_sealed_anew()
    {
        _folder.AppendMany(6);
        Seal();
        // Made elsewhere: a writer refuses a ledger that is shorter than its checkpoint.
        using var elsewhere = new LedgerFolder { Bytes = LedgerFolder.JoinLines(_folder.Lines[..4]) };
        elsewhere.AppendMany(6);
        _folder.Bytes = elsewhere.Bytes;
        try
        {
            Assert.NotEqual(RootOf(_folder.Lines), Seal().Checkpoint.Root.ToArray());
        }
        catch (FactoryException error)
        {
            Assert.Equal(BlockerKind.Check, error.Blocker.Kind);
        }
    }

    [Fact]
    public void A_checkpoint_that_was_put_back_does_not_hide_that_lines_were_removed()
    {
        _folder.AppendMany(4);
        var old = Seal().Checkpoint.Text;
        _folder.AppendMany(2);
        Seal();
        _folder.Bytes = LedgerFolder.JoinLines(_folder.Lines[..4]);
        File.WriteAllText(Paths.Checkpoint, old);
        AssertBlocked("fewer than");
        File.Delete(Paths.Frontier);
        AssertBlocked("factory_ledger.sha256");
    }

    [Fact]
    public void A_checkpoint_that_was_taken_away_is_missed_by_the_frontier_and_the_digest()
    {
        _folder.AppendMany(4);
        Seal();
        File.Delete(Paths.Checkpoint);
        ChangeByte(_folder.Lines[0].Length + 40);
        AssertBlocked("tampered with");
        File.Delete(Paths.Frontier);
        AssertBlocked("factory_ledger.sha256");
    }

    [Fact]
    public void A_forged_or_foreign_checkpoint_blocks()
    {
        _folder.AppendMany(4);
        var good = Seal().Checkpoint;
        File.WriteAllText(Paths.Checkpoint, good.Text.Replace("\n4\n", "\n3\n", StringComparison.Ordinal));
        AssertBlocked("signature");
        File.WriteAllText(Paths.Checkpoint, "nonsense");
        AssertBlocked("is not a checkpoint");
        File.WriteAllText(Paths.Checkpoint, LedgerCheckpoint.Sign("factory-ledger/0011223344556677", 4, good.Root.Span, _key).Text);
        AssertBlocked("another ledger's");
    }

    [Theory]
    [InlineData("bytes")]
    [InlineData("tail")]
    [InlineData("lines")]
    [InlineData("subtree")]
    [InlineData("text")]
    [InlineData("missing")]
    public void A_frontier_that_is_lost_or_wrong_is_rebuilt_from_the_ledger(string what)
    {
        _folder.AppendMany(7);
        Seal();
        var frontier = LedgerFrontier.Read(Paths)!;
        _folder.AppendMany(2);
        byte[]? wrong = what switch
        {
            "bytes" => (frontier with { Bytes = frontier.Bytes - 1 }).Format(),
            "tail" => (frontier with { TailState = new byte[32] }).Format(),
            "lines" => (frontier with { Lines = 14 }).Format(),
            "subtree" => (frontier with { Subtrees = [frontier.Subtrees[0], frontier.Subtrees[1], new byte[32]] }).Format(),
            "text" => Encoding.UTF8.GetBytes("{}"),
            _ => null,
        };
        File.Delete(Paths.Frontier);
        if (wrong is not null) File.WriteAllBytes(Paths.Frontier, wrong);
        AssertSealed(LedgerSeal.Write(Paths.RunsFolder, _key, new SealRequest([0, Offset(8)])));
        Assert.Equal(9, LedgerFrontier.Read(Paths)!.Lines);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_crash_between_the_replacements_is_continued_from(int replaced)
    {
        _folder.AppendMany(3);
        Seal();
        var before = new[] { Paths.Checkpoint, Paths.Digest, Paths.Frontier }.Select(File.ReadAllBytes).ToArray();
        _folder.AppendMany(2);
        Seal();
        if (replaced < 2) File.WriteAllBytes(Paths.Digest, before[1]);
        File.WriteAllBytes(Paths.Frontier, before[2]);
        var record = SealRecord.Read(Paths, _key.Public);
        Assert.NotNull(SealFold.Continue(Paths, record, CancellationToken.None));
        AssertSealed(Seal());
        _folder.AppendMany(1);
        AssertSealed(Seal());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_crash_in_the_first_seal_is_mended_by_the_next(int replaced)
    {
        _folder.AppendMany(3);
        Seal();
        if (replaced < 2) File.Delete(Paths.Digest);
        File.Delete(Paths.Frontier);
        _folder.AppendMany(1);
        AssertSealed(Seal());
    }

    [Fact]
    public void A_seal_continues_and_does_not_read_what_was_sealed()
    {
        _folder.AppendMany(30);
        Seal();
        _folder.AppendMany(2);
        var record = SealRecord.Read(Paths, _key.Public);
        // Zeros where old lines were: only a fold that does not look at them agrees with what was sealed. Of thirty lines
        // the last two, and the LF before them, are read again.
        var bytes = _folder.Bytes;
        bytes.AsSpan(0, (int)Offset(28) - 1).Clear();
        _folder.Bytes = bytes;
        Assert.Equal(32, SealFold.Continue(Paths, record, CancellationToken.None)!.Lines);
    }

    [Fact]
    public void A_digest_that_an_older_factory_refreshed_alone_is_accepted_and_one_of_changed_lines_is_not()
    {
        _folder.AppendMany(3);
        Seal();
        _folder.AppendMany(2);
        LedgerDigest.Refresh(Paths.RunsFolder);
        _folder.AppendMany(1);
        var good = _folder.Bytes;
        ChangeByte(LedgerFolder.JoinLines(_folder.Lines[..4]).Length + 10);
        AssertBlocked("factory_ledger.sha256");
        _folder.Bytes = good;
        AssertSealed(Seal());
    }

    [Fact]
    public void A_ledger_of_an_older_factory_is_sealed_as_it_is_and_out_of_order_lines_are_noted()
    {
        File.Copy(LedgerFolder.Sample, Paths.Ledger);
        AssertSealed(Seal());
        var before = LedgerFrontier.Read(Paths)!;
        Assert.NotNull(before.NewestTimestamp);
        _folder.AppendMany(2);
        _folder.Clock.Advance(TimeSpan.FromDays(-1));
        _folder.AppendMany(1);
        AssertSealed(Seal());
        Assert.False(LedgerFrontier.Read(Paths)!.IsOrdered);
    }

    [Fact]
    public void Lines_of_one_instant_are_in_order_whatever_their_types()
    {
        var writer = _folder.Writer();
        writer.Append(LedgerFolder.Entry(1, LedgerEventType.CheckResult));
        Seal();
        writer.Append(LedgerFolder.Entry(2, LedgerEventType.RunEnd));
        Seal();
        Assert.True(LedgerFrontier.Read(Paths)!.IsOrdered);
        writer.Append(LedgerFolder.Entry(3, LedgerEventType.CheckResult));
        Seal();
        Assert.True(LedgerFrontier.Read(Paths)!.IsOrdered);
    }

    [Fact]
    public void A_torn_or_empty_or_missing_ledger_is_not_sealed()
    {
        AssertRefused("there is no ledger");
        _folder.Bytes = [];
        AssertRefused("has no line to seal");
        _folder.Bytes = "{\"half"u8.ToArray();
        AssertRefused("ends in a torn line");
        Assert.False(File.Exists(Paths.Checkpoint));
    }

    [Fact]
    public void Proofs_of_new_lines_need_the_frontier_alone_and_those_of_old_ones_the_whole_ledger()
    {
        for (var round = 0; round < 12; round++)
        {
            _folder.AppendMany(1 + (round % 4));
            var last = _folder.Lines.Length - 1;
            var seal = LedgerSeal.Write(Paths.RunsFolder, _key, new SealRequest([Offset(last), Offset(last / 2), Offset(last)]));
            Assert.Equal([last, last / 2, last], seal.Proofs.Select(static proof => (int)proof.Index));
            Assert.All(seal.Proofs, proof => Assert.True(proof.Covers(_folder.Lines[proof.Index]) && proof.Extra.Span.SequenceEqual(_folder.Lines[proof.Index])));
        }

        Assert.Throws<ArgumentException>(() => LedgerSeal.Write(Paths.RunsFolder, _key, new SealRequest([1])));
    }

    [Fact]
    public async Task Seals_and_appends_at_once_lose_nothing()
    {
        _folder.AppendMany(1);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var writer = new LedgerWriter(Paths.RunsFolder, TimeProvider.System);
            for (var i = 0; i < 10; i++)
            {
                var receipt = writer.Append(LedgerFolder.Entry((100 * worker) + i));
                var proof = LedgerSeal.Write(Paths.RunsFolder, _key, new SealRequest([receipt.Offset])).Proofs.Single();
                Assert.True(proof.Covers(proof.Extra.Span));
            }
        })));
        Assert.Equal(41, Seal().Head.Size);
        AssertSealed(Seal());
    }

    [Property(MaxTest = 25)]
    public void A_ledger_of_any_lines_is_sealed_as_from_scratch(byte[][] lines, byte cut)
    {
        using var folder = new LedgerFolder();
        byte[][] clean = [[(byte)'x'], .. lines.Select(static line => line.Where(static value => value is not ((byte)'\n' or 0)).ToArray()).Where(static line => line.Length > 0)];
        var first = 1 + (cut % clean.Length);
        folder.Bytes = LedgerFolder.JoinLines(clean[..first]);
        LedgerSeal.Write(folder.Paths.RunsFolder, _key);
        folder.Bytes = LedgerFolder.JoinLines(clean);
        Assert.Equal(RootOf(clean), LedgerSeal.Write(folder.Paths.RunsFolder, _key).Checkpoint.Root.ToArray());
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(folder.Bytes)), File.ReadAllText(folder.Paths.Digest), StringComparison.Ordinal);
    }

    private SealedLedger Seal() => LedgerSeal.Write(Paths.RunsFolder, _key);

    private long Offset(int line) => LedgerFolder.JoinLines(_folder.Lines[..line]).Length;

    private void ChangeByte(int at, int bit = 0)
    {
        var bytes = _folder.Bytes;
        bytes[at] ^= (byte)(1 << bit);
        _folder.Bytes = bytes;
    }

    private void AssertSealed(SealedLedger seal)
    {
        Assert.Equal(RootOf(_folder.Lines), seal.Checkpoint.Root.ToArray());
        Assert.Equal(_folder.Lines.Length, seal.Checkpoint.Size);
        Assert.Equal(seal.Checkpoint.Text, File.ReadAllText(Paths.Checkpoint));
        Assert.Equal($"{Convert.ToHexStringLower(SHA256.HashData(_folder.Bytes))}  factory_ledger.jsonl\n", File.ReadAllText(Paths.Digest));
        Assert.Equal(_folder.Bytes.Length, LedgerFrontier.Read(Paths)!.Bytes);
        Assert.All(seal.Proofs, static proof => Assert.True(proof.Covers(proof.Extra.Span)));
    }

    private void AssertBlocked(string what)
    {
        var files = Snapshot();
        var error = AssertRefused(what);
        Assert.Equal((BlockerKind.Check, RunStatus.Blocked), (error.Blocker.Kind, error.Status));
        Assert.Equal(files, Snapshot());

        string[] Snapshot() => [.. Directory.GetFiles(Paths.RunsFolder).Order(StringComparer.Ordinal).Select(static file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}")];
    }

    private FactoryException AssertRefused(string what)
    {
        var error = Assert.Throws<FactoryException>(Seal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        return error;
    }

    private static byte[] RootOf(byte[][] lines)
    {
        var tree = new MerkleTree();
        foreach (var line in lines) tree.Add(line);
        return tree.Root();
    }
}
