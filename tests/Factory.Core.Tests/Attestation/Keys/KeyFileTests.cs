using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Attestation.Keys;

public sealed class KeyFileTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_key_opens_and_its_public_half_lies_beside_it()
    {
        var made = KeyFile.Create(_folder.At("release.key.pem"), null, force: false);
        using var opened = _folder.Open("release.key.pem");
        Assert.Equal(_folder.At("release.pub.pem"), made.PublicKeyPath);
        Assert.Equal((made.Fingerprint, made.Fingerprint), (opened.Key.Public.Fingerprint, VerifyingKeyFile.Read(made.PublicKeyPath).Fingerprint));
        Assert.Empty(opened.Warnings);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(made.Path));
    }

    [Fact]
    public void An_encrypted_new_key_opens_in_openssl_and_here_with_its_passphrase_only()
    {
        using var passphrase = new Passphrase("correct horse");
        var made = KeyFile.Create(_folder.At("k.pem"), passphrase, force: false);
        Assert.True(made.IsEncrypted);
        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", File.ReadAllText(made.Path), StringComparison.Ordinal);
        using var opened = KeyRing.Open(_folder.Request("k.pem") with { Passphrase = passphrase });
        Assert.Equal(made.Fingerprint, opened.Key.Public.Fingerprint);
        Assert.Contains("pbkdf2", _folder.OpenSsl("asn1parse", "-in", "k.pem").ToLowerInvariant(), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(made.PublicKeyPath), _folder.OpenSsl("pkey", "-in", "k.pem", "-pubout", "-passin", "pass:correct horse").ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_key_is_never_overwritten_and_force_keeps_the_old_one()
    {
        var path = _folder.At("k.pem");
        var first = KeyFile.Create(path, null, force: false);
        var before = File.ReadAllText(path);
        Assert.Contains("exists already", Assert.Throws<FactoryException>(() => KeyFile.Create(path, null, force: false)).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(path));
        var second = KeyFile.Create(path, null, force: true);
        Assert.NotEqual(first.Fingerprint, second.Fingerprint);
        Assert.Equal(before, File.ReadAllText(path + ".old1"));
    }

    [Fact]
    public void A_verifying_key_is_read_from_a_certificate_in_pem_and_der()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=Factory", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var expected = VerifyingKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo()).Fingerprint;
        _folder.Write("c.pem", certificate.ExportCertificatePem());
        File.WriteAllBytes(_folder.At("c.der"), certificate.RawData);
        Assert.Equal((expected, expected), (VerifyingKeyFile.Read(_folder.At("c.pem")).Fingerprint, VerifyingKeyFile.Read(_folder.At("c.der")).Fingerprint));
    }

    [Fact]
    public void A_verifying_key_is_not_taken_from_anything_else()
    {
        var made = KeyFile.Create(_folder.At("k.pem"), null, force: false);
        using var rsa = RSA.Create(2048);
        _folder.Write("rsa.pem", rsa.ExportSubjectPublicKeyInfoPem());
        _folder.Write("empty.pem", "");
        Assert.Contains("private key", Refusal(made.Path), StringComparison.Ordinal);
        foreach (var name in (string[])["rsa.pem", "empty.pem", "absent.pem"]) Assert.Contains("cannot be used", Refusal(_folder.At(name)), StringComparison.Ordinal);
    }

    private static string Refusal(string path) => Assert.Throws<FactoryException>(() => VerifyingKeyFile.Read(path)).Message;
}
