using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Tests.Attestation.Keys;

namespace Factory.Core.Tests.Attestation;

public sealed class DsseEnvelopeTests
{
    private const string VectorType = "http://example.com/HelloWorld";

    [Fact]
    public void The_encoding_is_that_of_the_specification() =>
        Assert.Equal("DSSEv1 29 http://example.com/HelloWorld 11 hello world", Encoding.UTF8.GetString(DsseEnvelope.Encode(VectorType, "hello world"u8)));

    [Fact]
    public void Lengths_are_in_bytes() => Assert.Equal("DSSEv1 2 é 3 €", Encoding.UTF8.GetString(DsseEnvelope.Encode("é", "€"u8)));

    [Fact]
    public void The_signature_of_the_specification_covers_the_encoding()
    {
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Number("46950820868899156662930047687818585632848591499744589407958293238635476079160"), Y = Number("5640078356564379163099075877009565129882514886557779369047442380624545832820") },
        });
        var signature = Convert.FromBase64String("A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==");
        Assert.True(key.VerifyData(DsseEnvelope.Encode(VectorType, "hello world"u8), signature, HashAlgorithmName.SHA256));
    }

    [Fact]
    public void An_envelope_is_read_back_and_every_flipped_byte_of_it_is_refused()
    {
        using var key = new SigningKey(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var line = DsseEnvelope.Sign(DsseEnvelope.InTotoType, "{}"u8.ToArray(), key).ToLine();
        Assert.True(Accepts(line, key.Public));
        for (var i = 0; i < line.Length; i++)
        {
            var changed = line.ToArray();
            changed[i] ^= 1;
            // The key id is a hint that no verifier trusts; who compares it does so by itself.
            if (Accepts(changed, key.Public)) Assert.Equal(64, DsseEnvelope.Parse(changed).Signatures[0].KeyId.Length);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"payload\":\"e30=\",\"payloadType\":\"x\",\"signatures\":{}}\n")]
    [InlineData("{\"payload\":\"e30=\",\"payload\":\"e30=\",\"payloadType\":\"x\",\"signatures\":[]}\n")]
    [InlineData("{\"payload\":\"e31=\",\"payloadType\":\"x\",\"signatures\":[]}\n")]
    [InlineData("{\"payload\":\"e30=\",\"payloadType\":\"x\",\"signatures\":[]}")]
    [InlineData("{\"payload\":\"e30=\",\"payloadType\":null,\"signatures\":[]}\n")]
    public void What_is_not_an_envelope_in_its_one_spelling_is_refused(string text) => Assert.Throws<FormatException>(() => DsseEnvelope.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Openssl_verifies_the_signature_over_the_encoding_and_no_other_bytes()
    {
        using var folder = new KeyFolder();
        using var key = new SigningKey(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var envelope = DsseEnvelope.Sign(DsseEnvelope.InTotoType, "{\"_type\":\"x\"}"u8.ToArray(), key);
        var encoded = DsseEnvelope.Encode(envelope.PayloadType, envelope.Payload.Span);
        folder.Write("pub.pem", key.Public.ToPem());
        File.WriteAllBytes(folder.At("sig"), envelope.Signatures[0].Signature.ToArray());
        File.WriteAllBytes(folder.At("pae"), encoded);
        Assert.Contains("Verified OK", folder.OpenSsl("dgst", "-sha256", "-verify", "pub.pem", "-signature", "sig", "pae"), StringComparison.Ordinal);
        encoded[^1] ^= 1;
        File.WriteAllBytes(folder.At("pae"), encoded);
        Assert.Throws<InvalidOperationException>(() => folder.OpenSsl("dgst", "-sha256", "-verify", "pub.pem", "-signature", "sig", "pae"));
    }

    private static bool Accepts(byte[] line, VerifyingKey key)
    {
        try
        {
            return DsseEnvelope.Parse(line) is { PayloadType: DsseEnvelope.InTotoType } envelope && envelope.IsSignedBy(key);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static byte[] Number(string digits) => BigInteger.Parse(digits, System.Globalization.CultureInfo.InvariantCulture).ToByteArray(isUnsigned: true, isBigEndian: true);
}
