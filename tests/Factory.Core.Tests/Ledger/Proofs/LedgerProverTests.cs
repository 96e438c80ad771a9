using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Ledger.Proofs;
using Factory.Core.Tests.Ledger.Checkpoints;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Ledger.Proofs;

public sealed class LedgerProverTests : SealingTests
{
    [Fact]
    public void Every_event_of_a_sealed_ledger_is_proved_and_the_proof_stands_alone()
    {
        Folder.AppendMany(21);
        Seal();
        var events = Folder.Read();
        for (var i = 0; i < events.Count; i++)
        {
            var proof = InclusionProof.Parse(LedgerProver.ProveInclusion(Paths.Ledger, events[i].EventId!).Format());
            Assert.Equal(i, proof.Index);
            Assert.Equal(Folder.Lines[i], proof.Extra.ToArray());
            Assert.True(proof.Covers(proof.Extra.Span));
            Assert.False(proof.Covers(Folder.Lines[(i + 1) % 21]));
            Assert.Equal(CheckpointSignature.Valid, proof.Checkpoint.Check(Key.Public));
        }
    }

    [Fact]
    public void A_proof_is_text_of_the_published_format()
    {
        Folder.AppendMany(3);
        var checkpoint = Seal().Checkpoint;
        var proof = LedgerProver.ProveInclusion(Paths.Ledger, Folder.Read()[2].EventId!);
        var left = SHA256.HashData([1, .. Leaf(0), .. Leaf(1)]);
        Assert.Equal(
            $"c2sp.org/tlog-proof@v1\nextra {Convert.ToBase64String(Folder.Lines[2])}\nindex 2\n{Convert.ToBase64String(left)}\n\n{checkpoint.Text}", proof.Format());
        Assert.StartsWith("c2sp.org/tlog-proof@v1\nindex 2\n", (proof with { Extra = default }).Format(), StringComparison.Ordinal);
        Assert.True(InclusionProof.Parse((proof with { Extra = default }).Format()).Covers(Folder.Lines[2]));

        byte[] Leaf(int line) => SHA256.HashData([0, .. Folder.Lines[line]]);
    }

    [Fact]
    public void Every_older_checkpoint_is_followed_by_the_newest()
    {
        var older = new List<LedgerCheckpoint> { LedgerCheckpoint.Sign("x", 0, SHA256.HashData([]), Key) };
        for (var i = 0; i < 9; i++)
        {
            Folder.AppendMany(1 + (i % 2));
            older.Add(Seal().Checkpoint);
        }

        older[0] = LedgerCheckpoint.Sign(older[1].Origin, 0, SHA256.HashData([]), Key);
        foreach (var old in older)
        {
            var proof = LedgerProver.ProveConsistency(Paths.Ledger, old);
            Assert.StartsWith($"old {old.Size}\n", proof.Format(), StringComparison.Ordinal);
            var read = ConsistencyProof.Parse(proof.Format());
            Assert.True(read.Follows(old));
            Assert.All(older.Where(other => other != old), other => Assert.False(read.Follows(other)));
            Assert.False(read.Follows(LedgerCheckpoint.Sign("other", old.Size, old.Root.Span, Key)));
        }
    }

    [Fact]
    public void A_ledger_that_is_not_what_was_sealed_gives_no_proof()
    {
        Folder.AppendMany(8);
        var old = Seal().Checkpoint;
        Folder.AppendMany(4);
        Seal();
        var id = Folder.Read()[^1].EventId!;
        var (good, lines) = (Folder.Bytes, Folder.Lines);
        var changed = good[..];
        changed[lines[0].Length + 30] ^= 1;
        foreach (var bad in (byte[][])[changed, LedgerFolder.JoinLines(lines[..11]), LedgerFolder.JoinLines([.. lines[..2], lines[3], lines[2], .. lines[4..]]), [], good[..^1]])
        {
            Folder.Bytes = bad;
            AssertRefused(RunStatus.Blocked, "tampered with", () => LedgerProver.ProveInclusion(Paths.Ledger, id));
            AssertRefused(RunStatus.Blocked, "tampered with", () => LedgerProver.ProveConsistency(Paths.Ledger, old));
        }
    }

    [Fact]
    public void A_ledger_that_was_changed_and_sealed_from_scratch_does_not_follow_an_older_checkpoint()
    {
        Folder.AppendMany(8);
        var old = Seal().Checkpoint;
        var lines = Folder.Lines;
        Folder.Bytes = LedgerFolder.JoinLines([.. lines[..5], "{}"u8.ToArray(), .. lines[6..], "{}"u8.ToArray()]);
        foreach (var file in (string[])[Paths.Checkpoint, Paths.Frontier, Paths.Digest]) File.Delete(file);
        var forged = Seal().Checkpoint;
        AssertRefused(RunStatus.Blocked, "its first 8 lines are not those of the older checkpoint", () => LedgerProver.ProveConsistency(Paths.Ledger, old));
        File.WriteAllText(Paths.Checkpoint, old.Text);
        AssertRefused(RunStatus.Blocked, "has only 8", () => LedgerProver.ProveConsistency(Paths.Ledger, forged));
    }

