using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards;
using Factory.Core.Locking;
using Factory.Core.Pipeline.Launching;
using Factory.Core.Pipeline.Records;
using Factory.Core.Repository;
using Factory.Core.Workers;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Pipeline;

/// <summary>Finds what would stop the run before anything is started, and takes the worktrees' locks.</summary>
public sealed class PreflightStage(RunSession session)
{
    /// <summary>Runs every check; none is skipped because an earlier one failed.</summary>
    public async Task<RunStatus> RunAsync(CancellationToken cancellationToken)
    {
        var before = session.AllBlockers.Count;
        var ledger = SoundLedger.LookBeforeAsync(session, cancellationToken);
        try
        {
            InfoExclude.Add(session.Ground.Repository, [session.Ground.RunsDirectory, session.Ground.WorktreesDirectory]);
            CheckWorkers();
            CheckCommands();
            await CheckGlobsAsync(cancellationToken).ConfigureAwait(false);
            await CheckBranchPrefixAsync(cancellationToken).ConfigureAwait(false);
            if (!session.IsDryRun) TakeWorktrees();
        }
        finally
        {
            // Whatever happened: nothing may still be reading when the run has ended.
            session.Doubt(await ledger.ConfigureAwait(false));
        }

        var status = session.AllBlockers.Count > before ? RunStatus.Blocked : session.Warnings.Count > 0 ? RunStatus.Warn : RunStatus.Pass;
        session.Journal.Append(LedgerEventType.Preflight, status, details: new Dictionary<string, object?>
        {
            ["blockers"] = session.AllBlockers.Select(blocker => (object?)blocker.ToString()).ToList(),
            ["dry_run"] = session.IsDryRun,
        });
        return status;
    }

    /// <summary>Takes the lock of every worker and of its worktree; what another run holds is a blocker that names the holder.</summary>
    public void TakeWorktrees()
    {
        var holder = LockHolder.Current(session.Folder.Id.Text, session.Services.Clock);
        foreach (var worker in session.Workers.Where(worker => worker.Locks.Count == 0))
        {
            foreach (var path in (string[])[session.Folder.WorkerLock(worker.Id), worker.WorktreeLock])
            {
                if (Take(worker, path, holder)) continue;
                var other = FileLock.ReadHolder(path)?.ToString() ?? "a process that did not write its name";
                worker.Block(BlockerKind.Lock, $"the worktree {worker.WorktreePath} is in use by {other}", "wait for that run to end, or end it; its work is not touched", worker.WorktreePath);
            }

            if (worker.Blockers.All(blocker => blocker.Kind != BlockerKind.Lock)) CheckStrays(worker);
            if (Path.Exists(worker.WorktreePath) && !IsEmptyFolder(worker.WorktreePath) && Worktree.Find(worker.WorktreePath, session.Ground.Repository.CommonDirectory) is null)
                worker.Block(BlockerKind.Worker, $"{worker.WorktreePath} is not a worktree of this repository, so it is left alone", "move or delete that folder yourself, or set paths.worktrees_dir to another place", worker.WorktreePath);
        }
    }

