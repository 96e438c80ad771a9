using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Keys;

/// <summary>
/// A private key in a PEM file (RFC 7468): SEC1 <c>EC PRIVATE KEY</c>, PKCS#8 <c>PRIVATE KEY</c> or <c>ENCRYPTED PRIVATE
/// KEY</c>. Parameters and public keys beside it are passed over.
/// </summary>
/// <param name="Path">The file, absolute.</param>
public sealed record PemKey(string Path) : KeySource
{
    private const int LargestFile = 64 * 1024;
    private const string Sec1 = "EC PRIVATE KEY", Plain = "PRIVATE KEY", Encrypted = "ENCRYPTED PRIVATE KEY";

    /// <inheritdoc/>
    public override OpenedKey Open(Passphrase? passphrase)
    {
        var text = Read();
        try
        {
            return new OpenedKey(Decode(text, passphrase), Path, FileRights.Explain(Path) is { } warning ? [warning] : []);
        }
        finally
        {
            Array.Clear(text);
        }
    }

    private char[] Read()
    {
        var bytes = new byte[LargestFile + 1];
        try
        {
            using var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > LargestFile ? throw Refused("it is larger than 64 KiB, which no PEM file of a key is") : Encoding.Latin1.GetChars(bytes, 0, length);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FactoryException(BlockerKind.Config, $"there is no signing key {Path}", $"make one with 'factory key new {Path}', or give another file", Path, inner: error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refused(error.Message, error);
        }
        finally
        {
            Array.Clear(bytes);
        }
    }

    private SigningKey Decode(ReadOnlySpan<char> text, Passphrase? passphrase)
    {
        var (label, body) = Find(text);
        if (label.Length == 0) throw Refused(Diagnose(text));
        var key = ECDsa.Create();
        try
        {
            if (label == Encrypted) Decrypt(key, body, passphrase);
            else key.ImportFromPem(body);
            return new SigningKey(key);
        }
        catch (CryptographicException error)
        {
            key.Dispose();
            throw Refused($"its {label} is damaged, or not an ECDSA key on the curve P-256 ({error.Message})", error);
        }
        catch (FactoryException error) when (error.Blocker.Path is null)
        {
            // The key itself was refused, for its curve; whoever reads that must learn which file it is.
            key.Dispose();
            throw Refused(error.Blocker.Message, error);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private void Decrypt(ECDsa key, ReadOnlySpan<char> body, Passphrase? passphrase)
    {
        if (passphrase is null || passphrase.IsEmpty)
            throw new FactoryException(BlockerKind.Config, $"the signing key {Path} is encrypted, and no passphrase was given", $"set {Passphrase.Variable}, or give the passphrase with the command", Path);
        try
        {
            key.ImportFromEncryptedPem(body, passphrase.Characters);
        }
        catch (CryptographicException error)
        {
            // A wrong passphrase and a damaged file cannot be told apart.
            throw new FactoryException(BlockerKind.Config, $"the signing key {Path} cannot be decrypted: the passphrase is wrong, or the file is damaged", $"check {Passphrase.Variable} or the passphrase that you gave; try: openssl pkey -in {Path} -noout", Path, inner: error);
        }
    }

    private (string Label, string Body) Find(ReadOnlySpan<char> text)
    {
        var found = (Label: "", Body: "");
        while (PemEncoding.TryFind(text, out var fields))
        {
            var label = text[fields.Label].ToString();
            if (label is Sec1 or Plain or Encrypted)
            {
                if (found.Label.Length > 0) throw Refused("it holds more than one private key");
                found = (label, text[fields.Location].ToString());
            }

            text = text[fields.Location.End..];
        }

        return found;
    }

    private static string Diagnose(ReadOnlySpan<char> text)
    {
        if (text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal)) return "it is encrypted in the old form of OpenSSL; convert it with: openssl pkcs8 -topk8 -in OLD -out NEW";
        if (text.Contains("BEGIN OPENSSH PRIVATE KEY", StringComparison.Ordinal)) return "it is a key of OpenSSH's own form";
        if (text.Contains("BEGIN RSA PRIVATE KEY", StringComparison.Ordinal)) return "it is an RSA key";
        if (text.Contains("BEGIN PUBLIC KEY", StringComparison.Ordinal) || text.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal)) return "it holds only a public key; signing needs the private one";
        return "it holds no private key in PEM";
    }

    private FactoryException Refused(string why, Exception? inner = null) => new(
        BlockerKind.Config, $"the signing key {Path} cannot be used: {why}", $"give a PEM file with an ECDSA key on the curve P-256; 'factory key new FILE' makes one", Path, inner: inner);
}
