using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Keys;

/// <summary>Where a private key is kept.</summary>
public abstract record KeySource
{
    /// <summary>What the text of a certificate's key begins with.</summary>
    public const string CertificatePrefix = "cert:";

    private protected KeySource()
    {
    }

    /// <summary>Reads <c>cert:THUMBPRINT</c>, or the name of a PEM file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="folder">The folder that a relative file name starts from, absolute.</param>
    /// <exception cref="FactoryException">The text is empty, or the thumbprint is none.</exception>
    public static KeySource Parse(string text, string folder)
    {
        if (text.StartsWith(CertificatePrefix, StringComparison.OrdinalIgnoreCase)) return CertificateKey.OfThumbprint(text[CertificatePrefix.Length..]);
        return text.Trim().Length > 0 && !text.Contains('\0', StringComparison.Ordinal)
            ? new PemKey(Path.GetFullPath(text, folder))
            : throw new FactoryException(BlockerKind.Config, "the name of the signing key is empty", "give a PEM file or cert:THUMBPRINT, or leave it out to use your own key");
    }

    /// <summary>Opens the key.</summary>
    /// <param name="passphrase">The passphrase, when the key is encrypted.</param>
    /// <exception cref="FactoryException">There is no such key, it cannot be opened, or it is not ECDSA on the curve P-256.</exception>
    public abstract OpenedKey Open(Passphrase? passphrase);
}
