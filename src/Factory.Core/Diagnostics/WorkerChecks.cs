using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Locking;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Diagnostics;

/// <summary>What the workers and the checks need.</summary>
internal static class WorkerChecks
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<DoctorCheck> All { get; } =
    [
        DoctorCheck.Of("workers", Programs),
        DoctorCheck.Of("checks", Checks),
        DoctorCheck.Of("worktrees", Worktrees),
    ];

    private static IReadOnlyList<DoctorFinding> Programs(Patient patient) => patient.Config.Workers.Count == 0
        ? [new("workers", RunStatus.Blocked, "no worker is defined, so there is nothing to run", "add one under workers.definitions; 'factory init' writes an example")]
        : [.. patient.Config.Workers.SelectMany(worker => ((IEnumerable<IReadOnlyList<string>>)[.. worker.Setup, worker.Command]).Select(command => Program(patient, "workers", worker.Id.Name, command, worker.Env)))];

    private static IReadOnlyList<DoctorFinding> Checks(Patient patient) => patient.Config.Integration.Checks.Count == 0
        ? [new("checks", RunStatus.Warn, "integration.checks is empty: the merged tree will be neither built nor tested", "add your build or tests under integration.checks")]
        : [.. patient.Config.Integration.Checks.Select(check => Program(patient, "checks", check.Name, check.Command, new Dictionary<string, string>()))];

    private static DoctorFinding Program(Patient patient, string name, string whose, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var root = patient.Repository.Root;
        // What only a run knows keeps its braces.
        var program = Placeholders.Expand(command[0], Placeholders.Known.ToDictionary(known => known, known => known == "repo" ? root : $"{{{known}}}", StringComparer.Ordinal));
        if (program.Contains('{', StringComparison.Ordinal) || (!Path.IsPathRooted(program) && program.AsSpan().ContainsAny('/', '\\')))
            return new(name, RunStatus.Warn, $"{whose}: {program} lies in the tree that it will run in, so it is only found then", "");
        var variables = environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.Ordinal);
        var problem = WorkerCommand.FindProblem(new WorkerCommandSpec("doctor", [program, .. command.Skip(1)], root, root) { Environment = variables });
        return problem is null
            ? new(name, RunStatus.Pass, $"{whose}: {program} is found", "")
            : new(name, RunStatus.Blocked, $"{whose}: {problem.Message}", problem.NextAction);
    }

    private static IReadOnlyList<DoctorFinding> Worktrees(Patient patient)
    {
        if (patient.Config.Workers.Count == 0) return [];
        return [.. patient.Config.Workers.Select(worker => Worktree(patient, worker.Id.Name))];
    }

    private static DoctorFinding Worktree(Patient patient, string worker)
    {
        var path = Path.Combine(patient.WorktreesDirectory, worker);
        var isFree = !File.Exists(path) && (!Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any());
        if (isFree) return new("worktrees", RunStatus.Pass, $"{worker}: not there yet; a run makes it", "");
        if (Workers.Worktree.Find(path, patient.Repository.CommonDirectory) is null)
            return new("worktrees", RunStatus.Blocked, $"{worker}: {path} is not a worktree of this repository", "move or delete that folder yourself, or set paths.worktrees_dir to another place");
        var strays = ProcessSweep.FindByEnvironment("FACTORY_WORKTREE", path);
        if (strays.Count > 0)
            return new("worktrees", RunStatus.Blocked, $"{worker}: processes work in it: pid {string.Join(", ", strays.Select(stray => stray.Pid))}", "wait for that run to end, or end them");
        var holder = FileLock.ReadHolder(Path.Combine(patient.WorktreesDirectory, ".locks", worker + ".lock"));
        return holder is null
            ? new("worktrees", RunStatus.Pass, $"{worker}: ours and free", "")
            : new("worktrees", RunStatus.Pass, $"{worker}: ours; in use, or last used, by {holder}", "");
    }
}
