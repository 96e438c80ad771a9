using System.Text;

namespace Factory.Core.Tests.OutsideVerifiers;

/// <summary>What Go's x/mod/sumdb says of checkpoints and proofs.</summary>
public sealed class GoSumdbTests
{
    [Fact]
    public void Go_opens_every_checkpoint()
    {
        using var ledger = new SealedSample();
        Assert.Equal(["ok 5", "ok 13"], ledger.Ask("note", [Note(Utf8(ledger.Old.Text)), Note(ledger.CheckpointFile)]));
    }

    [Fact]
    public void Go_refuses_a_checkpoint_in_which_one_byte_was_changed()
    {
        using var ledger = new SealedSample();
        AssertRefused(ledger.Ask("note", EveryChange(ledger.CheckpointFile).Select(Note)));
    }

    [Fact]
    public void Go_finds_every_line_in_the_tree_with_and_without_the_line_in_the_proof()
    {
        using var ledger = new SealedSample();
        var proofs = ledger.Lines.Select((line, i) => (Line: line, Proof: ledger.ProveInclusion(i))).ToList();
        Assert.All(ledger.Ask("inclusion", proofs.Select(pair => Proof(pair.Proof))), answer => Assert.Equal("ok 13", answer));
        Assert.All(ledger.Ask("inclusion", proofs.Select(pair => Proof(pair.Proof, line: pair.Line))), answer => Assert.Equal("ok 13", answer));
    }

    [Fact]
    public void Go_refuses_an_inclusion_proof_or_a_line_in_which_one_byte_was_changed()
    {
        using var ledger = new SealedSample();
        var (line, proof) = (ledger.Lines[7], ledger.ProveInclusion(7));
        AssertRefused(ledger.Ask("inclusion", EveryChange(proof).Select(changed => Proof(changed))));
        AssertRefused(ledger.Ask("inclusion", OneByte.ChangedAt(line, Enumerable.Range(0, line.Length)).Select(changed => Proof(proof, line: changed))));
    }

    [Fact]
    public void Go_finds_the_older_checkpoint_consistent()
    {
        using var ledger = new SealedSample();
        Assert.Equal("ok 13", Assert.Single(ledger.Ask("consistency", [Proof(ledger.ProveConsistency(), Utf8(ledger.Old.Text))])));
    }

    [Fact]
    public void Go_refuses_a_consistency_proof_or_an_older_checkpoint_in_which_one_byte_was_changed()
    {
        using var ledger = new SealedSample();
        var (old, proof) = (Utf8(ledger.Old.Text), ledger.ProveConsistency());
        AssertRefused(ledger.Ask("consistency", EveryChange(proof).Select(changed => Proof(changed, old))));
        AssertRefused(ledger.Ask("consistency", EveryChange(old).Select(changed => Proof(proof, changed))));
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static Dictionary<string, byte[]> Note(byte[] note) => new() { ["note"] = note };

    private static Dictionary<string, byte[]> Proof(byte[] proof, byte[]? note = null, byte[]? line = null) =>
        new() { ["proof"] = proof, ["note"] = note ?? [], ["line"] = line ?? [] };

    // The last digits of a signature may carry bits that Go's decoder drops: what it reads is the same then.
    private static IEnumerable<byte[]> EveryChange(byte[] signed)
    {
        var padding = signed.AsSpan().TrimEnd("=\n"u8).Length;
        return OneByte.ChangedAt(signed, Enumerable.Range(0, padding - 1).Concat(Enumerable.Range(padding, signed.Length - padding)));
    }

    private static void AssertRefused(IReadOnlyList<string> answers)
    {
        Assert.InRange(answers.Count, 100, 5000);
        Assert.All(answers, answer => Assert.StartsWith("bad ", answer, StringComparison.Ordinal));
    }
}
