using System.Security.Cryptography;

namespace Factory.Core.Contracts;

/// <summary>
/// A private key that signs checkpoints and attestations: ECDSA over P-256 with SHA-256, signatures in DER, as every
/// verifier in the field reads them.
/// </summary>
public sealed class SigningKey : IDisposable
{
    /// <summary>The environment variable that may hold a private key's passphrase; no child process gets it.</summary>
    public const string PassphraseVariable = "FACTORY_KEY_PASSPHRASE";

    private readonly ECDsa _key;

    /// <summary>Takes over a key.</summary>
    /// <exception cref="FactoryException">It is not on the curve P-256.</exception>
    public SigningKey(ECDsa key)
    {
        _key = key;
        Public = VerifyingKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>The public half. It stays usable when this key is disposed.</summary>
    public VerifyingKey Public { get; }

    /// <summary>Signs SHA-256 of the data; two signatures of the same data differ.</summary>
    /// <exception cref="CryptographicException">The key store refused.</exception>
    public byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
