using System.Management.Automation;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Folders;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell;

/// <summary>Whose signature a verifying cmdlet expects: the key that the caller names, or the one that signs here.</summary>
internal sealed class ExpectedSigner
{
    private string? _configured;

    /// <summary>The key, or null when none is known.</summary>
    public VerifyingKey? Key { get; private set; }

    /// <summary>Whether its signature must be there. A key that is named must have signed.</summary>
    public bool IsRequired { get; private set; }

    /// <summary>Finds the key; one that cannot be used ends the cmdlet.</summary>
    public void Open(PSCmdlet cmdlet, ProviderPaths paths, string? publicKey, bool isRequired, CancellationToken stopping)
    {
        IsRequired = isRequired || publicKey is not null;
        try
        {
            Key = publicKey is null ? Expected(paths.Current, stopping) : paths.Resolve(publicKey) is { } file ? VerifyingKeyFile.Read(file) : null;
            if (publicKey is null && isRequired) ExpectedKey.RequireOwn(Key, _configured, "-PublicKey FILE");
        }
        catch (FactoryException error)
        {
            cmdlet.ThrowTerminatingError(ErrorCatalog.PublicKeyUnusable(error, publicKey ?? error.Blocker.Path ?? paths.Current));
        }
    }

    private VerifyingKey? Expected(string folder, CancellationToken stopping)
    {
        var environment = RunRequest.CurrentEnvironment();
        var location = RunsLocation.FindOrNullAsync(folder, null, environment, stopping).GetAwaiter().GetResult();
        _configured = location?.Config?.Attestation.Key;
        return ExpectedKey.Find(_configured, location?.Root ?? folder, environment);
    }
}
