using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Tests.Ledger.Checkpoints;

/// <summary>What was changed, removed, forged or lost since the last seal is not sealed anew.</summary>
public sealed class RefusedSealTests : SealingTests
{
    [Fact]
    public void Old_lines_that_were_changed_are_not_sealed_anew()
    {
        Folder.AppendMany(6);
        Seal();
        var good = Folder.Bytes;
        // In the second line: the first names the ledger, and is looked at again.
        var at = Folder.Lines[0].Length + 40;
        ChangeByte(at);
        Folder.AppendMany(2);
        var seal = Seal();
        // The new head speaks for the lines as they were, and so the changed ledger does not agree with it.
        Assert.NotEqual(RootOf(Folder.Lines), seal.Checkpoint.Root.ToArray());
        Assert.Equal(LedgerSignatureStatus.Tampered, LedgerVerifier.Verify(Paths.Ledger).Signature.Status);
        ChangeByte(at);
        Assert.Equal(good, Folder.Bytes[..good.Length]);
        AssertSealed(seal);
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(Paths.Ledger).Signature.Status);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_change_that_a_whole_scan_finds_blocks_and_replaces_nothing(bool isFrontierLost, bool isDigestLost)
    {
        Folder.AppendMany(6);
        Seal();
        // In the first line, which names the ledger, when the frontier is there; in a later one when everything is scanned.
        ChangeByte(isFrontierLost ? Folder.Lines[0].Length + 40 : 40, bit: 2);
        if (!isFrontierLost) ChangeByte(Folder.Bytes.Length - 20);
        if (isFrontierLost) File.Delete(Paths.Frontier);
        if (isDigestLost) File.Delete(Paths.Digest);
        AssertBlocked("tampered with");
    }

    [Fact]
    public void Lines_that_were_removed_block_whatever_else_is_lost()
    {
        Folder.AppendMany(6);
        Seal();
        var good = Folder.Bytes;
        Folder.Bytes = LedgerFolder.JoinLines(Folder.Lines[..4]);
        AssertBlocked("fewer than");
        File.Delete(Paths.Frontier);
        AssertBlocked("it has 4 lines, fewer than the 6 that were sealed");
        Folder.Bytes = [];
        AssertBlocked("it is empty, and 6 lines were sealed");
        File.Delete(Paths.Ledger);
        AssertBlocked("now it is gone");
        Folder.Bytes = good;
        AssertSealed(Seal());
    }

    [Fact]
    public void Lines_that_were_removed_and_replaced_by_as_many_new_ones_are_not_sealed_anew()
    {
        Folder.AppendMany(6);
        Seal();
        // Made elsewhere: a writer refuses a ledger that is shorter than its checkpoint.
        using var elsewhere = new LedgerFolder { Bytes = LedgerFolder.JoinLines(Folder.Lines[..4]) };
        elsewhere.AppendMany(6);
        Folder.Bytes = elsewhere.Bytes;
        try
        {
            Assert.NotEqual(RootOf(Folder.Lines), Seal().Checkpoint.Root.ToArray());
        }
        catch (FactoryException error)
        {
            Assert.Equal(BlockerKind.Policy, error.Blocker.Kind);
        }
    }

    [Fact]
    public void A_checkpoint_that_was_put_back_does_not_hide_that_lines_were_removed()
    {
        Folder.AppendMany(4);
        var old = Seal().Checkpoint.Text;
        Folder.AppendMany(2);
        Seal();
        Folder.Bytes = LedgerFolder.JoinLines(Folder.Lines[..4]);
        File.WriteAllText(Paths.Checkpoint, old);
        AssertBlocked("fewer than");
        File.Delete(Paths.Frontier);
        AssertBlocked("factory_ledger.sha256");
    }

    [Fact]
    public void A_checkpoint_that_was_taken_away_is_missed_by_the_frontier_and_the_digest()
    {
        Folder.AppendMany(4);
        Seal();
        File.Delete(Paths.Checkpoint);
        ChangeByte(Folder.Lines[0].Length + 40);
        AssertBlocked("tampered with");
        File.Delete(Paths.Frontier);
        AssertBlocked("factory_ledger.sha256");
    }

    [Fact]
    public void A_forged_or_foreign_checkpoint_blocks()
    {
        Folder.AppendMany(4);
        var good = Seal().Checkpoint;
        File.WriteAllText(Paths.Checkpoint, good.Text.Replace("\n4\n", "\n3\n", StringComparison.Ordinal));
        AssertBlocked("signature");
        File.WriteAllText(Paths.Checkpoint, "nonsense");
        AssertBlocked("is not a checkpoint");
        File.WriteAllText(Paths.Checkpoint, LedgerCheckpoint.Sign("factory-ledger/0011223344556677", 4, good.Root.Span, Key).Text);
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
        Folder.AppendMany(7);
        Seal();
        var frontier = LedgerFrontier.Read(Paths)!;
        Folder.AppendMany(2);
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
        AssertSealed(LedgerSeal.Write(Paths.RunsFolder, Key, new SealRequest([0, Offset(8)])));
        Assert.Equal(9, LedgerFrontier.Read(Paths)!.Lines);
    }

    [Fact]
    public void A_digest_that_an_older_factory_refreshed_alone_is_accepted_and_one_of_changed_lines_is_not()
    {
        Folder.AppendMany(3);
        Seal();
        Folder.AppendMany(2);
        LedgerDigest.Refresh(Paths.RunsFolder);
        Folder.AppendMany(1);
        var good = Folder.Bytes;
        ChangeByte(LedgerFolder.JoinLines(Folder.Lines[..4]).Length + 10);
        AssertBlocked("factory_ledger.sha256");
        Folder.Bytes = good;
        AssertSealed(Seal());
    }
}
