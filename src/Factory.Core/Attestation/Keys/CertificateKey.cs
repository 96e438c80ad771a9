using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Keys;

/// <summary>
/// The private key of a certificate in the system's store: <c>CurrentUser\My</c>, then <c>LocalMachine\My</c>. It need not
/// be exportable.
/// </summary>
/// <param name="Thumbprint">SHA-1 of the certificate, upper-case hex, as Windows shows it; or SHA-256.</param>
public sealed record CertificateKey(string Thumbprint) : KeySource
{
    /// <summary>Reads a thumbprint; spaces, colons and the mark that Windows copies before it are dropped.</summary>
    /// <exception cref="FactoryException">It is not 40 or 64 hex digits.</exception>
    public static CertificateKey OfThumbprint(string text)
    {
        var digits = string.Concat(text.Where(c => c is not (' ' or ':' or '\u200e'))).ToUpperInvariant();
        return digits.Length is 40 or 64 && digits.All(char.IsAsciiHexDigit)
            ? new CertificateKey(digits)
            : throw new FactoryException(BlockerKind.Config, $"'{text}' is not the thumbprint of a certificate", "give cert: and 40 hex digits, as 'Get-ChildItem Cert:\\CurrentUser\\My' shows them");
    }

    /// <inheritdoc/>
    public override OpenedKey Open(Passphrase? passphrase)
    {
        using var certificate = Find(StoreLocation.CurrentUser) ?? Find(StoreLocation.LocalMachine)
            ?? throw Refused("there is no such certificate in CurrentUser\\My or LocalMachine\\My");
        ECDsa? key = null;
        try
        {
            if (!certificate.HasPrivateKey) throw Refused("the store has the certificate, but not its private key");
            key = certificate.GetECDsaPrivateKey() ?? throw Refused("its key is not ECDSA");
            return new OpenedKey(new SigningKey(key), CertificatePrefix + Thumbprint, Warnings(certificate));
        }
        catch (CryptographicException error)
        {
            key?.Dispose();
            throw Refused(error.Message, error);
        }
        catch
        {
            key?.Dispose();
            throw;
        }
    }

    private static IReadOnlyList<string> Warnings(X509Certificate2 certificate) => certificate.NotAfter.ToUniversalTime() < DateTime.UtcNow
        ? [$"the certificate {certificate.Thumbprint} has expired; its signatures still verify with its public key"]
        : [];

    private X509Certificate2? Find(StoreLocation location)
    {
        try
        {
            using var store = new X509Store(StoreName.My, location);
            store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            return store.Certificates.FirstOrDefault(one => one.GetCertHashString(Thumbprint.Length == 40 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256) == Thumbprint);
        }
        catch (CryptographicException)
        {
            // There is no such store; outside Windows the machine has none.
            return null;
        }
    }

    private FactoryException Refused(string why, Exception? inner = null) => new(
        BlockerKind.Config, $"the key of the certificate {Thumbprint} cannot be used: {why}", "import a certificate with an ECDSA key on the curve P-256 and its private key, or give a PEM file", CertificatePrefix + Thumbprint, inner: inner);
}
