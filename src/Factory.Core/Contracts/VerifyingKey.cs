using System.Security.Cryptography;

namespace Factory.Core.Contracts;

/// <summary>The public half of a <see cref="SigningKey"/>: ECDSA over P-256 with SHA-256. Safe to share between threads.</summary>
public sealed class VerifyingKey
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private readonly byte[] _info;

    private VerifyingKey(byte[] info) => _info = info;

    /// <summary>The key as SubjectPublicKeyInfo, DER (RFC 5280).</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _info;

    /// <summary>SHA-256 of <see cref="SubjectPublicKeyInfo"/>, lower-case hex: the name that people compare.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(_info));

    /// <summary>Takes a key from SubjectPublicKeyInfo, DER.</summary>
    /// <exception cref="FactoryException">It is not a public key on the curve P-256.</exception>
    public static VerifyingKey FromSubjectPublicKeyInfo(ReadOnlySpan<byte> info)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(info, out var read);
            var curve = key.ExportParameters(includePrivateParameters: false).Curve.Oid;
            if (read == info.Length && curve.Value == P256) return new VerifyingKey(info.ToArray());
            throw Refused($"it is on the curve {curve.FriendlyName ?? curve.Value}", null);
        }
        catch (CryptographicException error)
        {
            throw Refused(error.Message, error);
        }
    }

    /// <summary>Whether a DER signature over SHA-256 of the data was made with the private half.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_info, out _);
        return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>The key as PEM (RFC 7468), label <c>PUBLIC KEY</c>, with a final LF.</summary>
    public string ToPem() => PemEncoding.WriteString("PUBLIC KEY", _info) + "\n";

    private static FactoryException Refused(string why, Exception? inner) => new(
        BlockerKind.Config, $"this is not a public key that Factory uses: {why}", "give an ECDSA key on the curve P-256 (openssl ecparam -name prime256v1 -genkey; or factory key new)", inner: inner);
}
