using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Keys;

/// <summary>Reads the public key that a run is verified with.</summary>
public static class VerifyingKeyFile
{
    private const int LargestFile = 64 * 1024;

    /// <summary>Reads <c>PUBLIC KEY</c> or <c>CERTIFICATE</c> in PEM, or a certificate in DER.</summary>
    /// <param name="path">The file, absolute.</param>
    /// <exception cref="FactoryException">It cannot be read, holds something else, or the key is not ECDSA on the curve P-256.</exception>
    public static VerifyingKey Read(string path)
    {
        var bytes = ReadBytes(path);
        var text = Encoding.Latin1.GetString(bytes);
        try
        {
            if (!text.Contains("-----BEGIN ", StringComparison.Ordinal)) return Of(X509CertificateLoader.LoadCertificate(bytes));
            var rest = text.AsSpan();
            while (PemEncoding.TryFind(rest, out var fields))
            {
                var content = Convert.FromBase64String(rest[fields.Base64Data].ToString());
                var label = rest[fields.Label].ToString();
                if (label == "PUBLIC KEY") return VerifyingKey.FromSubjectPublicKeyInfo(content);
                if (label == "CERTIFICATE") return Of(X509CertificateLoader.LoadCertificate(content));
                if (label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)) throw Refused(path, "it holds a private key, which a verifier needs not and should not have");
                rest = rest[fields.Location.End..];
            }

            throw Refused(path, "it holds no PUBLIC KEY and no CERTIFICATE");
        }
        catch (Exception error) when (error is CryptographicException or FactoryException { Blocker.Path: null })
        {
            throw Refused(path, error.Message, error);
        }
    }

    private static VerifyingKey Of(X509Certificate2 certificate)
    {
        using (certificate) return VerifyingKey.FromSubjectPublicKeyInfo(certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var bytes = new byte[LargestFile + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > LargestFile ? throw Refused(path, "it is larger than 64 KiB, which no public key is") : bytes[..length];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, error.Message, error);
        }
    }

    private static FactoryException Refused(string path, string why, Exception? inner = null) => new(
        BlockerKind.Config, $"the public key {path} cannot be used: {why}", "give the PUBLIC KEY file that lies beside the signing key (NAME.pub.pem), or its certificate; 'openssl pkey -in KEY -pubout' makes it from a private key", path, inner: inner);
}
