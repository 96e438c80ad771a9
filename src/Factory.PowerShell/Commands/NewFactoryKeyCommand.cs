using System.Management.Automation;
using System.Security;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell.Commands;

/// <summary>
/// <c>New-FactoryKey</c>: makes a pair of keys for checkpoints and attestations. The private key's file is its owner's
/// alone from its first moment on; the public key is written beside it.
/// </summary>
[Cmdlet(VerbsCommon.New, "FactoryKey", SupportsShouldProcess = true)]
[OutputType(typeof(KeyFileResult))]
public sealed class NewFactoryKeyCommand : FactoryCmdlet
{
    /// <summary>The private key's file; the public key goes beside it as NAME.pub.pem.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("FilePath", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Encrypts the private key.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>Moves files that are there aside, where otherwise they are an error.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Paths.Resolve(Path) is not { } file || !ShouldProcess(file, "Make a signing key")) return;
        using var passphrase = Passphrase is null ? null : Core.Attestation.Keys.Passphrase.From(Passphrase);
        try
        {
            WriteObject(KeyFile.Create(file, passphrase, Force));
        }
        catch (FactoryException error)
        {
            WriteError(ErrorCatalog.KeyNotMade(error, file));
        }
    }
}
