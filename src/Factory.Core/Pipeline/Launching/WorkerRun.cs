using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Reporting;
using Factory.Core.Workers;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Pipeline.Launching;

/// <summary>One worker from its worktree to its bundle.</summary>
/// <param name="session">The run.</param>
/// <param name="store">The worktrees.</param>
/// <param name="worker">The worker.</param>
/// <param name="registered">Ends when every worktree of the run is registered; no command starts before.</param>
/// <param name="escapes">Watches over what the worker may not change.</param>
public sealed class WorkerRun(RunSession session, WorktreeStore store, WorkerState worker, Task registered, EscapeChecks escapes)
{
    private readonly string _bundle = session.Folder.Bundle(worker.Id);
    private readonly string _indexFile = Path.Combine(IndexFolder(session), worker.Id + ".index");
    private PristineIndex? _index;

    /// <summary>Where the indexes wait that captures start from; outside every worktree.</summary>
    public static string IndexFolder(RunSession session) => Path.Combine(session.Ground.Repository.CommonDirectory, "factory", session.Folder.Id.Text);

    /// <summary>Runs it. What the worker does wrong becomes a blocker; only a ledger or disk that fails is thrown.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var isReady = worker.Blockers.Count == 0 && await PrepareAsync(cancellationToken).ConfigureAwait(false);
        if (!isReady) await escapes.EndAsync(worker).ConfigureAwait(false);
        else
        {
            try
            {
                await registered.ConfigureAwait(false);
                if (cancellationToken.IsCancellationRequested) worker.Block(BlockerKind.Worker, "was not started, because the run was cancelled", "run again");
                else if (await escapes.StartAsync(worker).ConfigureAwait(false) && await SetUpAsync(cancellationToken).ConfigureAwait(false)) await RunCommandAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                // Even when the ledger cannot be written: the worker's edits come first.
                Observe("capturing");
                await new WorkerCapture(session, worker, _index!).RunAsync().ConfigureAwait(false);
            }

            // Only now: a filter that git runs for a capture may be a program that the worker changed.
            await escapes.EndAsync(worker).ConfigureAwait(false);
        }

