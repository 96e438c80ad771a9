using System.Globalization;
using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Attestation.Keys;

/// <summary>A pair of keys that was made.</summary>
/// <param name="Path">The private key, PEM, absolute.</param>
/// <param name="PublicKeyPath">The public key, PEM, absolute; this one is for others.</param>
/// <param name="Fingerprint">SHA-256 of the public key's SubjectPublicKeyInfo, lower-case hex.</param>
/// <param name="Algorithm"><c>ECDSA P-256 SHA-256</c>.</param>
/// <param name="IsEncrypted">Whether the private key needs a passphrase.</param>
public sealed record KeyFileResult(string Path, string PublicKeyPath, string Fingerprint, string Algorithm, bool IsEncrypted);

/// <summary>Makes key files.</summary>
public static class KeyFile
{
    /// <summary>The algorithm of every key that is made.</summary>
    public const string Algorithm = "ECDSA P-256 SHA-256";

    /// <summary>PBKDF2's rounds for an encrypted key, as OWASP advises for HMAC-SHA-256.</summary>
    public const int Iterations = 600_000;

    /// <summary>Makes a key: PKCS#8, encrypted with PBES2 (AES-256-CBC, PBKDF2 with SHA-256) when there is a passphrase.</summary>
    /// <param name="path">The private key's file, absolute; its folder exists.</param>
    /// <param name="passphrase">The passphrase, or null to leave the key unencrypted.</param>
    /// <param name="force">Whether files that are there are moved aside; else they are an error. They are never overwritten.</param>
    /// <exception cref="FactoryException">A file is there already, or cannot be written.</exception>
    public static KeyFileResult Create(string path, Passphrase? passphrase, bool force)
    {
        var publicPath = PublicPathOf(path);
        if (passphrase is { IsEmpty: true })
            throw new FactoryException(BlockerKind.Config, "the passphrase is empty, and the key would not be encrypted", "give a passphrase, or none to leave the key unencrypted on purpose", path);
        try
        {
            foreach (var file in (string[])[path, publicPath])
            {
                if (!Path.Exists(file) && new FileInfo(file).LinkTarget is null) continue;
                if (!force) throw new FactoryException(BlockerKind.Config, $"{file} exists already, and a key is never overwritten", "give another name, or use --force to move the old files aside", file);
                File.Move(file, NameAside(file), overwrite: false);
            }

            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return Write(key, path, publicPath, passphrase);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FactoryException(BlockerKind.Config, $"the key cannot be written: {error.Message}", "make the folder, make it writable, or give another place", path, inner: error);
        }
    }

    /// <summary>Where the public half of a private key's file goes: beside it, as <c>NAME.pub.pem</c>.</summary>
    public static string PublicPathOf(string path)
    {
        var stem = Cut(Cut(path, ".pem"), ".key");
        return stem + ".pub.pem";
    }

    internal static KeyFileResult Write(ECDsa key, string path, string publicPath, Passphrase? passphrase)
    {
        var publicKey = VerifyingKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo());
        var text = Export(key, passphrase);
        try
        {
            WriteNew(FileRights.CreateFile(path), path, text);
            WriteNew(new FileStream(publicPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0), publicPath, publicKey.ToPem());
        }
        finally
        {
            Array.Clear(text);
        }

        return new KeyFileResult(path, publicPath, publicKey.Fingerprint, Algorithm, passphrase is { IsEmpty: false });
    }

    private static char[] Export(ECDsa key, Passphrase? passphrase)
    {
        var isEncrypted = passphrase is { IsEmpty: false };
        var info = isEncrypted
            ? key.ExportEncryptedPkcs8PrivateKey(passphrase!.Characters, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Iterations))
            : key.ExportPkcs8PrivateKey();
        var label = isEncrypted ? "ENCRYPTED PRIVATE KEY" : "PRIVATE KEY";
        try
        {
            var text = new char[PemEncoding.GetEncodedSize(label.Length, info.Length) + 1];
            PemEncoding.TryWrite(label, info, text, out _);
            text[^1] = '\n';
            return text;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(info);
        }
    }

    private static void WriteNew(FileStream stream, string path, ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length];
        try
        {
            using (stream)
            {
                System.Text.Encoding.ASCII.GetBytes(text, bytes);
                stream.Write(bytes);
                DurableFile.Flush(stream.SafeFileHandle);
            }
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        finally
        {
            Array.Clear(bytes);
        }
    }

    private static string NameAside(string file)
    {
        for (var number = 1; ; number++)
            if (string.Create(CultureInfo.InvariantCulture, $"{file}.old{number}") is var name && !Path.Exists(name)) return name;
    }

    private static string Cut(string text, string end) => text.Length > end.Length && text.EndsWith(end, StringComparison.OrdinalIgnoreCase) ? text[..^end.Length] : text;
}
