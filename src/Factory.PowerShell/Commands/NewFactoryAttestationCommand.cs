using System.Management.Automation;
using System.Security;
using Factory.Core.Attestation;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Pipeline.Records;
using Factory.PowerShell.Completion;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell.Commands;

/// <summary>
/// <c>New-FactoryAttestation</c>: writes the checksum manifests and the signed provenance of a run anew, over its files as
/// they are now, records their digests in the ledger, and seals the ledger.
/// </summary>
[Cmdlet(VerbsCommon.New, "FactoryAttestation", DefaultParameterSetName = RunIdSet, SupportsShouldProcess = true)]
[OutputType(typeof(AttestationResult))]
public sealed class NewFactoryAttestationCommand : FactoryCmdlet
{
    private const string RunIdSet = "RunId";
    private const string RunDirSet = "RunDir";

    /// <summary>The run, in the runs folder of the repository; with a run's folder given, it must be that run.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = RunIdSet)]
    [Parameter(ParameterSetName = RunDirSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RunIdCompleter))]
    public string? RunId { get; set; }

    /// <summary>The folder of the run.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RunDirSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? RunDir { get; set; }

    /// <summary>A folder in the repository, without wildcards; the current location when left out.</summary>
    [Parameter(ParameterSetName = RunIdSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The signing key, a PEM file or cert:THUMBPRINT; the configuration's or your own when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Key { get; set; }

    /// <summary>The passphrase of an encrypted key; the environment's when left out.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindRun() is not { } run || !ShouldProcess(run.Path, "Write the manifests and the signed provenance of the run")) return;
        var name = Key is null || Key.StartsWith(KeySource.CertificatePrefix, StringComparison.OrdinalIgnoreCase) ? Key : Paths.Resolve(Key);
        if (Key is not null && name is null) return;
        Pump(run.Path, async (port, stopping) =>
        {
            try
            {
                var environment = RunRequest.CurrentEnvironment();
                using var passphrase = Passphrase is null ? null : Core.Attestation.Keys.Passphrase.From(Passphrase);
                using var key = await SigningKeys.OpenAsync(run.RunsDirectory, null, name, passphrase, environment, stopping).ConfigureAwait(false);
                var result = await AttestationRenewal.RunAsync(RunRecord.Read(run), key.Key, environment, TimeProvider.System, stopping).ConfigureAwait(false);
                foreach (var warning in key.Warnings.Concat(result.Warnings)) port.WriteWarning(warning);
                port.WriteObject(result);
            }
            catch (FactoryException error)
            {
                port.WriteError((error.Blocker.Kind, error.Status) switch
                {
                    (BlockerKind.Lock, _) => ErrorCatalog.RunInUse(error, run.Id.Text),
                    (_, RunStatus.Pending) => ErrorCatalog.RunUnfinished(error, run.Id.Text),
                    _ => ErrorCatalog.AttestationFailed(error, run.Id.Text),
                });
            }
        });
    }

    private RunFolder? FindRun()
    {
        var folder = Paths.Resolve(RunDir ?? Path ?? Paths.Current) is { } found ? System.IO.Path.TrimEndingDirectorySeparator(found) : null;
        if (folder is null) return null;
        var name = RunDir is null ? RunId! : System.IO.Path.GetFileName(folder);
        if (!Core.Contracts.RunId.TryParse(name, out var id)) WriteError(ErrorCatalog.RunIdInvalid(name));
        else if (RunId is not null && RunId != name) WriteError(ErrorCatalog.RunIdMismatch(RunId, folder));
        else if ((RunDir is null ? FindRuns(folder) : System.IO.Path.GetDirectoryName(folder)) is { } runs) return Find(runs, id);
        return null;
    }

    private RunFolder? Find(string runs, Core.Contracts.RunId id)
    {
        try
        {
            return RunFolder.Find(runs, id);
        }
        catch (FactoryException error)
        {
            WriteError(ErrorCatalog.RunNotFound(error, id.Text));
            return null;
        }
    }

    private string? FindRuns(string folder)
    {
        try
        {
            return RunsLocation.FindAsync(folder, null, RunRequest.CurrentEnvironment(), StopToken).GetAwaiter().GetResult().RunsDirectory;
        }
        catch (FactoryException error)
        {
            WriteError(ErrorCatalog.RepositoryUnusable(error, folder));
            return null;
        }
    }
}
