using System.Security;
using System.Security.Cryptography;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Attestation.Keys;

public sealed class PemKeyTests : IDisposable
{
    private readonly KeyFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    private string Fingerprint => VerifyingKey.FromSubjectPublicKeyInfo(_key.ExportSubjectPublicKeyInfo()).Fingerprint;

    [Fact]
    public void Sec1_and_pkcs8_open_by_relative_and_absolute_names()
    {
        _folder.Write("sec1.pem", _key.ExportECPrivateKeyPem());
        _folder.Write("pkcs8.pem", _key.ExportPkcs8PrivateKeyPem());
        foreach (var name in (string[])["sec1.pem", "pkcs8.pem", _folder.At("sec1.pem")])
        {
            using var opened = _folder.Open(name);
            Assert.Equal(Fingerprint, opened.Key.Public.Fingerprint);
            Assert.Empty(opened.Warnings);
        }
    }

    [Fact]
    public void A_key_that_openssl_wrote_with_its_parameters_opens()
    {
        _folder.OpenSsl("ecparam", "-name", "prime256v1", "-genkey", "-out", "openssl.pem");
        using var opened = _folder.Open("openssl.pem");
        Assert.True(opened.Key.Public.Verify("x"u8, opened.Key.Sign("x"u8)));
    }

    [Fact]
    public void An_encrypted_key_opens_with_the_passphrase_of_the_environment_and_of_the_caller()
    {
        _folder.Write("key.pem", Encrypted("s3cret"));
        var named = _folder.Request("key.pem") with { Environment = new Dictionary<string, string> { [Passphrase.Variable] = "s3cret" } };
        using var first = KeyRing.Open(named);
        using var secure = new SecureString();
        foreach (var c in "s3cret") secure.AppendChar(c);
        using var passphrase = Passphrase.From(secure);
        using var second = KeyRing.Open(_folder.Request("key.pem") with { Passphrase = passphrase });
        Assert.Equal((Fingerprint, Fingerprint), (first.Key.Public.Fingerprint, second.Key.Public.Fingerprint));
    }

    [Fact]
    public void A_wrong_or_missing_passphrase_is_said_without_showing_it()
    {
        _folder.Write("key.pem", Encrypted("s3cret"));
        using var wrong = new Passphrase("gu3ss");
        var error = Assert.Throws<FactoryException>(() => KeyRing.Open(_folder.Request("key.pem") with { Passphrase = wrong }));
        Assert.Contains("the passphrase is wrong", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("gu3ss", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(Passphrase.Variable, Refusal("key.pem").NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_private_key_on_p256_is_refused_with_its_reason()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        _folder.Write("p384.pem", other.ExportPkcs8PrivateKeyPem());
        _folder.Write("rsa.pem", rsa.ExportRSAPrivateKeyPem());
        _folder.Write("rsa8.pem", rsa.ExportPkcs8PrivateKeyPem());
        _folder.Write("public.pem", _key.ExportSubjectPublicKeyInfoPem());
        _folder.Write("garbage.pem", "\0\0\0");
        _folder.Write("two.pem", _key.ExportECPrivateKeyPem() + "\n" + _key.ExportPkcs8PrivateKeyPem());
        _folder.Write("torn.pem", _key.ExportECPrivateKeyPem().Replace("MHcC", "MHcD", StringComparison.Ordinal));
        _folder.Write("large.pem", new string('x', 100_000));
        _folder.Write("old.pem", "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n");
        Assert.Contains("curve", Refusal("p384.pem").Message, StringComparison.Ordinal);
        Assert.Equal(_folder.At("p384.pem"), Refusal("p384.pem").Path);
        Assert.Contains(_folder.At("p384.pem"), Refusal("p384.pem").Message, StringComparison.Ordinal);
        Assert.Contains("RSA", Refusal("rsa.pem").Message, StringComparison.Ordinal);
        Assert.Contains("not an ECDSA key", Refusal("rsa8.pem").Message, StringComparison.Ordinal);
        Assert.Contains("only a public key", Refusal("public.pem").Message, StringComparison.Ordinal);
        Assert.Contains("no private key", Refusal("garbage.pem").Message, StringComparison.Ordinal);
        Assert.Contains("more than one", Refusal("two.pem").Message, StringComparison.Ordinal);
        Assert.Contains("damaged", Refusal("torn.pem").Message, StringComparison.Ordinal);
        Assert.Contains("64 KiB", Refusal("large.pem").Message, StringComparison.Ordinal);
        Assert.Contains("openssl pkcs8", Refusal("old.pem").Message, StringComparison.Ordinal);
        Assert.Contains("there is no signing key", Refusal("absent.pem").Message, StringComparison.Ordinal);
        Assert.Contains("empty", Refusal(" ").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_given_key_that_others_may_read_works_with_a_warning()
    {
        KeyFolder.SetMode(_folder.Write("key.pem", _key.ExportPkcs8PrivateKeyPem()), 0x120);
        using var opened = _folder.Open("key.pem");
        Assert.Contains("chmod 600", Assert.Single(opened.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cert:zz", "not the thumbprint")]
    [InlineData("cert:0000000000000000000000000000000000000000", "no such certificate")]
    public void A_certificate_that_is_not_there_is_said(string key, string expected) => Assert.Contains(expected, Refusal(key).Message, StringComparison.Ordinal);

    private string Encrypted(string passphrase) => _key.ExportEncryptedPkcs8PrivateKeyPem(passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));

    private Blocker Refusal(string key) => Assert.Throws<FactoryException>(() => _folder.Open(key)).Blocker;
}
