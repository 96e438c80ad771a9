using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Tests.Ledger.Checkpoints;

/// <summary>Someone rewrote the ledger and took away, or replaced, what lies beside it: the runs' own proofs still speak.</summary>
public sealed class SealWitnessTests : IDisposable
{
    private readonly LedgerFolder _folder = new();
    private readonly SigningKey _key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly SigningKey _other = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    private LedgerPaths Paths => _folder.Paths;

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
        _folder.Dispose();
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
        _folder.Bytes = LedgerFolder.JoinLines(_folder.Lines[..8]);
        DropSideFiles();
        AssertBlocked("it has 8 lines, fewer than the 9 of the checkpoint in");
    }

    [Fact]
    public void A_whole_ledger_without_its_checkpoint_is_sealed_with_a_word_about_it()
    {
        RunsOf(2);
        DropSideFiles();
        _folder.AppendMany(1);
        var seal = LedgerSeal.Write(Paths.RunsFolder, _key);
        Assert.Contains("agrees over 6 lines", Assert.Single(seal.Warnings), StringComparison.Ordinal);
        Assert.Empty(LedgerSeal.Write(Paths.RunsFolder, _key).Warnings);
    }

    [Fact]
    public void Another_keys_checkpoint_is_told_of_and_kept()
    {
        RunsOf(2);
        var notes = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            _folder.AppendMany(1);
            notes.Add(LedgerSeal.Write(Paths.RunsFolder, _other).Checkpoint.Text);
            _folder.AppendMany(1);
            var warning = Assert.Single(LedgerSeal.Write(Paths.RunsFolder, _key).Warnings);
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
        var (own, other) = SealWitness.Find(Paths, LedgerCheckpoint.OriginOf(_folder.Lines[0]), _key.Public, TestContext.Current.CancellationToken);
        Assert.Equal((9L, good[^1], null), (own!.Checkpoint.Size, own.Path, other));
        Assert.Equal((null, null), SealWitness.Find(Paths, own.Checkpoint.Origin, _other.Public, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_ledger_begun_anew_beside_the_runs_of_an_older_one_is_sealed_with_a_word_about_it()
    {
        RunsOf(2);
        Rewrite(0);
        DropSideFiles();
        Assert.Contains("its first line was changed", Assert.Single(LedgerSeal.Write(Paths.RunsFolder, _key).Warnings), StringComparison.Ordinal);
    }

    private static uint KeyIdOf(string note) => LedgerCheckpoint.Parse(note).Signatures[0].KeyId;

    // Three lines a run, each run with its proof.
    private void RunsOf(int count)
    {
        for (var run = 0; run < count; run++)
        {
            _folder.AppendMany(3);
            var last = LedgerFolder.JoinLines(_folder.Lines[..^1]).Length;
            var seal = LedgerSeal.Write(Paths.RunsFolder, _key, new SealRequest([last]));
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
        var count = _folder.Lines.Length;
        using var elsewhere = new LedgerFolder { Bytes = LedgerFolder.JoinLines(_folder.Lines[..line]) };
        elsewhere.Clock.Advance(TimeSpan.FromSeconds(1));
        elsewhere.AppendMany(count - line);
        _folder.Bytes = elsewhere.Bytes;
    }

    private void DropSideFiles()
    {
        foreach (var file in new[] { Paths.Checkpoint, Paths.Digest, Paths.Frontier }) File.Delete(file);
    }

    private void AssertBlocked(string what)
    {
        var files = Snapshot();
        var error = Assert.Throws<FactoryException>(() => LedgerSeal.Write(Paths.RunsFolder, _key));
        Assert.Equal((BlockerKind.Check, RunStatus.Blocked), (error.Blocker.Kind, error.Status));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Equal(files, Snapshot());

        string[] Snapshot() => [.. Directory.GetFiles(Paths.RunsFolder).Order(StringComparer.Ordinal).Select(static file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}")];
    }
}
