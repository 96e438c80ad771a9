using System.Management.Automation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell.Commands;

/// <summary>
/// <c>Test-FactoryLedger</c>: checks whole ledgers against their chain, digest and signed checkpoint. A ledger that does not
/// verify is returned first and then written as an error, so that a step with <c>$ErrorActionPreference = 'Stop'</c> fails.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "FactoryLedger", DefaultParameterSetName = PathSet)]
[OutputType(typeof(LedgerVerification))]
public sealed class TestFactoryLedgerCommand : LedgerCmdlet
{
    private readonly ExpectedSigner _signer = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private LedgerHead? _head;

    /// <summary>The signer's public key or certificate; your own key's when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PublicKey { get; set; }

    /// <summary>Whether a missing signature is an error where otherwise it is a warning.</summary>
    [Parameter]
    public SwitchParameter RequireSignature { get; set; }

    /// <summary>The head that a run printed and you kept: the ledger must begin with the same lines. One ledger at a time.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Head { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _signer.Open(this, Paths, PublicKey, RequireSignature, StopToken);
        if (Head is not null) _head = ParseHead(Head);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // The runs of one repository share a ledger, which needs to be read once.
        foreach (var ledger in WholeLedgers().Where(ledger => _seen.Add(System.IO.Path.GetFullPath(ledger)))) Verify(ledger);
    }

    private LedgerHead? ParseHead(string text)
    {
        try
        {
            return LedgerHead.Parse(text);
        }
        catch (FactoryException error)
        {
            ThrowTerminatingError(ErrorCatalog.HeadInvalid(error, text));
            return null;
        }
    }

    private void Verify(string ledger) => Pump(ledger, (port, stopping) =>
    {
        try
        {
            var finding = LedgerVerifier.Verify(ledger, _signer.Key, _signer.IsRequired, stopping);
            if (_head is not null) finding = KeptHead.Judge(finding, _head, stopping);
            port.WriteObject(finding);
            if (finding.Status == RunStatus.Blocked) port.WriteError(ErrorCatalog.LedgerTampered(finding));
        }
        catch (FactoryException error)
        {
            port.WriteError(error.Blocker.Kind == BlockerKind.Config ? ErrorCatalog.LedgerNotFound(error, ledger) : ErrorCatalog.LedgerUnreadable(error, ledger));
        }

        return Task.CompletedTask;
    });
}
