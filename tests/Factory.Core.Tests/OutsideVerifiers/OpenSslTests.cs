using System.Security.Cryptography;

namespace Factory.Core.Tests.OutsideVerifiers;

/// <summary>What openssl says of an envelope's signature over its pre-authentication encoding.</summary>
public sealed class OpenSslTests
{
    [Fact]
    public void Openssl_verifies_an_envelope_with_its_public_key() => Assert.Equal("Verified OK", Check(SignedEnvelope.Make()));

    [Fact]
    public void Openssl_refuses_a_signature_or_content_in_which_one_byte_was_changed()
    {
        var signed = SignedEnvelope.Make();
        var (content, signature) = (signed.PreAuthenticationEncoding, signed.Signature);
        // A program for each: fewer places than the other verifiers are asked about.
        Assert.All(OneByte.ChangedAt(content, OneByte.Spread(0, content.Length, 40)), changed => Assert.NotEqual("Verified OK", Check(signed.PublicKey, changed, signature)));
        Assert.All(OneByte.ChangedAt(signature, OneByte.Spread(0, signature.Length, 40)), changed => Assert.NotEqual("Verified OK", Check(signed.PublicKey, content, changed)));
    }

    internal static string Check(SignedEnvelope signed) => Check(signed.PublicKey, signed.PreAuthenticationEncoding, signed.Signature);

    private static string Check(byte[] publicKey, byte[] content, byte[] signature)
    {
        var folder = Directory.CreateTempSubdirectory("openssl-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "pub.pem"), PemEncoding.WriteString("PUBLIC KEY", publicKey) + "\n");
            File.WriteAllBytes(Path.Combine(folder, "sig.der"), signature);
            File.WriteAllBytes(Path.Combine(folder, "pae.bin"), content);
            var (code, output, errors) = OutsideProgram.TryRun("openssl", ["dgst", "-sha256", "-verify", "pub.pem", "-signature", "sig.der", "pae.bin"], folder: folder);
            Assert.Equal(code == 0, output.StartsWith("Verified OK", StringComparison.Ordinal));
            return code == 0 ? output.Trim() : $"{output}{errors}";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
