using System.Globalization;
using System.Text;
using Factory.Core.Bundles;
using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Reporting;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline.Launching;

/// <summary>Writes a worker's bundle from git, after the worker has ended.</summary>
public sealed class WorkerCloseout(RunSession session)
{
    /// <summary>Writes every file of the bundle.</summary>
    /// <param name="worker">The worker; its commit is set when its work was captured.</param>
    /// <param name="cancellationToken">Ends the work between two files.</param>
    public async Task WriteAsync(WorkerState worker, CancellationToken cancellationToken)
    {
        var folder = session.Folder.Bundle(worker.Id);
        worker.Blockers.AddRange(RunLogs.EnsureFolders(session, worker.Id));
        await new RunSweep(session).SweepAsync(worker).ConfigureAwait(false);
        var left = LeftFiles.Read(folder);
        worker.Warnings.AddRange(left.Warnings);
        var objects = new CapturedObjects(session);
        var (changes, evidence) = await objects.ReadAsync(worker, () => ReadAsync(worker, cancellationToken)).ConfigureAwait(false);
        if (left.Declaration is not null) await Write(worker, BundleFile.FilesDeclared, left.Declaration).ConfigureAwait(false);
        await Write(worker, BundleFile.FilesChanged, FactoryJson.Write(evidence)).ConfigureAwait(false);
        await objects.ReadAsync(worker, () => WritePatchAsync(worker, cancellationToken)).ConfigureAwait(false);
        await WriteWordsAsync(worker, left, changes).ConfigureAwait(false);
        await Write(worker, BundleFile.ScopeLock, FactoryJson.Write(ScopeOf(worker))).ConfigureAwait(false);
        await Write(worker, BundleFile.LogsIndex, FactoryJson.Write(new LogsIndexDocument(ContractVersion.Schema, session.Folder.Id.Text, worker.Id, worker.Logs))).ConfigureAwait(false);
        if (changes.Count == 0 && worker is { Commit: not null, Blockers.Count: 0 })
            worker.Warnings.Add("changed nothing; check that its command does what you expect, or drop it from the run");
        await WriteStatusAsync(worker).ConfigureAwait(false);
    }

    private async Task<(IReadOnlyList<ChangedPath> Changes, FilesChangedDocument Evidence)> ReadAsync(WorkerState worker, CancellationToken cancellationToken)
    {
        var (repository, baseCommit) = (session.Ground.Repository, session.Ground.BaseCommit);
        var changes = await repository.DiffAsync(baseCommit, worker.Commit ?? baseCommit, cancellationToken).ConfigureAwait(false);
        // Validating searches what is new here; the rules load meanwhile.
        if (changes.Count > 0 && session.Ground.Config.Security.SecretScanEnabled && !session.Services.LeavesOutGuards) _ = SecretRuleSet.WarmUp();
        return (changes, await BundleEvidence.DescribeAsync(repository, session.Folder.Id.Text, worker.Id, changes, cancellationToken).ConfigureAwait(false));
    }

    private async Task<bool> WritePatchAsync(WorkerState worker, CancellationToken cancellationToken)
    {
        var (repository, baseCommit) = (session.Ground.Repository, session.Ground.BaseCommit);
        await session.Files.WriteAsync(
            Path.Combine(session.Folder.Bundle(worker.Id), BundleFile.DiffPatch),
            stream => repository.WritePatchAsync(baseCommit, worker.Commit ?? baseCommit, stream, cancellationToken)).ConfigureAwait(false);
        return true;
    }

    /// <summary>Decides the worker's verdict and writes STATUS.json.</summary>
    public Task WriteStatusAsync(WorkerState worker)
    {
        worker.Status = session.IsDryRun && worker.Blockers.Count == 0
            ? RunStatus.Pending
            : StatusEvaluator.Decide(worker.Required, [], worker.Blockers, worker.Warnings);
        return Write(worker, BundleFile.Status, FactoryJson.Write(new StatusDocument(
            ContractVersion.Schema,
            ContractVersion.Contract,
            session.Folder.Id.Text,
            worker.Id,
            worker.Status,
            worker.StartedAt,
            worker.EndedAt,
            worker.Required,
            [],
            [.. worker.Blockers.Select(session.Redactor.Redact).Select(blocker => $"{blocker} Next: {blocker.NextAction}")],
            [.. worker.Warnings.Select(session.Redactor.Clean)],
            BundleFile.OfWorker)));
    }

    private async Task WriteWordsAsync(WorkerState worker, LeftFiles left, IReadOnlyList<ChangedPath> changes)
    {
        var redactor = session.Redactor;
        var summary = redactor.Redact(left.Summary ?? RunnersSummary(worker, changes));
        await Write(worker, BundleFile.Summary, Encoding.UTF8.GetBytes(summary)).ConfigureAwait(false);
        await Write(worker, BundleFile.Suggestions, Encoding.UTF8.GetBytes(redactor.Redact(left.Suggestions ?? $"# Suggestions of {worker.Id}\n\nThe worker left none.\n"))).ConfigureAwait(false);
        var handoff = left.Handoff is { } note && note.RunId == session.Folder.Id.Text && note.WorkerId == worker.Id
            ? note with { Summary = redactor.Redact(note.Summary), Decisions = [.. note.Decisions.Select(redactor.Redact)], Risks = [.. note.Risks.Select(redactor.Redact)], NextActions = [.. note.NextActions.Select(redactor.Redact)] }
            : new HandoffNoteDocument(ContractVersion.Schema, session.Folder.Id.Text, worker.Id, $"{worker.Id} left no note; {Reports.Count(changes.Count, "path")} changed.", [], [], []);
        await Write(worker, BundleFile.HandoffNote, FactoryJson.Write(handoff)).ConfigureAwait(false);
    }

    private static string RunnersSummary(WorkerState worker, IReadOnlyList<ChangedPath> changes)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {worker.Id}\n\nWritten by the runner; the worker left no summary.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- Command: `{VisibleText.Of(string.Join(' ', worker.Definition.Command))}`\n");
        text.Append(CultureInfo.InvariantCulture, $"- Exit code: {worker.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "none"}\n");
        text.Append(CultureInfo.InvariantCulture, $"- Changed: {Reports.Count(changes.Count, "path")}\n");
        foreach (var change in changes.Take(200)) text.Append(CultureInfo.InvariantCulture, $"  - {WireEnum<ChangeType>.NameOf(change.Type)} `{VisibleText.Of(change.Path)}`\n");
        if (changes.Count > 200) text.Append(CultureInfo.InvariantCulture, $"  - and {changes.Count - 200} more, see FILES_CHANGED.json\n");
        return text.ToString();
    }

    private ScopeLockDocument ScopeOf(WorkerState worker) => new(
        ContractVersion.Schema,
        session.Folder.Id.Text,
        worker.Id,
        worker.Definition.Scope.AllowedGlobs ?? ["**"],
        [.. worker.Definition.Scope.BlockedGlobs, .. session.Ground.Protected.Globs],
        worker.Definition.Scope.SharedPaths);

    private Task Write(WorkerState worker, string name, byte[] content) =>
        session.Files.WriteAsync(Path.Combine(session.Folder.Bundle(worker.Id), name), content);
}