    [Fact]
    public void What_cannot_be_proved_is_said_with_what_to_do()
    {
        AssertRefused(RunStatus.Blocked, "there is no ledger", () => LedgerProver.ProveInclusion(Paths.Ledger, "x"));
        Folder.AppendMany(3);
        var id = Folder.Read()[1].EventId!;
        AssertRefused(RunStatus.Blocked, "has no checkpoint", () => LedgerProver.ProveInclusion(Paths.Ledger, id));
        var checkpoint = Seal().Checkpoint;
        Folder.AppendMany(1);
        AssertRefused(RunStatus.Blocked, "is line 4", () => LedgerProver.ProveInclusion(Paths.Ledger, Folder.Read()[3].EventId!));
        AssertRefused(RunStatus.Blocked, $"did you mean '{id}'?", () => LedgerProver.ProveInclusion(Paths.Ledger, id[..10]));
        AssertRefused(RunStatus.Blocked, $"did you mean '{id}'?", () => LedgerProver.ProveInclusion(Paths.Ledger, id.ToUpperInvariant() + "0"));
        AssertRefused(RunStatus.Blocked, "has the id ''", () => LedgerProver.ProveInclusion(Paths.Ledger, ""));
        AssertRefused(RunStatus.Blocked, "is of another/ledger", () => LedgerProver.ProveConsistency(Paths.Ledger, LedgerCheckpoint.Sign("another/ledger", 1, checkpoint.Root.Span, Key)));
    }

    [Theory]
    [InlineData("tlog-proof@v1", "tlog-proof@v2")]
    [InlineData("extra ", "extra")]
    [InlineData("extra ", "extra  ")]
    [InlineData("index 2", "index 02")]
    [InlineData("index 2", "index -1")]
    [InlineData("index 2", "index 3")]
    [InlineData("index 2\n", "")]
    [InlineData("index 2\n", "index 2\nnothing\n")]
    [InlineData("=\n\n", "\n\n")]
    [InlineData("\n\n", "\n")]
    [InlineData("\n\n", "\n\n\n")]
    [InlineData("\n\n", "\r\n\r\n")]
    public void A_proof_that_breaks_the_format_is_refused(string part, string replacement)
    {
        Folder.AppendMany(3);
        Seal();
        var text = (LedgerProver.ProveInclusion(Paths.Ledger, Folder.Read()[2].EventId!) with { Extra = new byte[31] }).Format();
        var at = text.IndexOf(part, StringComparison.Ordinal);
        Assert.Throws<FactoryException>(() => InclusionProof.Parse(text[..at] + replacement + text[(at + part.Length)..]));
    }

    [Theory]
    [InlineData("old 2", "old 02")]
    [InlineData("old 2", "old 4")]
    [InlineData("old 2", "new 2")]
    [InlineData("old 2\n", "old 2\n2\n")]
    public void A_consistency_proof_that_breaks_the_format_is_refused(string part, string replacement)
    {
        Folder.AppendMany(2);
        var old = Seal().Checkpoint;
        Folder.AppendMany(1);
        Seal();
        var text = LedgerProver.ProveConsistency(Paths.Ledger, old).Format();
        Assert.Throws<FactoryException>(() => ConsistencyProof.Parse(text.Replace(part, replacement, StringComparison.Ordinal)));
        var many = text.Replace("\n\n", "\n" + string.Concat(Enumerable.Repeat(Convert.ToBase64String(new byte[32]) + "\n", 64)) + "\n", StringComparison.Ordinal);
        Assert.Contains("more than 63", Assert.Throws<FactoryException>(() => ConsistencyProof.Parse(many)).Message, StringComparison.Ordinal);
    }

    [Property(MaxTest = 5)]
    public FsCheck.Property A_proof_with_any_character_changed_is_refused_or_proves_nothing()
    {
        if (!File.Exists(Paths.Ledger)) Folder.AppendMany(6);
        Seal();
        var good = LedgerProver.ProveInclusion(Paths.Ledger, Folder.Read()[3].EventId!).Format();
        var line = Folder.Lines[3];
        return Prop.ForAll(Gen.Elements<char>([.. "aB7+/=\n "]).ToArbitrary(), with => Enumerable.Range(0, good.Length).Where(at => good[at] != with).All(at => !IsTrue($"{good[..at]}{with}{good[(at + 1)..]}")));

        bool IsTrue(string text)
        {
            try
            {
                var proof = InclusionProof.Parse(text);
                return proof.Covers(line) && proof.Extra.Span.SequenceEqual(line) && proof.Checkpoint.Check(Key.Public) == CheckpointSignature.Valid;
            }
            catch (FactoryException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void A_slice_may_begin_at_the_run_s_first_line()
    {
        Folder.AppendMany(3);
        var receipt = Folder.Writer().Append(new LedgerEntry(LedgerFolder.OtherRun, LedgerEventType.RunStart, "Z_integrator"));
        Folder.AppendMany(1);
        using var all = new MemoryStream();
        using var late = new MemoryStream();
        Assert.Equal(1, LedgerSlice.Write(Paths.Ledger, LedgerFolder.OtherRun.Text, all));
        Assert.Equal(1, LedgerSlice.Write(Paths.Ledger, LedgerFolder.OtherRun.Text, late, receipt.Offset));
        Assert.Equal(all.ToArray(), late.ToArray());
        Assert.Contains(receipt.EventId, Encoding.UTF8.GetString(late.ToArray()), StringComparison.Ordinal);
        Assert.Equal(0, LedgerSlice.Write(Paths.Ledger, LedgerFolder.OtherRun.Text, Stream.Null, Folder.Bytes.Length));
    }

    private static void AssertRefused(RunStatus status, string what, Func<object> act)
    {
        var error = Assert.Throws<FactoryException>(act);
        Assert.Equal(status, error.Status);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }
}
