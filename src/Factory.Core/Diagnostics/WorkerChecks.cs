using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Locking;

namespace Factory.Core.Diagnostics;

/// <summary>What the workers and the checks need.</summary>
internal static class WorkerChecks
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<DoctorCheck> All { get; } =
    [
        DoctorCheck.Of("workers", Programs),
        DoctorCheck.Of("prompts", Prompts),
        new("globs", GlobsAsync),
        DoctorCheck.Of("checks", Checks),
        DoctorCheck.Of("worktrees", Worktrees),
    ];

    private static IReadOnlyList<DoctorFinding> Programs(Patient patient) => patient.Config.Workers.Count == 0
        ? GroundChecks.Found("workers", patient.Obstacles.FindInWorkers(), "")
        : [.. from worker in patient.Config.Workers from command in (IEnumerable<IReadOnlyList<string>>)[.. worker.Setup, worker.Command] select Program("workers", worker.Id.Name, command[0], patient.Obstacles.FindInCommand(worker, command))];

    private static IReadOnlyList<DoctorFinding> Checks(Patient patient) => patient.Config.Integration.Checks.Count == 0
        ? [new("checks", RunStatus.Warn, "integration.checks is empty: the merged tree will be neither built nor tested", "add your build or tests under integration.checks")]
        : [.. patient.Config.Integration.Checks.Select(check => Program("checks", check.Name, check.Command[0], patient.Obstacles.FindInCheck(check)))];

    private static IReadOnlyList<DoctorFinding> Prompts(Patient patient) => patient.Config.Workers.Count == 0
        ? []
        : GroundChecks.Found("prompts", patient.Obstacles.FindInWorkers(), "every prompt file is there");

    private static async Task<IReadOnlyList<DoctorFinding>> GlobsAsync(Patient patient, CancellationToken cancellationToken) => GroundChecks.Found(
        "globs", await patient.Obstacles.FindUnmatchedGlobsAsync(cancellationToken).ConfigureAwait(false), "every allow-list glob matches something at the base",
        patient.Config.IsEnabled(FactoryConfig.AllowUnmatchedGlobs) ? RunStatus.Warn : RunStatus.Blocked);

    // What lies in the tree that it runs in is only found then.
    private static DoctorFinding Program(string name, string whose, string program, Blocker? problem)
    {
        if (problem is not null) return new(name, RunStatus.Blocked, $"{whose}: {problem.Message}", problem.NextAction);
        var isInTree = program.StartsWith("{worktree}", StringComparison.Ordinal) || (!Path.IsPathRooted(program) && !program.StartsWith("{repo}", StringComparison.Ordinal) && program.AsSpan().ContainsAny('/', '\\'));
        return isInTree
            ? new(name, RunStatus.Warn, $"{whose}: {program} lies in the tree that it will run in, so it is only found then", "")
            : new(name, RunStatus.Pass, $"{whose}: {program} is found", "");
    }

    private static IReadOnlyList<DoctorFinding> Worktrees(Patient patient)
    {
        if (patient.Config.Workers.Count == 0) return [];
        return [.. patient.Config.Workers.Select(worker => Worktree(patient, worker))];
    }

    private static DoctorFinding Worktree(Patient patient, WorkerDefinition worker)
    {
        var (id, path) = (worker.Id.Name, patient.Ground.WorktreeOf(worker));
        if (patient.Obstacles.FindInWorktree(worker).FirstOrDefault() is { } blocker) return new("worktrees", RunStatus.Blocked, $"{id}: {blocker.Message}", blocker.NextAction);
        if (!Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any()) return new("worktrees", RunStatus.Pass, $"{id}: not there yet; a run makes it", "");
        var holder = FileLock.ReadHolder(Path.Combine(patient.WorktreesDirectory, ".locks", id + ".lock"));
        return holder is null
            ? new("worktrees", RunStatus.Pass, $"{id}: ours and free", "")
            : new("worktrees", RunStatus.Pass, $"{id}: ours; in use, or last used, by {holder}", "");
    }
}
