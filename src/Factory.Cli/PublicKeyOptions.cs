using System.CommandLine;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Folders;

namespace Factory.Cli;

/// <summary>The options that say whose signature is expected.</summary>
internal sealed class PublicKeyOptions
{
    private readonly Option<string?> _key = new("--public-key") { Description = "The signer's public key (PEM) or certificate; your own key's when left out.", HelpName = "FILE" };
    private readonly Option<bool> _require = new("--require-signature") { Description = "Block when no known key's signature is there, where otherwise a warning is given." };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_key);
        command.Options.Add(_require);
    }

    /// <summary>The key, and whether its signature must be there. A key that is named must have signed.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="location">Where the configuration may name a key, or null.</param>
    /// <exception cref="FactoryException">The key cannot be used, or a signature is required and no key is known.</exception>
    public (VerifyingKey? Key, bool IsRequired) Read(VerbContext context, RunsLocation? location)
    {
        if (context.Parsed.GetValue(_key) is { } file) return (VerifyingKeyFile.Read(Path.GetFullPath(file)), true);
        var key = ExpectedKey.Find(location?.Config?.Attestation.Key, location?.Root ?? Environment.CurrentDirectory, RunRequest.CurrentEnvironment());
        var isRequired = context.Parsed.GetValue(_require);
        if (isRequired) ExpectedKey.RequireOwn(key, location?.Config?.Attestation.Key, "--public-key FILE");
        return (key, isRequired);
    }
}
