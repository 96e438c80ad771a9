using System.Management.Automation;
using Factory.Core.Diagnostics;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell.Commands;

/// <summary>
/// <c>Test-FactoryDoctor</c>: finds what would keep a run from working on this machine and in a repository. Findings are
/// written as they are made, the good ones too; nothing is changed.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "FactoryDoctor", DefaultParameterSetName = PathSet)]
[OutputType(typeof(DoctorFinding))]
public sealed class TestFactoryDoctorCommand : RepositoryCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var request in Requests())
        {
            Pump(request.Repository, async (port, stopping) =>
            {
                await foreach (var finding in Doctor.LookAsync(request, stopping).ConfigureAwait(false)) port.WriteObject(finding with { NextAction = CmdletWords.Of(finding.NextAction) });
            });
        }
    }
}
