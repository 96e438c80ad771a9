using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;
using Factory.Core.Pipeline.Folders;

namespace Factory.Core.Pipeline.Records;

/// <summary>Finds the key that signs for a folder, outside of a run.</summary>
public static class SigningKeys
{
    /// <summary>Opens a key: the one that is named, else the one that the repository's configuration names, else the user's own.</summary>
    /// <param name="folder">A folder, in a repository or not, absolute; a relative key file starts from it.</param>
    /// <param name="configFile">The configuration file, absolute; the repository's when null.</param>
    /// <param name="key">A PEM file or <c>cert:THUMBPRINT</c>, or null.</param>
    /// <param name="passphrase">The passphrase; null to take it from the environment. It stays the caller's to dispose.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="FactoryException">The configuration or the key cannot be used.</exception>
    public static async Task<OpenedKey> OpenAsync(
        string folder, string? configFile, string? key, Passphrase? passphrase, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var location = key is null ? await RunsLocation.FindOrNullAsync(folder, configFile, environment, cancellationToken).ConfigureAwait(false) : null;
        return KeyRing.Open(new KeyRequest
        {
            Key = key ?? location?.Config?.Attestation.Key,
            Folder = location?.Root ?? folder,
            Environment = environment,
            Passphrase = passphrase,
        });
    }
}
