using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Tests.Ledger.Checkpoints;

/// <summary>Someone rewrote the ledger and took away, or replaced, what lies beside it: the runs' own proofs still speak.</summary>
public sealed class SealWitnessTests : SealingTests
{
    private readonly SigningKey _other = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public override void Dispose()
    {
        _other.Dispose();
        base.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rewritten_history_is_not_sealed_although_every_file_beside_it_is_gone_or_forged(bool isForged)
    {
        RunsOf(3);
        Rewrite(2);
        DropSideFiles();
        if (isForged) LedgerSeal.Write(Paths.RunsFolder, _other);
        if (isForged) Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(Paths.Ledger).Signature.Status);
        AssertBlocked("the Merkle root of its first 9 lines is not that of the checkpoint in");
    }

    [Fact]
    public void Lines_cut_below_the_last_runs_proof_are_missed()
    {
        RunsOf(3);
        Folder.Bytes = LedgerFolder.JoinLines(Folder.Lines[..8]);
        DropSideFiles();
        AssertBlocked("it has 8 lines, fewer than the 9 of the checkpoint in");
    }

    [Fact]
    public void A_whole_ledger_without_its_checkpoint_is_sealed_with_a_word_about_it()
    {
        RunsOf(2);
        DropSideFiles();
        Folder.AppendMany(1);
        var seal = Seal();
        Assert.Contains("agrees over 6 lines", Assert.Single(seal.Warnings), StringComparison.Ordinal);
        Assert.Empty(Seal().Warnings);
    }

    [Fact]
    public void Another_keys_checkpoint_is_told_of_and_kept()
    {
        RunsOf(2);
        var notes = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            Folder.AppendMany(1);
            notes.Add(LedgerSeal.Write(Paths.RunsFolder, _other).Checkpoint.Text);
            Folder.AppendMany(1);
            var warning = Assert.Single(Seal().Warnings);
            Assert.Contains($"the last checkpoint was signed by another key (id {KeyIdOf(notes[0]):x8})", warning, StringComparison.Ordinal);
            Assert.Contains("agrees over 6 lines", warning, StringComparison.Ordinal);
        }

        var kept = Directory.GetFiles(Paths.RunsFolder, $"factory_ledger.checkpoint.{KeyIdOf(notes[0]):x8}*").Order(StringComparer.Ordinal).Select(File.ReadAllText);
        Assert.Equal(notes, kept);
    }

    [Fact]
    public void What_is_no_proof_of_this_key_is_passed_over_and_the_greatest_counts()
    {
        RunsOf(3);
        var good = Directory.GetFiles(Paths.RunsFolder, "*.tlog-proof", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        Put("a_text", "nothing");
        Put("a_forged", File.ReadAllText(good[^1]).Replace("\n9\n", "\n99\n", StringComparison.Ordinal));
        Put("a_long", File.ReadAllText(good[^1]) + new string('\n', 1024 * 1024));
        Directory.CreateDirectory(Path.Combine(Paths.RunsFolder, "a_folder", "attestations", "ledger.tlog-proof"));
        var (own, other) = SealWitness.Find(Paths, LedgerCheckpoint.OriginOf(Folder.Lines[0]), Key.Public, TestContext.Current.CancellationToken);
        Assert.Equal((9L, good[^1], null), (own!.Checkpoint.Size, own.Path, other));
        Assert.Equal((null, null), SealWitness.Find(Paths, own.Checkpoint.Origin, _other.Public, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_ledger_begun_anew_beside_the_runs_of_an_older_one_is_sealed_with_a_word_about_it()
    {
        RunsOf(2);
        Rewrite(0);
        DropSideFiles();
        Assert.Contains("its first line was changed", Assert.Single(Seal().Warnings), StringComparison.Ordinal);
    }

    private static uint KeyIdOf(string note) => LedgerCheckpoint.Parse(note).Signatures[0].KeyId;

    // Three lines a run, each run with its proof.
    private void RunsOf(int count)
    {
        for (var run = 0; run < count; run++)
        {
            Folder.AppendMany(3);
            var last = LedgerFolder.JoinLines(Folder.Lines[..^1]).Length;
            var seal = LedgerSeal.Write(Paths.RunsFolder, Key, new SealRequest([last]));
            Assert.Empty(seal.Warnings);
            Put($"run_{run}", seal.Proofs[0].Format());
        }
    }

    private void Put(string run, string proof)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Paths.RunsFolder, run, "attestations")).FullName;
        File.WriteAllText(Path.Combine(folder, "ledger.tlog-proof"), proof);
    }

    // One line is another, and all after it are chained anew.
    private void Rewrite(int line)
    {
        var count = Folder.Lines.Length;
        using var elsewhere = new LedgerFolder { Bytes = LedgerFolder.JoinLines(Folder.Lines[..line]) };
        elsewhere.Clock.Advance(TimeSpan.FromSeconds(1));
        elsewhere.AppendMany(count - line);
        Folder.Bytes = elsewhere.Bytes;
    }
}
