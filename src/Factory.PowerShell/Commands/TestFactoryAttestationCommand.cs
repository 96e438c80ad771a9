using System.Management.Automation;
using Factory.Core.Attestation.Verification;
using Factory.Core.Contracts;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell.Commands;

/// <summary>
/// <c>Test-FactoryAttestation</c>: verifies runs offline, from their folders and a public key. A run that does not verify is
/// returned first and then written as an error, so that a step with <c>$ErrorActionPreference = 'Stop'</c> fails.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "FactoryAttestation")]
[OutputType(typeof(RunVerification))]
public sealed class TestFactoryAttestationCommand : FactoryCmdlet
{
    private readonly ExpectedSigner _signer = new();

    /// <summary>The folders of the runs, wherever they were copied to.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string[] RunDir { get; set; } = [];

    /// <summary>The signer's public key or certificate; your own key's when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PublicKey { get; set; }

    /// <summary>Whether a missing signature is an error where otherwise it is a warning.</summary>
    [Parameter]
    public SwitchParameter RequireSignature { get; set; }

    /// <summary>A folder in the repository whose objects the trees are made from; the one that the run's folder lies in when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Repository { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _signer.Open(this, Paths, PublicKey, RequireSignature, StopToken);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var repository = Repository is null ? null : Paths.Resolve(Repository);
        if (Repository is not null && repository is null) return;
        foreach (var folder in Paths.Literal(RunDir)) Verify(folder, repository);
    }

    private void Verify(string folder, string? repository) => Pump(folder, async (port, stopping) =>
    {
        try
        {
            var request = new RunVerificationRequest { RunFolder = folder, Key = _signer.Key, RequireSignature = _signer.IsRequired, Repository = repository };
            var result = await RunVerifier.VerifyAsync(request, stopping).ConfigureAwait(false);
            port.WriteObject(result);
            if (result.Status == RunStatus.Blocked) port.WriteError(ErrorCatalog.AttestationInvalid(result));
        }
        catch (FactoryException error)
        {
            port.WriteError(ErrorCatalog.RunNotFound(error, folder));
        }
    });
}
