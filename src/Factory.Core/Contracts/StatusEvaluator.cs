namespace Factory.Core.Contracts;

/// <summary>
/// The one place where a verdict is reached, for a worker, a stage and a run alike (contract: Status).
/// </summary>
public static class StatusEvaluator
{
    /// <summary>Reaches a verdict.</summary>
    /// <param name="required">Checks that must have run and returned 0.</param>
    /// <param name="optional">Checks whose failure is a warning.</param>
    /// <param name="blockers">What stands in the way.</param>
    /// <param name="warnings">What a person should look at.</param>
    /// <param name="failure">The internal error that kept the verdict from being reached, or null.</param>
    /// <param name="isDryRun">Whether nothing was meant to run; then no verdict is better than WARN.</param>
    public static RunStatus Decide(
        IReadOnlyCollection<CheckRecord> required,
        IReadOnlyCollection<CheckRecord> optional,
        IReadOnlyCollection<Blocker> blockers,
        IReadOnlyCollection<string> warnings,
        string? failure = null,
        bool isDryRun = false)
    {
        if (failure is not null) return RunStatus.Fail;
        if (blockers.Count > 0) return RunStatus.Blocked;
        if (required.Count == 0) return RunStatus.Blocked;
        if (required.Any(check => check.Rc is not 0 && !(isDryRun && check.Rc is null))) return RunStatus.Blocked;
        return isDryRun || warnings.Count > 0 || optional.Any(check => check.Rc is not 0) ? RunStatus.Warn : RunStatus.Pass;
    }

    /// <summary>The verdict on several parts: the worst of them; PENDING when there are none.</summary>
    public static RunStatus Worst(IEnumerable<RunStatus> parts)
    {
        var worst = RunStatus.Pass;
        var any = false;
        foreach (var part in parts)
        {
            any = true;
            if (Severity(part) > Severity(worst)) worst = part;
        }

        return any ? worst : RunStatus.Pending;
    }

    private static int Severity(RunStatus status) => status switch
    {
        RunStatus.Pass => 0,
        RunStatus.Warn => 1,
        RunStatus.Pending => 2,
        RunStatus.Blocked => 3,
        _ => 4,
    };
}
