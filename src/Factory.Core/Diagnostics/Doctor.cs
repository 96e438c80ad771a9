using System.Runtime.CompilerServices;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.Core.Diagnostics;

/// <summary>Finds what would keep a run from working on this machine and in this repository, and leaves nothing behind.</summary>
public static class Doctor
{
    private static readonly IReadOnlyList<DoctorCheck> Checks =
    [
        .. GroundChecks.All,
        .. DiskChecks.All,
        .. SigningChecks.All,
        .. WorkerChecks.All,
    ];

    /// <summary>Runs every check; none is skipped because an earlier one failed.</summary>
    /// <inheritdoc cref="LookAsync" path="/param"/>
    public static async Task<IReadOnlyList<DoctorFinding>> RunAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var findings = new List<DoctorFinding>();
        await foreach (var finding in LookAsync(request, cancellationToken).ConfigureAwait(false)) findings.Add(finding);
        return findings;
    }

    /// <summary>The same, each finding as it is made.</summary>
    /// <param name="request">Repository, configuration and environment.</param>
    /// <param name="cancellationToken">Ends the work between two checks.</param>
    public static async IAsyncEnumerable<DoctorFinding> LookAsync(RunRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var patient = new Patient(request);
        foreach (var check in Checks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var finding in await check.RunAsync(patient, cancellationToken).ConfigureAwait(false)) yield return finding;
        }
    }

    /// <summary>The verdict on all of them: the worst.</summary>
    public static RunStatus Worst(IEnumerable<DoctorFinding> findings) => StatusEvaluator.Worst(findings.Select(finding => finding.Status));
}
