using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Ledger.Checkpoints;

/// <summary>A seal continues from the last one, and is what a seal made from scratch would be.</summary>
public sealed class LedgerSealTests : SealingTests
{
    [Fact]
    public void A_seal_after_every_append_is_the_seal_made_from_scratch()
    {
        for (var i = 0; i < 20; i++)
        {
            Folder.AppendMany(1 + (i % 3));
            var seal = Seal();
            AssertSealed(seal);
            var (digest, frontier) = (File.ReadAllText(Paths.Digest), File.ReadAllText(Paths.Frontier));
            using var copy = new LedgerFolder();
            File.Copy(Paths.Ledger, copy.Paths.Ledger);
            var scratch = LedgerSeal.Write(copy.Paths.RunsFolder, Key);
            Assert.Equal(seal.Head, scratch.Head);
            Assert.Equal(digest, File.ReadAllText(copy.Paths.Digest));
            Assert.Equal(frontier, File.ReadAllText(copy.Paths.Frontier));
        }
    }

    [Fact]
    public void A_seal_signs_root_and_digest_of_all_lines_and_names_the_ledger_by_its_first()
    {
        Folder.AppendMany(5);
        var seal = Seal();
        AssertSealed(seal);
        Assert.Equal($"factory-ledger/{Convert.ToHexStringLower(SHA256.HashData([0, .. Folder.Lines[0]]))[..16]}", seal.Head.Origin);
        Assert.Equal((5L, seal.Checkpoint.Text.Split('\n')[2]), (seal.Head.Size, seal.Head.Root));
        Assert.Equal(CheckpointSignature.Valid, LedgerCheckpoint.Read(Paths.Checkpoint)!.Check(Key.Public));
        var frontier = LedgerFrontier.Read(Paths)!;
        Assert.Equal((Folder.Bytes.Length, 5L, true), (frontier.Bytes, frontier.Lines, frontier.IsOrdered));
        Assert.Equal(Folder.Clock.GetUtcNow().AddMilliseconds(-1), frontier.NewestTimestamp);
    }

    [Fact]
    public void A_second_seal_of_the_same_lines_keeps_the_note_with_what_witnesses_added()
    {
        Folder.AppendMany(2);
        var note = Seal().Checkpoint.Text + "\u2014 witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==\n";
        File.WriteAllText(Paths.Checkpoint, note);
        Assert.Equal(note, Seal().Checkpoint.Text);
        Assert.Equal(note, File.ReadAllText(Paths.Checkpoint));
    }

    [Fact]
    public void Another_key_signs_the_next_checkpoint_anew()
    {
        Folder.AppendMany(2);
        Seal();
        using var next = new SigningKey(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var seal = LedgerSeal.Write(Paths.RunsFolder, next);
        Assert.Equal(CheckpointSignature.Valid, seal.Checkpoint.Check(next.Public));
        Assert.Equal(CheckpointSignature.OtherKey, seal.Checkpoint.Check(Key.Public));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_crash_between_the_replacements_is_continued_from(int replaced)
    {
        Folder.AppendMany(3);
        Seal();
        var before = new[] { Paths.Checkpoint, Paths.Digest, Paths.Frontier }.Select(File.ReadAllBytes).ToArray();
        Folder.AppendMany(2);
        Seal();
        if (replaced < 2) File.WriteAllBytes(Paths.Digest, before[1]);
        File.WriteAllBytes(Paths.Frontier, before[2]);
        var record = SealRecord.Read(Paths, Key.Public);
        Assert.NotNull(SealFold.Continue(Paths, record, CancellationToken.None));
        AssertSealed(Seal());
        Folder.AppendMany(1);
        AssertSealed(Seal());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_crash_in_the_first_seal_is_mended_by_the_next(int replaced)
    {
        Folder.AppendMany(3);
        Seal();
        if (replaced < 2) File.Delete(Paths.Digest);
        File.Delete(Paths.Frontier);
        Folder.AppendMany(1);
        AssertSealed(Seal());
    }

    [Fact]
    public void A_seal_continues_and_does_not_read_what_was_sealed()
    {
        Folder.AppendMany(30);
        Seal();
        Folder.AppendMany(2);
        var record = SealRecord.Read(Paths, Key.Public);
        // Zeros where old lines were: only a fold that does not look at them agrees with what was sealed. Of thirty lines
        // the last two, and the LF before them, are read again.
        var bytes = Folder.Bytes;
        bytes.AsSpan(0, (int)Offset(28) - 1).Clear();
        Folder.Bytes = bytes;
        Assert.Equal(32, SealFold.Continue(Paths, record, CancellationToken.None)!.Lines);
    }

    [Fact]
    public void A_ledger_of_an_older_factory_is_sealed_as_it_is_and_out_of_order_lines_are_noted()
    {
        File.Copy(LedgerFolder.Sample, Paths.Ledger);
        AssertSealed(Seal());
        var before = LedgerFrontier.Read(Paths)!;
        Assert.NotNull(before.NewestTimestamp);
        Folder.AppendMany(2);
        Folder.Clock.Advance(TimeSpan.FromDays(-1));
        Folder.AppendMany(1);
        AssertSealed(Seal());
        Assert.False(LedgerFrontier.Read(Paths)!.IsOrdered);
    }

    [Fact]
    public void Lines_of_one_instant_are_in_order_whatever_their_types()
    {
        var writer = Folder.Writer();
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
        Folder.Bytes = [];
        AssertRefused("has no line to seal");
        Folder.Bytes = "{\"half"u8.ToArray();
        AssertRefused("ends in a torn line");
        Assert.False(File.Exists(Paths.Checkpoint));
    }

    [Fact]
    public void Proofs_of_new_lines_need_the_frontier_alone_and_those_of_old_ones_the_whole_ledger()
    {
        for (var round = 0; round < 12; round++)
        {
            Folder.AppendMany(1 + (round % 4));
            var last = Folder.Lines.Length - 1;
            var seal = LedgerSeal.Write(Paths.RunsFolder, Key, new SealRequest([Offset(last), Offset(last / 2), Offset(last)]));
            Assert.Equal([last, last / 2, last], seal.Proofs.Select(static proof => (int)proof.Index));
            Assert.All(seal.Proofs, proof => Assert.True(proof.Covers(Folder.Lines[proof.Index]) && proof.Extra.Span.SequenceEqual(Folder.Lines[proof.Index])));
        }

        Assert.Throws<ArgumentException>(() => LedgerSeal.Write(Paths.RunsFolder, Key, new SealRequest([1])));
    }

    [Fact]
    public async Task Seals_and_appends_at_once_lose_nothing()
    {
        Folder.AppendMany(1);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var writer = new LedgerWriter(Paths.RunsFolder, TimeProvider.System);
            for (var i = 0; i < 10; i++)
            {
                var receipt = writer.Append(LedgerFolder.Entry((100 * worker) + i));
                var proof = LedgerSeal.Write(Paths.RunsFolder, Key, new SealRequest([receipt.Offset])).Proofs.Single();
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
        LedgerSeal.Write(folder.Paths.RunsFolder, Key);
        folder.Bytes = LedgerFolder.JoinLines(clean);
        Assert.Equal(RootOf(clean), LedgerSeal.Write(folder.Paths.RunsFolder, Key).Checkpoint.Root.ToArray());
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(folder.Bytes)), File.ReadAllText(folder.Paths.Digest), StringComparison.Ordinal);
    }
}
