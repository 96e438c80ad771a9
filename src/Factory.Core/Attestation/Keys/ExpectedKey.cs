using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Keys;

/// <summary>Whose signature a verifier expects when nobody names a public key: that of the key which signs here.</summary>
public static class ExpectedKey
{
    /// <summary>What to do when another key signed than the one that was expected.</summary>
    public const string IfReplaced = "if the key was replaced, give that key's public file with --public-key; if it was not, somebody else signed, and the record is not to be trusted";

    private const int ShortId = 16;

    /// <summary>Says whose key signed and whose was expected, each by the first digits of its fingerprint.</summary>
    /// <param name="signer">The id that the signature names; a hint, which nothing vouches for.</param>
    /// <param name="expected">The key that was expected.</param>
    public static string SignedBy(string signer, VerifyingKey expected) =>
        $"is signed by key {Short(signer)}, which is not the key that was expected ({Short(expected.Fingerprint)})";

    /// <summary>Finds the public half of the configured key, or of the user's own; null when there is none to be had.</summary>
    /// <param name="configured">The configuration's <c>attestation.key</c>, or null.</param>
    /// <param name="folder">The folder that a relative file name starts from, absolute.</param>
    /// <param name="environment">The environment: home folders.</param>
    /// <exception cref="FactoryException">There is a public key, but it cannot be used.</exception>
    public static VerifyingKey? Find(string? configured, string folder, IReadOnlyDictionary<string, string> environment)
    {
        if (configured is null) return OfUser(environment);
        return KeySource.Parse(configured, folder) switch
        {
            PemKey pem => ReadIfThere(KeyFile.PublicPathOf(pem.Path)),
            var other => OfStore(other),
        };
    }

    /// <summary>Makes sure that a signature can be required of a key that was not chosen by the repository that is verified.</summary>
    /// <param name="key">What <see cref="Find"/> found.</param>
    /// <param name="configured">The configuration's <c>attestation.key</c>, or null.</param>
    /// <param name="option">How a caller names a key, for the message.</param>
    /// <exception cref="FactoryException">No key is known, or the repository's configuration names it.</exception>
    public static void RequireOwn(VerifyingKey? key, string? configured, string option)
    {
        if (key is null)
            throw new FactoryException(BlockerKind.Config, "a signature is required, and no public key is known to check it with", $"give the signer's public key: {option}");
        if (configured is not null)
            throw new FactoryException(BlockerKind.Config, $"a signature is required, and the key that is known comes from the configuration of the repository that is verified ({configured})", $"say whom you trust: {option}");
    }

    private static string Short(string id) => id.Length > ShortId ? id[..ShortId] + "..." : id;

    private static VerifyingKey? OfUser(IReadOnlyDictionary<string, string> environment)
    {
        try
        {
            return ReadIfThere(new UserKey(UserKey.FolderOf(environment)).PublicKeyPath);
        }
        catch (FactoryException error) when (error.Blocker.Path is null)
        {
            // No home, no key of one's own; a verifier does not need one.
            return null;
        }
    }

    private static VerifyingKey? OfStore(KeySource source)
    {
        try
        {
            using var opened = source.Open(null);
            return opened.Key.Public;
        }
        catch (FactoryException)
        {
            // The store of another machine or user: verification says that it knew no key.
            return null;
        }
    }

    private static VerifyingKey? ReadIfThere(string file) => File.Exists(file) ? VerifyingKeyFile.Read(file) : null;
}
