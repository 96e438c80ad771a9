using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Tests.Ledger.Checkpoints;

/// <summary>A frontier with true subtrees that ends at another line than they do, with a digest that fits it.</summary>
public sealed class FrontierTieTests : IDisposable
{
    private readonly LedgerFolder _folder = new();
    private readonly SigningKey _key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(7, -1)]
    [InlineData(7, -3)]
    [InlineData(7, 1)]
    [InlineData(8, -1)]
    [InlineData(8, 1)]
    [InlineData(12, -4)]
    [InlineData(12, 2)]
    public void A_forged_end_is_not_continued_from_and_the_true_head_is_signed(int lines, int shift)
    {
        _folder.AppendMany(lines);
        var paths = _folder.Paths;
        LedgerSeal.Write(paths.RunsFolder, _key);
        var frontier = LedgerFrontier.Read(paths)!;
        _folder.AppendMany(3);
        var fold = new LedgerFold();
        foreach (var line in _folder.Lines[..(lines + shift)]) fold.Add(line, LedgerHash.Leaf(line));
        var other = fold.Frontier();
        File.WriteAllBytes(paths.Frontier, (frontier with { Bytes = other.Bytes, TailState = other.TailState, DigestStates = other.DigestStates }).Format());
        File.WriteAllText(paths.Digest, LedgerDigest.Format(fold.Digest()));
        Assert.NotNull(LedgerFrontier.Read(paths));
        Assert.Null(SealFold.Continue(paths, SealRecord.Read(paths, _key.Public), TestContext.Current.CancellationToken));
        var tree = new MerkleTree();
        foreach (var line in _folder.Lines) tree.Add(line);
        var seal = LedgerSeal.Write(paths.RunsFolder, _key);
        Assert.Equal((tree.Size, Convert.ToBase64String(tree.Root())), (seal.Head.Size, seal.Head.Root));
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(paths.Ledger, _key.Public, requireSignature: true).Signature.Status);
    }

    [Fact]
    public void Every_true_frontier_is_tied_to_its_lines_whatever_their_length()
    {
        for (var lines = 1; lines <= 33; lines++)
        {
            var ledger = Enumerable.Range(1, lines).Select(static number => new byte[number % 5 == 0 ? 150_000 : number]).ToArray();
            for (var i = 0; i < lines; i++) Array.Fill(ledger[i], (byte)('a' + (i % 26)));
            _folder.Bytes = LedgerFolder.JoinLines(ledger);
            foreach (var side in new[] { _folder.Paths.Checkpoint, _folder.Paths.Digest, _folder.Paths.Frontier }) File.Delete(side);
            LedgerSeal.Write(_folder.Paths.RunsFolder, _key);
            Assert.True(FrontierTie.Holds(_folder.Paths.Ledger, LedgerFrontier.Read(_folder.Paths)!, TestContext.Current.CancellationToken));
        }
    }
}
