using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Tests.Ledger.Checkpoints;

/// <summary>A frontier with true subtrees that ends at another line than they do, with a digest that fits it.</summary>
public sealed class FrontierTieTests : SealingTests
{
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
        Folder.AppendMany(lines);
        Seal();
        var frontier = LedgerFrontier.Read(Paths)!;
        Folder.AppendMany(3);
        var fold = new LedgerFold();
        foreach (var line in Folder.Lines[..(lines + shift)]) fold.Add(line, LedgerHash.Leaf(line));
        var other = fold.Frontier();
        File.WriteAllBytes(Paths.Frontier, (frontier with { Bytes = other.Bytes, TailState = other.TailState, DigestStates = other.DigestStates }).Format());
        File.WriteAllText(Paths.Digest, LedgerDigest.Format(fold.Digest()));
        Assert.NotNull(LedgerFrontier.Read(Paths));
        Assert.Null(SealFold.Continue(Paths, SealRecord.Read(Paths, Key.Public), TestContext.Current.CancellationToken));
        AssertSealed(Seal());
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(Paths.Ledger, Key.Public, requireSignature: true).Signature.Status);
    }

    [Fact]
    public void Every_true_frontier_is_tied_to_its_lines_whatever_their_length()
    {
        for (var lines = 1; lines <= 33; lines++)
        {
            var ledger = Enumerable.Range(1, lines).Select(static number => new byte[number % 5 == 0 ? 150_000 : number]).ToArray();
            for (var i = 0; i < lines; i++) Array.Fill(ledger[i], (byte)('a' + (i % 26)));
            Folder.Bytes = LedgerFolder.JoinLines(ledger);
            DropSideFiles();
            Seal();
            Assert.True(FrontierTie.Holds(Paths.Ledger, LedgerFrontier.Read(Paths)!, TestContext.Current.CancellationToken));
        }
    }
}
