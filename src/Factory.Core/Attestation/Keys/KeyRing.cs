using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Keys;

/// <summary>Which key is asked for.</summary>
public sealed record KeyRequest
{
    /// <summary>A PEM file or <c>cert:THUMBPRINT</c>; null for the user's own key, which is made on first use.</summary>
    public string? Key { get; init; }

    /// <summary>The folder that a relative file name starts from, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>The environment: home folders, and <see cref="Keys.Passphrase.Variable"/>.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The passphrase; null to take it from the environment. It stays the caller's to dispose.</summary>
    public Passphrase? Passphrase { get; init; }
}

/// <summary>Opens private keys.</summary>
public static class KeyRing
{
    /// <summary>Opens the key that is asked for.</summary>
    /// <exception cref="FactoryException">There is no such key, it cannot be opened, or it is not ECDSA on the curve P-256.</exception>
    public static OpenedKey Open(KeyRequest request)
    {
        if (request.Key is null) return new UserKey(UserKey.FolderOf(request.Environment)).OpenOrCreate();
        var own = request.Passphrase is null ? Passphrase.From(request.Environment) : null;
        using (own) return KeySource.Parse(request.Key, request.Folder).Open(request.Passphrase ?? own);
    }
}