    private static bool Take(WorkerState worker, string path, LockHolder holder)
    {
        try
        {
            if (FileLock.TryAcquire(path, holder) is not { } taken) return false;
            worker.Locks.Add(taken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            worker.Block(BlockerKind.Config, $"the lock {path} cannot be taken: {error.Message}", "make its folder writable and free space, or set paths.worktrees_dir and paths.runs_dir to another place", path);
        }

        return true;
    }

    // The lock of a killed run is free at once, but its worker may still be writing in the worktree.
    private static void CheckStrays(WorkerState worker)
    {
        var strays = ProcessSweep.FindByEnvironment("FACTORY_WORKTREE", worker.WorktreePath);
        if (strays.Count > 0)
            worker.Block(BlockerKind.Lock, $"processes of an earlier run still work in {worker.WorktreePath}: pid {string.Join(", ", strays.Select(stray => stray.Pid))}", "wait for them or end them, then run again", worker.WorktreePath);
    }

    private static bool IsEmptyFolder(string path) => Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any();

    private void CheckWorkers()
    {
        if (session.Workers.Count == 0)
            session.Blockers.Add(new Blocker(BlockerKind.Config, null, session.Ground.Config.Source, "no worker is defined, so there is nothing to run", "add one under workers.definitions; 'factory init' writes an example"));
        foreach (var worker in session.Workers)
        {
            if (worker.Definition.Prompt is { } prompt && !File.Exists(Path.GetFullPath(prompt, session.Ground.Repository.Root)))
                worker.Block(BlockerKind.Config, $"its prompt file {prompt} does not exist", $"write the file or change the prompt of {worker.Id}", prompt);
        }
    }

    private void CheckCommands()
    {
        foreach (var worker in session.Workers)
        {
            var environment = LaunchEnvironment.Of(session, worker);
            foreach (var command in (IEnumerable<IReadOnlyList<string>>)[worker.Definition.Command, .. worker.Definition.Setup])
            {
                if (Missing(environment.Expand(command), environment.Variables) is { } blocker) worker.Blockers.Add(blocker with { Worker = worker.Id });
            }
        }

        foreach (var check in session.Ground.Config.Integration.Checks)
        {
            if (Missing(check.Command, new Dictionary<string, string?>()) is { } blocker)
                session.Blockers.Add(blocker with { Kind = BlockerKind.Check, Message = $"check '{check.Name}': {blocker.Message}" });
        }
    }

    // A relative program lives in the tree that the worker or check will see, which does not exist yet.
    private Blocker? Missing(IReadOnlyList<string> command, IReadOnlyDictionary<string, string?> variables)
    {
        if (!Path.IsPathRooted(command[0]) && command[0].AsSpan().ContainsAny('/', '\\')) return null;
        return WorkerCommand.FindProblem(new WorkerCommandSpec("preflight", command, session.Ground.Repository.Root, session.Folder.Path) { Environment = variables });
    }

    // git keeps refs as a tree of names: a branch named like a part of the prefix leaves no room for the branches below it.
    private async Task CheckBranchPrefixAsync(CancellationToken cancellationToken)
    {
        var parts = session.Ground.Config.Run.BranchPrefix.Split('/');
        var names = Enumerable.Range(1, parts.Length).Select(count => "refs/heads/" + string.Join('/', parts.Take(count))).ToList();
        var call = new GitCall("cat-file", "--batch-check") { Input = System.Text.Encoding.UTF8.GetBytes(string.Concat(names.Select(name => name + "\n"))) };
        var answers = (await session.Ground.Repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Text.Split('\n');
        foreach (var (name, _) in names.Zip(answers).Where(pair => !pair.Second.EndsWith(" missing", StringComparison.Ordinal)))
            session.Blockers.Add(new Blocker(BlockerKind.Config, null, name, $"a branch {name["refs/heads/".Length..]} is in the way of the branches below run.branch_prefix '{session.Ground.Config.Run.BranchPrefix}'", "rename that branch, or set run.branch_prefix to another name"));
    }

    private async Task CheckGlobsAsync(CancellationToken cancellationToken)
    {
        if (!session.Workers.Any(worker => worker.Definition.Scope.AllowedGlobs?.Any(glob => glob.Contains('*', StringComparison.Ordinal)) == true)) return;
        var paths = await session.Ground.Repository.ListPathsAsync(session.Ground.BaseTree, cancellationToken).ConfigureAwait(false);
        var isAllowed = session.Ground.Config.IsEnabled(FactoryConfig.AllowUnmatchedGlobs);
        foreach (var worker in session.Workers)
        {
            foreach (var glob in UnmatchedGlobs.Find(worker.Definition.Scope.AllowedGlobs ?? [], paths))
            {
                var message = $"the allow-list glob '{glob}' matches nothing at {session.Ground.BaseRef} ({session.Ground.BaseCommit.Hex[..8]})";
                if (isAllowed) worker.Warnings.Add(message);
                else worker.Block(BlockerKind.Config, message, $"mend the glob under workers.allowlist_globs.{worker.Id}, or set feature_flags.allow_unmatched_globs to true when the worker is to make the first such file", session.Ground.Config.Source);
            }
        }
    }
}
