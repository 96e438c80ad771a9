using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Keys;

/// <summary>Whose signature a verifier expects when nobody names a public key: that of the key which signs here.</summary>
public static class ExpectedKey
{
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
