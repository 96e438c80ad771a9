using Factory.Core.Contracts;

namespace Factory.Core.Diagnostics;

/// <summary>One check: its name, and what it finds. It finds at least one thing, or throws.</summary>
/// <param name="Name">What is checked.</param>
/// <param name="Look">Looks.</param>
internal sealed record DoctorCheck(string Name, Func<Patient, CancellationToken, Task<IReadOnlyList<DoctorFinding>>> Look)
{
    /// <summary>A check without waiting.</summary>
    public static DoctorCheck Of(string name, Func<Patient, IReadOnlyList<DoctorFinding>> look) => new(name, (patient, _) => Task.FromResult(look(patient)));

    /// <summary>Runs it. Nothing passes without having run: what stopped it is its finding.</summary>
    public async Task<IReadOnlyList<DoctorFinding>> RunAsync(Patient patient, CancellationToken cancellationToken)
    {
        try
        {
            var findings = await Look(patient, cancellationToken).ConfigureAwait(false);
            return findings.Count > 0 ? findings : [new(Name, RunStatus.Pending, "nothing was looked at", "")];
        }
        catch (NotReachedException error)
        {
            return [new(Name, RunStatus.Pending, error.Message, "")];
        }
        catch (FactoryException error)
        {
            return [new(Name, error.Status, error.Message, error.Blocker.NextAction)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [new(Name, RunStatus.Blocked, error.Message, "mend the access rights or free space")];
        }
    }
}

/// <summary>A check needs something that an earlier check did not find.</summary>
internal sealed class NotReachedException(string what) : Exception($"not looked at, because there is no usable {what}");
