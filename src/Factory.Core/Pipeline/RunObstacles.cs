using System.Text;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards;
using Factory.Core.Guards.Escapes;
using Factory.Core.Guards.Writes;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Pipeline.Launching;
using Factory.Core.Repository;
using Factory.Core.Workers;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Pipeline;

/// <summary>
/// Finds what would stop a run before anything is started. A run's preflight and the doctor both ask here, so that what the one
/// calls ready the other does not refuse. Nothing is changed.
/// </summary>
/// <param name="ground">What the run stands on.</param>
/// <param name="run">The run, which may be yet to come.</param>
/// <param name="workers">Its workers.</param>
public sealed class RunObstacles(RunGround ground, RunFolder run, IReadOnlyList<WorkerDefinition> workers)
{
    /// <summary>That there is nothing to run, and prompt files that are not there.</summary>
    public IReadOnlyList<Blocker> FindInWorkers() => workers.Count == 0
        ? [new Blocker(BlockerKind.Config, null, ground.Config.Source, "no worker is defined, so there is nothing to run", "add one under workers.definitions; 'factory init' writes an example")]
        :
        [
            .. from worker in workers
               where worker.Prompt is { } prompt && !File.Exists(Path.GetFullPath(prompt, ground.Repository.Root))
               select new Blocker(BlockerKind.Config, worker.Id.Name, worker.Prompt, $"its prompt file {worker.Prompt} does not exist", $"write the file or change the prompt of {worker.Id}"),
        ];

    /// <summary>Why a command of a worker cannot be started, or null; a program in the tree that the worker will see does not exist yet.</summary>
    public Blocker? FindInCommand(WorkerDefinition worker, IReadOnlyList<string> command)
    {
        var environment = LaunchEnvironment.Of(ground, run, worker);
        return Missing(environment.Expand(command), ground.WorktreeOf(worker), environment.Variables) is { } blocker ? blocker with { Worker = worker.Id.Name } : null;
    }

    /// <summary>Why a check cannot be started, or null.</summary>
    public Blocker? FindInCheck(CheckDefinition check)
    {
        var values = MergedTreeChecks.Values(ground, run);
        return Missing([.. check.Command.Select(argument => Placeholders.Expand(argument, values))], values["worktree"], new Dictionary<string, string?>()) is { } blocker
            ? blocker with { Kind = BlockerKind.Check, Message = $"check '{check.Name}': {blocker.Message}" }
            : null;
    }

    /// <summary>What is in the place of a worker's worktree, and whose processes work in it.</summary>
    public IEnumerable<Blocker> FindInWorktree(WorkerDefinition worker)
    {
        var path = ground.WorktreeOf(worker);
        // The lock of a killed run is free at once, but its worker may still be writing in the worktree.
        var strays = ProcessSweep.FindByEnvironment("FACTORY_WORKTREE", path);
        if (strays.Count > 0)
            yield return new Blocker(BlockerKind.Lock, worker.Id.Name, path, $"processes of an earlier run still work in {path}: pid {string.Join(", ", strays.Select(stray => stray.Pid))}", "wait for them or end them, then run again");
        if (Path.Exists(path) && !IsEmptyFolder(path) && Worktree.Find(path, ground.Repository.CommonDirectory) is null)
            yield return new Blocker(BlockerKind.Worker, worker.Id.Name, path, $"{path} is not a worktree of this repository, so it is left alone", "move or delete that folder yourself, or set paths.worktrees_dir to another place");
    }