        Observe("writing evidence");
        await new WorkerCloseout(session).WriteAsync(worker, CancellationToken.None).ConfigureAwait(false);
        worker.Recorded = LaunchRecord.Append(session, worker);
        escapes.Close(worker);
        Observe("done");
    }

    private async Task<bool> PrepareAsync(CancellationToken cancellationToken)
    {
        Observe("worktree");
        try
        {
            var ground = session.Ground;
            var ready = await store.PrepareAsync(worker.WorktreePath, worker.Id, session.Folder.Id.Text, ground.BaseCommit, ground.BaseTree, cancellationToken).ConfigureAwait(false);
            worker.Worktree = ready.Worktree;
            if (ready.RescueRef is not null) worker.Warnings.Add($"its worktree held work that no branch had; it is kept at {ready.RescueRef}");
            _index = await PristineIndex.KeepAsync(ready.Worktree, ground.Repository.CommonDirectory, _indexFile).ConfigureAwait(false);
            foreach (var warning in IgnoredFiles.Copy(ground.Repository.Root, worker.WorktreePath, worker.Definition.CopyIgnored)) worker.Warnings.Add(warning);
            session.Journal.Append(LedgerEventType.WorktreeCreate, RunStatus.Pass, worker.Id, details: new Dictionary<string, object?>
            {
                ["path"] = session.Shown(worker.WorktreePath),
                ["reused"] = ready.IsReused,
                ["rescue_ref"] = ready.RescueRef,
            });
            return true;
        }
        catch (OperationCanceledException)
        {
            worker.Block(BlockerKind.Worker, "was not started, because the run was cancelled", "run again");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && !DiskFull.Is(error))
        {
            worker.Block(BlockerKind.Worker, $"its worktree could not be made ready: {error.Message}", "look at the worktree and its access rights, then run again", worker.WorktreePath);
        }
        catch (FactoryException error) when (error.Status == RunStatus.Blocked || worker.Worktree is null)
        {
            worker.Blockers.Add(error.Blocker with { Kind = error.Status == RunStatus.Blocked ? error.Blocker.Kind : BlockerKind.Worker, Worker = worker.Id, Message = $"its worktree could not be made ready: {error.Message}" });
        }

        return false;
    }

    private async Task<bool> SetUpAsync(CancellationToken cancellationToken)
    {
        var number = 0;
        foreach (var command in worker.Definition.Setup)
        {
            Observe($"setup {++number}");
            var name = string.Create(CultureInfo.InvariantCulture, $"setup:{number}");
            var result = await RunAsync(name, command, null, cancellationToken).ConfigureAwait(false);
            worker.Required.Add(new CheckRecord(name, result.ExitCode ?? 1, result.DurationMs, FirstLog(result)));
            if (result.ExitCode == 0) continue;
            Judge($"setup command {number}", result);
            worker.Required.Add(new CheckRecord("command", null, 0, null));
            return false;
        }

        return true;
    }

    private async Task RunCommandAsync(CancellationToken cancellationToken)
    {
        Observe("running");
        worker.StartedAt = session.Now();
        var started = session.Journal.Append(LedgerEventType.WorkerStart, RunStatus.Pending, worker.Id, rc: 0, details: new Dictionary<string, object?>
        {
            ["command"] = worker.Definition.Command.Select(argument => (object?)session.Redactor.Redact(argument)).ToList(),
        });
        var prompt = worker.Definition.Prompt is { } file ? Path.GetFullPath(file, session.Ground.Repository.Root) : null;
        var result = await RunAsync("command", worker.Definition.Command, prompt, cancellationToken).ConfigureAwait(false);
        worker.EndedAt = session.Now();
        session.Rights.OpenUp();
        (worker.ExitCode, worker.DurationMs) = (result.ExitCode, result.DurationMs);
        worker.Required.Add(new CheckRecord("command", result.StartBlocker is null ? result.ExitCode ?? 1 : null, result.DurationMs, FirstLog(result)));
        if (result.ExitCode != 0) Judge("command", result);
        if (result.LeftoversStopped > 0) worker.Warnings.Add(Left(result));
        foreach (var log in result.Logs)
        {
            if (log.Error is not null) worker.Warnings.Add($"its log {log.File} is not whole: {log.Error}");
            else if (log.Truncated) worker.Warnings.Add($"its log {log.File} was cut: {log.Bytes} bytes came, the first and the last part are kept");
        }

        session.Journal.Append(
            LedgerEventType.WorkerEnd, result.ExitCode == 0 ? RunStatus.Pass : RunStatus.Blocked, worker.Id, started, result.ExitCode ?? RunStatus.Blocked.ToExitCode(), result.DurationMs,
            new Dictionary<string, object?> { ["timed_out"] = result.TimedOut, ["cancelled"] = result.Cancelled });
    }

    private async Task<WorkerCommandResult> RunAsync(string name, IReadOnlyList<string> command, string? input, CancellationToken cancellationToken)
    {
        var environment = LaunchEnvironment.Of(session, worker);
        using var logs = new RunLogs(session, worker.Id);
        using var watch = session.WatchCommand(WorkerCommandSpec.DefaultGrace, cancellationToken);
        var result = await WorkerCommand.RunAsync(
            new WorkerCommandSpec(name.Replace(':', '-'), environment.Expand(command), worker.WorktreePath, Path.Combine(_bundle, "LOGS"))
            {
                Environment = environment.Variables,
                InputFile = input,
                Timeout = TimeSpan.FromSeconds(worker.Definition.TimeoutSeconds),
                Marker = new EnvironmentMarker("FACTORY_WORKTREE", worker.WorktreePath),
                CreateLog = logs.Create,
            },
            cancellationToken).ConfigureAwait(false);
        worker.Blockers.AddRange(logs.Blockers);
        worker.Logs.AddRange(result.Logs.Select(log => new LogRecord(log.Name, "LOGS/" + Path.GetFileName(log.File), result.ExitCode)));
        return result;
    }

    private static string Left(WorkerCommandResult result)
    {
        const int MostNamed = 5;
        var names = string.Join(", ", result.Leftovers.Take(MostNamed)) + (result.Leftovers.Count > MostNamed ? $" and {result.Leftovers.Count - MostNamed} more" : "");
        return $"left {(result.LeftoversStopped == 1 ? "1 process" : string.Create(CultureInfo.InvariantCulture, $"{result.LeftoversStopped} processes"))} running, stopped by the runner{(names.Length > 0 ? $": {names}" : "")}";
    }

    private static string? FirstLog(WorkerCommandResult result) => result.Logs.Select(log => "LOGS/" + Path.GetFileName(log.File)).FirstOrDefault();

    private void Judge(string what, WorkerCommandResult result)
    {
        var logs = $"read {session.Shown(Path.Combine(_bundle, "LOGS"))}";
        if (result.StartBlocker is { } blocker) worker.Blockers.Add(blocker with { Worker = worker.Id });
        else if (result.TimedOut) worker.Block(BlockerKind.Timeout, $"its {what} ran longer than {worker.Definition.TimeoutSeconds} s and was stopped", $"{logs}; raise timeout_seconds of {worker.Id} or make it finish sooner");
        else if (result.Cancelled) worker.Block(BlockerKind.Worker, $"its {what} was stopped, because the run was cancelled", "run again; what it had done so far is on its branch");
        else worker.Block(BlockerKind.Worker, $"its {what} ended with exit code {result.ExitCode}{Said(result)}", $"{logs}, mend the cause and run again");
    }

    private string Said(WorkerCommandResult result)
    {
        var written = result.Logs.FirstOrDefault(log => log.Name.EndsWith(".stderr", StringComparison.Ordinal))?.Bytes ?? 0;
        return LastLine.Of(result.ErrorEnd.Span, written > result.ErrorEnd.Length, session.Redactor) is { } line ? $": {line}" : "";
    }

    private void Observe(string step) => session.Services.Observer.WorkerProgress(worker.Id, step, worker.Status);
}
