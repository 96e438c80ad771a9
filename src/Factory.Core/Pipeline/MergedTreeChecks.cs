using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards.Writes;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Pipeline.Launching;
using Factory.Core.Workers;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Pipeline;

/// <summary>
/// Runs the integration checks in a checkout of the merged commit, inside the run's folder. Every verdict is tied to that
/// commit: a check that ran in another tree does not count.
/// </summary>
public sealed class MergedTreeChecks(RunSession session)
{
    private readonly string _checkout = CheckoutOf(session.Folder);

    /// <summary>The placeholders of a check, without braces.</summary>
    public static IReadOnlyDictionary<string, string> Values(RunGround ground, RunFolder run) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["repo"] = ground.Repository.Root,
        ["worktree"] = CheckoutOf(run),
        ["bundle"] = run.Integrator,
        ["run_id"] = run.Id.Text,
        ["worker"] = WorkerId.Integrator,
        ["base"] = ground.BaseCommit.Hex,
    };

    /// <summary>Records a check that is not run, because something stands in the way.</summary>
    /// <returns>Its record, without a return code.</returns>
    public static CheckRecord Leave(RunSession session, CheckDefinition check)
    {
        session.Journal.Append(LedgerEventType.CheckResult, RunStatus.Pending, didRun: false, details: Details(check, null));
        return new CheckRecord("check:" + check.Name, null, 0, null);
    }

    private static Dictionary<string, object?> Details(CheckDefinition check, string? commit) => new() { ["check"] = check.Name, ["commit"] = commit, ["required"] = check.Required };

    private static string CheckoutOf(RunFolder run) => Path.Combine(run.Integrator, "checkout");

    /// <summary>Runs every check, one after the other; a failing check does not hide the ones after it.</summary>
    public async Task<(IReadOnlyList<CheckRecord> Records, IReadOnlyList<LogRecord> Logs)> RunAsync(CommitId commit, CancellationToken cancellationToken)
    {
        var store = new WorktreeStore(session.Ground.Repository, session.Ground.Identity);
        await ClearAsync(store).ConfigureAwait(false);
        // git writes the checkout by its path. What is put in the place of the folder around it meanwhile is found.
        using var around = FolderWatch.Begin(session.Folder.Integrator);
        var worktree = await store.AddAsync(_checkout, commit, cancellationToken).ConfigureAwait(false);
        if (around.FindMove() is { } move)
            session.Blockers.Add(new Blocker(BlockerKind.Escape, null, around.Path, $"the folder {session.Shown(around.Path)} {move} while git wrote the checkout of the merged tree into it", "find out which worker or program did it, look at where its path led, and run again"));
        var (records, logs) = (new List<CheckRecord>(), new List<LogRecord>());
        foreach (var check in session.Ground.Config.Integration.Checks)
        {
            var result = await RunOneAsync(records.Count + 1, check, commit, cancellationToken).ConfigureAwait(false);
            var names = result.Logs.Select(log => new LogRecord(log.Name, "LOGS/" + Path.GetFileName(log.File), result.ExitCode)).ToList();
            logs.AddRange(names);
            var isTied = worktree.IsIntact && worktree.DetachedHead == commit;
            var rc = result.StartBlocker is not null ? null : isTied ? result.ExitCode ?? 1 : (int?)1;
            records.Add(new CheckRecord("check:" + check.Name, rc, result.DurationMs, names.Select(log => log.Path).FirstOrDefault()));
            Judge(check, result, isTied);
            worktree = await RestoreAsync(store, worktree, commit, check).ConfigureAwait(false);
            session.Journal.Append(LedgerEventType.CheckResult, rc == 0 ? RunStatus.Pass : check.Required ? RunStatus.Blocked : RunStatus.Warn, rc: rc, didRun: rc is not null, durationMs: result.DurationMs, details: Details(check, commit.Hex));
        }

        // A failed check's tree is evidence: it stays until the worktrees are removed.
        if (records.All(record => record.Rc == 0)) await RemoveAsync(store).ConfigureAwait(false);
        return (records, logs);
    }

    // Whatever is in the checkout's place, from a killed run or planted, has no say in the verdict.
    private async Task ClearAsync(WorktreeStore store)
    {
        await ProcessSweep.StopAsync(ProcessSweep.FindByEnvironment("FACTORY_WORKTREE", _checkout), TimeSpan.FromSeconds(2)).ConfigureAwait(false);
        await store.DropAsync(_checkout, CancellationToken.None).ConfigureAwait(false);
    }

    // The next check must see the merged tree, not what this one made of it. New files, such as build output, stay.
    private async Task<Worktree> RestoreAsync(WorktreeStore store, Worktree worktree, CommitId commit, CheckDefinition check)
    {
        if (!worktree.IsIntact)
        {
            await ClearAsync(store).ConfigureAwait(false);
            return await store.AddAsync(_checkout, commit, CancellationToken.None).ConfigureAwait(false);
        }

        var changed = await store.ListChangedAsync(worktree, CancellationToken.None).ConfigureAwait(false);
        if (changed.Count > 0)
            session.Warnings.Add($"check '{check.Name}' changed tracked files ({string.Join(", ", changed.Take(3))}{(changed.Count > 3 ? ", ..." : "")}); they are not in the integrated commit, and the checks after it saw the merged tree again");
        if (changed.Count > 0 || worktree.DetachedHead != commit) await store.FillAsync(worktree, commit, CancellationToken.None).ConfigureAwait(false);
        return worktree;
    }

    private async Task RemoveAsync(WorktreeStore store)
    {
        try
        {
            await store.DropAsync(_checkout, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FactoryException)
        {
            session.Warnings.Add($"the checkout of the merged tree {_checkout} could not be removed: {error.Message}");
        }
    }

    private async Task<WorkerCommandResult> RunOneAsync(int number, CheckDefinition check, CommitId commit, CancellationToken cancellationToken)
    {
        session.Services.Observer.WorkerProgress(WorkerId.Integrator, "check " + check.Name, RunStatus.Pending);
        var values = Values(session.Ground, session.Folder);
        using var logs = new RunLogs(session, WorkerId.Integrator);
        using var watch = session.WatchCommand(WorkerCommandSpec.DefaultGrace, cancellationToken);
        var result = await WorkerCommand.RunAsync(
            new WorkerCommandSpec($"check-{number}-" + string.Concat(check.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')), [.. check.Command.Select(argument => Placeholders.Expand(argument, values))], _checkout, Path.Combine(session.Folder.Integrator, "LOGS"))
            {
                Environment = new Dictionary<string, string?>
                {
                    [Attestation.Keys.Passphrase.Variable] = null,
                    ["FACTORY_RUN_ID"] = session.Folder.Id.Text,
                    ["FACTORY_WORKTREE"] = _checkout,
                    ["FACTORY_BASE_COMMIT"] = session.Ground.BaseCommit.Hex,
                    ["FACTORY_MERGED_COMMIT"] = commit.Hex,
                },
                Timeout = TimeSpan.FromSeconds(check.TimeoutSeconds),
                Marker = new EnvironmentMarker("FACTORY_WORKTREE", _checkout),
                CreateLog = logs.Create,
            },
            cancellationToken).ConfigureAwait(false);
        session.Blockers.AddRange(logs.Blockers);
        return result;
    }

    private void Judge(CheckDefinition check, WorkerCommandResult result, bool isTied)
    {
        if (result.ExitCode == 0 && isTied) return;
        var logs = session.Shown(Path.Combine(session.Folder.Integrator, "LOGS"));
        var (kind, what) = result switch
        {
            { StartBlocker: { } blocker } => (BlockerKind.Check, $"could not be started: {blocker.Message}"),
            { TimedOut: true } => (BlockerKind.Timeout, $"ran longer than {check.TimeoutSeconds} s and was stopped"),
            { Cancelled: true } => (BlockerKind.Check, "was stopped, because the run was cancelled"),
            { ExitCode: 0 } => (BlockerKind.Check, "moved or deleted its checkout, so its verdict does not count"),
            _ => (BlockerKind.Check, $"ended with exit code {result.ExitCode} on the merged tree"),
        };
        if (check.Required) session.Blockers.Add(new Blocker(kind, null, null, $"check '{check.Name}' {what}", $"read {logs} and look at {session.Shown(_checkout)}"));
        else session.Warnings.Add($"optional check '{check.Name}' {what}; see {logs}");
    }
}