    /// <summary>Allow-list globs that match nothing at the base: usually a misspelt folder.</summary>
    /// <returns>Each with its worker; they block unless <c>feature_flags.allow_unmatched_globs</c> is set.</returns>
    public async Task<IReadOnlyList<Blocker>> FindUnmatchedGlobsAsync(CancellationToken cancellationToken)
    {
        if (!workers.Any(worker => worker.Scope.AllowedGlobs?.Any(glob => glob.Contains('*', StringComparison.Ordinal)) == true)) return [];
        var paths = await ground.Repository.ListPathsAsync(ground.BaseTree, cancellationToken).ConfigureAwait(false);
        return
        [
            .. from worker in workers
               from glob in UnmatchedGlobs.Find(worker.Scope.AllowedGlobs ?? [], paths)
               select new Blocker(
                   BlockerKind.Config, worker.Id.Name, ground.Config.Source, $"the allow-list glob '{glob}' matches nothing at {ground.BaseRef} ({ground.BaseCommit.Hex[..8]})",
                   $"mend the glob under workers.allowlist_globs.{worker.Id}, or set feature_flags.allow_unmatched_globs to true when the worker is to make the first such file"),
        ];
    }

    /// <summary>Branches that leave no room for those of the run: git keeps refs as a tree of names.</summary>
    public async Task<IReadOnlyList<Blocker>> FindBranchesInTheWayAsync(CancellationToken cancellationToken)
    {
        var prefix = ground.Config.Run.BranchPrefix;
        var parts = prefix.Split('/');
        var names = Enumerable.Range(1, parts.Length).Select(count => "refs/heads/" + string.Join('/', parts.Take(count))).ToList();
        var call = new GitCall("cat-file", "--batch-check") { Input = Encoding.UTF8.GetBytes(string.Concat(names.Select(name => name + "\n"))) };
        var answers = (await ground.Repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Text.Split('\n');
        return
        [
            .. from pair in names.Zip(answers)
               where !pair.Second.EndsWith(" missing", StringComparison.Ordinal)
               select new Blocker(BlockerKind.Config, null, pair.First, $"a branch {pair.First["refs/heads/".Length..]} is in the way of the branches below run.branch_prefix '{prefix}'", "rename that branch, or set run.branch_prefix to another name"),
        ];
    }

    /// <summary>Folders of the repository that git must write commits, branches and worktrees into and cannot.</summary>
    public IReadOnlyList<Blocker> FindInGitFolder()
    {
        var common = ground.Repository.CommonDirectory;
        string[] wanted = ["objects", "objects/pack", $"refs/heads/{ground.Config.Run.BranchPrefix}", "worktrees", "factory/ids"];
        var closed = wanted.Select(name => FolderRights.Existing(Path.Combine(common, name))).Distinct(StringComparer.Ordinal).Where(folder => FolderRights.Explain(folder) is not null).ToList();
        var objects = Path.Combine(common, "objects");
        // One that another user's git made is as much in the way as all of them. They may be many, and say all the same.
        var parts = closed.Contains(objects) || !Directory.Exists(objects) ? [] : Directory.EnumerateDirectories(objects, "??", new EnumerationOptions()).Order(StringComparer.Ordinal).Where(folder => FolderRights.Explain(folder) is not null).ToList();
        return [.. closed.Select(folder => Closed(folder, "")), .. parts.Take(1).Select(folder => Closed(folder, parts.Count > 1 ? $" and {parts.Count - 1} more beside it" : ""))];
    }

    private static Blocker Closed(string folder, string more) => new(
        BlockerKind.Config, null, folder, $"git cannot write to {folder}{more}: {FolderRights.Explain(folder)}", "make it writable for you: a run keeps its workers' commits and branches there");

    private static bool IsEmptyFolder(string path) => Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any();

    private Blocker? Missing(IReadOnlyList<string> command, string tree, IReadOnlyDictionary<string, string?> variables)
    {
        var program = command[0];
        var isInTree = Path.IsPathRooted(program) ? EscapeGround.IsBelow(program, tree) : program.AsSpan().ContainsAny('/', '\\');
        return isInTree ? null : WorkerCommand.FindProblem(new WorkerCommandSpec("preflight", command, ground.Repository.Root, run.Path) { Environment = variables });
    }
}
