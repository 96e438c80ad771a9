using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger.Checkpoints;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Ledger.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private const string Published = """
        example.com/behind-the-sofa
        20852163
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

        """;

    private static readonly byte[] Root = SHA256.HashData("root"u8);
    private readonly SigningKey _key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly SigningKey _other = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void A_checkpoint_that_was_signed_is_read_back_and_valid_under_its_key_alone()
    {
        var signed = LedgerCheckpoint.Sign("factory-ledger/0011223344556677", 12, Root, _key);
        var read = LedgerCheckpoint.Parse(signed.Text);
        Assert.Equal(signed, read);
        Assert.Equal(("factory-ledger/0011223344556677", 12L), (read.Origin, read.Size));
        Assert.Equal(Root, read.Root.ToArray());
        Assert.Equal(CheckpointSignature.Valid, read.Check(_key.Public));
        Assert.Equal(CheckpointSignature.OtherKey, read.Check(_other.Public));
        Assert.StartsWith($"factory-ledger/0011223344556677\n12\n{Convert.ToBase64String(Root)}\n\n\u2014 factory-ledger/0011223344556677 ", signed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_published_example_is_read()
    {
        var read = LedgerCheckpoint.Parse(Published);
        Assert.Equal(("example.com/behind-the-sofa", 20852163L, 0x033de0aeu), (read.Origin, read.Size, read.Signatures.Single().KeyId));
        Assert.Equal(CheckpointSignature.OtherKey, read.Check(_key.Public));
    }

    [Fact]
    public void Another_text_under_a_true_signature_is_invalid()
    {
        var signed = LedgerCheckpoint.Sign("o", 12, Root, _key);
        Assert.Equal(CheckpointSignature.Invalid, LedgerCheckpoint.Parse(signed.Text.Replace("\n12\n", "\n13\n", StringComparison.Ordinal)).Check(_key.Public));
        // Under another name the line speaks of another key, whatever its id.
        Assert.Equal(CheckpointSignature.OtherKey, LedgerCheckpoint.Parse(signed.Text.Replace("\u2014 o ", "\u2014 p ", StringComparison.Ordinal)).Check(_key.Public));
    }

    [Fact]
    public void Signatures_of_other_keys_are_ignored_and_one_bad_signature_of_a_key_spoils_its_good_one()
    {
        var signed = LedgerCheckpoint.Sign("o", 12, Root, _key);
        var foreign = LineOf(LedgerCheckpoint.Sign("o", 12, Root, _other));
        Assert.Equal(CheckpointSignature.Valid, LedgerCheckpoint.Parse(signed.Text + foreign).Check(_key.Public));
        Assert.Equal(CheckpointSignature.Valid, LedgerCheckpoint.Parse(signed.Text + LineOf(LedgerCheckpoint.Sign("o", 12, Root, _key))).Check(_key.Public));
        Assert.Equal(CheckpointSignature.Invalid, LedgerCheckpoint.Parse(signed.Text + LineOf(LedgerCheckpoint.Sign("o", 13, Root, _key))).Check(_key.Public));

        static string LineOf(LedgerCheckpoint checkpoint) => checkpoint.Text[checkpoint.Text.IndexOf('\u2014', StringComparison.Ordinal)..];
    }

    [Theory]
    [InlineData("20852163", "020852163")]
    [InlineData("20852163", "+20852163")]
    [InlineData("20852163", "")]
    [InlineData("20852163", "9223372036854775808")]
    [InlineData("20852163", "２")]
    [InlineData("20852163", "0")]
    [InlineData("example.com/behind-the-sofa\n2", "\n2")]
    [InlineData("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I")]
    [InlineData("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=")]
    [InlineData("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==")]
    [InlineData("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "")]
    [InlineData("\n\n", "\n")]
    [InlineData("\n\n", "\n\nextension\n\n")]
    [InlineData("\u2014 ", "- ")]
    [InlineData("\u2014 example.com/behind-the-sofa", "\u2014 a+b")]
    [InlineData("\u2014 example.com/behind-the-sofa", "\u2014 a\u00A0b")]
    [InlineData("\u2014 example.com/behind-the-sofa", "\u2014 ")]
    [InlineData("sofa Az3g", "sofa  Az3g")]
    [InlineData("YQ8=\n", "YQ8=")]
    [InlineData("YQ8=\n", "YQ8=\r\n")]
    [InlineData("YQ8=\n", "YQ8=\n\n")]
    [InlineData("YQ8=", "YQ9=")]
    [InlineData("behind", "be\thind")]
    public void A_note_that_breaks_the_rules_is_refused(string part, string replacement)
    {
        var at = Published.IndexOf(part, StringComparison.Ordinal);
        var error = Assert.Throws<FactoryException>(() => LedgerCheckpoint.Parse(Published[..at] + replacement + Published[(at + part.Length)..], "x.checkpoint"));
        Assert.StartsWith("x.checkpoint is not a checkpoint (C2SP tlog-checkpoint): ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Extension_lines_and_sixteen_signatures_are_accepted_and_a_thousand_are_not()
    {
        var line = Published[Published.IndexOf('\u2014', StringComparison.Ordinal)..];
        var extended = Published.Replace("\n\n", "\nextension one\nextension two\n\n", StringComparison.Ordinal);
        Assert.Equal(17, LedgerCheckpoint.Parse(extended + string.Concat(Enumerable.Repeat(line, 16))).Signatures.Count);
        Assert.Throws<FactoryException>(() => LedgerCheckpoint.Parse(Published + string.Concat(Enumerable.Repeat(line, 1000))));
    }

    [Fact]
    public void A_checkpoint_of_an_empty_tree_has_the_empty_tree_s_root()
    {
        Assert.Equal(0, LedgerCheckpoint.Sign("o", 0, SHA256.HashData([]), _key).Size);
        Assert.Throws<FactoryException>(() => LedgerCheckpoint.Sign("o", 0, Root, _key));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a+b")]
    [InlineData("a\nb")]
    [InlineData("")]
    public void An_origin_that_cannot_name_a_key_is_refused(string origin) =>
        Assert.Throws<FactoryException>(() => LedgerCheckpoint.Sign(origin, 1, Root, _key));

    [Property(MaxTest = 300)]
    public FsCheck.Property A_changed_character_is_refused_or_shows_in_the_signature()
    {
        var good = LedgerCheckpoint.Sign("factory-ledger/0011223344556677", 12, Root, _key).Text;
        return Prop.ForAll(Gen.Choose(0, good.Length - 1).Zip(Gen.Elements<char>([.. "aZ09+/=-\n \u2014\u00E9"])).ToArbitrary(), change =>
        {
            var (at, with) = change;
            if (good[at] == with) return true;
            try
            {
                return LedgerCheckpoint.Parse($"{good[..at]}{with}{good[(at + 1)..]}").Check(_key.Public) != CheckpointSignature.Valid;
            }
            catch (FactoryException)
            {
                return true;
            }
        });
    }

    [Fact]
    public void A_lone_surrogate_is_refused() =>
        Assert.Throws<FactoryException>(() => LedgerCheckpoint.Parse(Published.Replace("behind", "be\uD800hind", StringComparison.Ordinal)));

    [Fact]
    public void A_note_of_a_public_log_that_signs_with_ecdsa_is_valid_under_the_key_that_it_publishes()
    {
        // Published by Rekor: its public key, and a checkpoint of its first year, whose key name is not its origin.
        const string VerifierKey = "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=";
        const string Note = "Rekor\n798034\nf+7CoKgXKE/tNys9TTXcr/ad6U/K3xvznmzew9y6SP0=\n\n"
            + "\u2014 rekor.sigstore.dev wNI9ajBEAiARInWIWyCdyG27CO6LPnPekyw20qO0YJfoaPaowGp/XgIgc+qEHS3+GKVClgqq20uDLet7MCoTURUCRdxwWBHHufk=\n";
        var key = VerifyingKey.FromSubjectPublicKeyInfo(Convert.FromBase64String(VerifierKey.Split('+', 3)[2]).AsSpan(1));
        Assert.Equal(VerifierKey, SignedNote.VerifierKey("rekor.sigstore.dev", key));
        Assert.Equal(CheckpointSignature.Valid, SignedNote.Parse(Note).Check("rekor.sigstore.dev", key));
        Assert.Equal(CheckpointSignature.Invalid, SignedNote.Parse(Note.Replace("798034", "798035", StringComparison.Ordinal)).Check("rekor.sigstore.dev", key));
        Assert.Equal(CheckpointSignature.OtherKey, LedgerCheckpoint.Parse(Note).Check(key));
    }

    [Fact]
    public void A_checkpoint_file_that_is_missing_is_none_and_one_that_is_not_utf8_is_refused()
    {
        using var folder = new LedgerFolder();
        Assert.Null(LedgerCheckpoint.Read(folder.Paths.Checkpoint));
        File.WriteAllBytes(folder.Paths.Checkpoint, [0xFF, 0xFE]);
        Assert.Contains("it is not UTF-8", Assert.Throws<FactoryException>(() => LedgerCheckpoint.Read(folder.Paths.Checkpoint)).Message, StringComparison.Ordinal);
        // A byte order mark is part of the text, and so of the origin.
        var signed = LedgerCheckpoint.Sign("o", 1, Root, _key);
        File.WriteAllText(folder.Paths.Checkpoint, signed.Text, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.NotEqual(CheckpointSignature.Valid, LedgerCheckpoint.Read(folder.Paths.Checkpoint)!.Check(_key.Public));
    }
}
