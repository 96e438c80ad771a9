namespace Factory.Core.Tests.OutsideVerifiers;

/// <summary>What @sigstore/verify says of an envelope.</summary>
public sealed class SigstoreTests
{
    [Fact]
    public void Sigstore_verifies_an_envelope_with_its_public_key()
    {
        var signed = SignedEnvelope.Make();
        Assert.Equal("ok application/vnd.in-toto+json", Assert.Single(SigstoreVerifier.Check(signed.PublicKey, [signed.File])));
    }

    [Fact]
    public void Sigstore_refuses_an_envelope_in_which_one_byte_was_changed()
    {
        var signed = SignedEnvelope.Make();
        var (payload, signature, type) = (signed.DigitsOf("payload"), signed.DigitsOf("sig"), signed.TypeRange());
        List<byte[]> changed =
        [
            .. OneByte.OtherDigitAt(signed.File, OneByte.Spread(payload.From, payload.Length, 200)),
            .. OneByte.OtherDigitAt(signed.File, OneByte.Spread(signature.From, signature.Length, 200)),
            .. OneByte.ChangedAt(signed.File, OneByte.Spread(type.From, type.Length, 200)),
        ];
        Assert.InRange(changed.Count, 200, 600);
        Assert.All(SigstoreVerifier.Check(signed.PublicKey, changed), answer => Assert.StartsWith("bad ", answer, StringComparison.Ordinal));
    }

    [Fact]
    public void Sigstore_refuses_an_envelope_under_another_key()
    {
        var other = SignedEnvelope.Make();
        Assert.Equal("bad signature verification failed", Assert.Single(SigstoreVerifier.Check(other.PublicKey, [SignedEnvelope.Make().File])));
    }
}
