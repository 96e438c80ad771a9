using Factory.Core.Bundles;
using Factory.Core.Contracts;
using Factory.Core.Guards;
using Factory.Core.Integration;
using Factory.Core.Pipeline.Launching;
using Factory.Core.Pipeline.Records;
using Factory.Core.Reporting;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline;

/// <summary>
/// Merges what the workers handed over, checks the merged tree, reaches the verdict, writes the report, and only then
/// makes the integrator's branch.
/// </summary>
public sealed class IntegrateStage(RunSession session, IReadOnlyList<Contribution> contributions)
{
    private readonly List<CheckRecord> _required = [];
    private readonly List<CheckRecord> _optional = [];
    private readonly List<LogRecord> _logs = [];
    private IReadOnlyList<Overlap> _overlaps = [];
    private MergeOutcome? _merge;
    private CommitId? _integrated;

    /// <summary>The integrator's branch, without <c>refs/heads/</c>.</summary>
    public string BranchName => $"{session.Ground.Config.Run.BranchPrefix}/{session.Folder.Id}/{WorkerId.Integrator}";

    private string Branch => "refs/heads/" + BranchName;

    /// <summary>The verdict, once it is reached.</summary>
    public RunStatus Status { get; private set; } = RunStatus.Pending;

    /// <summary>The integrated commit, once the branch is made.</summary>
    public CommitId? IntegratedCommit { get; private set; }

    /// <summary>The tree of the integrated commit.</summary>
    public CommitId? IntegratedTree => IntegratedCommit is null ? null : _merge?.Tree;

    /// <summary>Integrates.</summary>
    public async Task<RunStatus> RunAsync(CancellationToken cancellationToken)
    {
        session.Blockers.AddRange(RunLogs.EnsureFolders(session, WorkerId.Integrator));
        session.Blockers.AddRange(session.Rights.Find());
        session.Journal.Append(LedgerEventType.IntegrateStart, RunStatus.Pending, rc: 0, details: new Dictionary<string, object?> { ["workers"] = session.Workers.Select(worker => (object?)worker.Id).ToList() });
        RecordEarlierStages();
        var ledger = session.IsLedgerSound ? SoundLedger.LookAgainAsync(session) : Task.FromResult<Blocker?>(null);
        try
        {
            FindOverlaps();
            await JudgeMergedAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            session.Doubt(await ledger.ConfigureAwait(false));
        }

        // Once more what is new: the checks that ran meanwhile run the workers' code.
        if (session.IsLedgerSound) session.Doubt(await SoundLedger.LookAtAppendedAsync(session).ConfigureAwait(false));
        Status = Decide(null);
        if (Status is RunStatus.Pass or RunStatus.Warn && !session.IsDryRun) await CommitAsync(cancellationToken).ConfigureAwait(false);
        await PublishAsync(CancellationToken.None).ConfigureAwait(false);
        return Status;
    }

    private async Task JudgeMergedAsync(CancellationToken cancellationToken)
    {
        if (session.IsDryRun)
        {
            _required.Add(new CheckRecord("merge", null, 0, null));
            LeaveChecks();
            session.Warnings.Add("dry run: no worktree was made and no command was run");
            return;
        }

        // A cancelled run still says what stands in the way and what would have been merged; only a branch it never makes.
        await MergeAsync(CancellationToken.None).ConfigureAwait(false);
        await CheckAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the verdict of a run that failed inside, as far as the disk lets it, and takes the branch back.</summary>
    /// <param name="failure">The internal error, or null when a blocker that the session knows stopped the run.</param>
    public async Task FailAsync(string? failure)
    {
        if (IntegratedCommit is { } made)
        {
            await session.Ground.Repository.DeleteRefAsync(Branch, made, CancellationToken.None).ConfigureAwait(false);
            IntegratedCommit = null;
        }

        Status = Decide(failure);
        session.Blockers.AddRange(RunLogs.EnsureFolders(session, WorkerId.Integrator));
        // What was written before the failure may say PASS, and on a full disk it also takes the room that the truth needs.
        foreach (var name in (string[])[BundleFile.Status, BundleFile.FinalReport, BundleFile.MergePlan, BundleFile.DiffPatch])
            session.Files.Delete(Path.Combine(session.Folder.Integrator, name));
        await WriteReportsAsync(null, failure, CancellationToken.None).ConfigureAwait(false);
        await session.WriteManifestAsync(Status).ConfigureAwait(false);
    }

    /// <summary>The result as it stands.</summary>
    public RunResult ToResult() => RunResults.Of(session, Status, IntegratedCommit, IntegratedTree);

    private RunStatus Decide(string? failure) => StatusEvaluator.Decide(_required, _optional, session.AllBlockers, session.AllWarnings, failure, session.IsDryRun);

    private void RecordEarlierStages()
    {
        foreach (var stage in session.Stages) _required.Add(new CheckRecord(stage.Name, Rc(stage.Status), stage.DurationMs, null));
        foreach (var worker in session.Workers) _required.Add(new CheckRecord("worker:" + worker.Id, Rc(worker.Status), worker.DurationMs, null));
    }

    private static int? Rc(RunStatus status) => status == RunStatus.Pending ? null : status.ToExitCode();

    private void FindOverlaps()
    {
        var run = session.Ground.Config.Run;
        _overlaps = Overlap.Find(contributions);
        var blocked = 0;
        foreach (var overlap in _overlaps)
        {
            if (overlap.Judge(run.StrictCollisionMode, run.AllowIdenticalPatchOverlap) is { } blocker)
            {
                session.Blockers.Add(blocker);
                blocked++;
            }
            else if (!overlap.IsShared)
            {
                session.Warnings.Add($"{string.Join(", ", overlap.Workers)} changed {overlap.Path}; {(overlap.IsIdentical ? "the changes are identical" : "see whether the merged file is what you want")}");
            }
        }

        // Where nobody handed anything over there was nothing to compare.
        var didRun = contributions.Count > 0;
        _required.Add(new CheckRecord("overlap", !didRun ? null : blocked == 0 ? 0 : 1, 0, null));
        session.Journal.Append(
            LedgerEventType.OverlapCheck, !didRun ? RunStatus.Pending : blocked == 0 ? RunStatus.Pass : RunStatus.Blocked, didRun: didRun,
            details: new Dictionary<string, object?> { ["overlap_blockers"] = blocked },
            counts: new Dictionary<string, long> { ["overlaps"] = _overlaps.Count });
    }

    private async Task MergeAsync(CancellationToken cancellationToken)
    {
        var ground = session.Ground;
        var good = contributions.Where(one => session.Workers.Single(worker => worker.Id == one.Worker).Blockers.Count == 0).ToList();
        var attributes = Path.Combine(session.Folder.Integrator, $".attributes-{Guid.NewGuid():N}");
        try
        {
            session.Files.EnsureFolder(attributes);
            if (good.Any(one => one.Changes.Count > 0))
            {
                var paths = await ground.Repository.ListPathsAsync(ground.BaseTree, cancellationToken).ConfigureAwait(false);
                await BaseAttributes.WriteAsync(ground.Repository, ground.BaseCommit, paths, (path, content) => session.Files.WriteAsync(Path.Combine(attributes, path), content), cancellationToken).ConfigureAwait(false);
            }

            _merge = await new TreeMerge(ground.Repository, ground.Identity).MergeAsync(ground.BaseCommit, ground.BaseTree, good, attributes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Workers.FolderRemoval.Delete(attributes);
        }

        foreach (var step in _merge.Steps.Where(step => !step.IsClean))
            foreach (var path in step.ConflictedPaths)
                session.Blockers.Add(new Blocker(BlockerKind.Conflict, step.Worker, path, $"the change of {step.Worker} to {path} does not merge with those before it", "give the path to one worker, or let one worker start from the other's branch in a second run"));
        // That a part of the work merges says nothing of the whole, but what does not merge with a part does not merge with the whole either.
        _required.Add(new CheckRecord("merge", _merge.Steps.Any(step => !step.IsClean) ? 1 : good.Count == session.Workers.Count ? 0 : null, 0, null));
        if (good.Count(one => one.Changes.Count > 0) <= 1) return;
        var named = _overlaps.Where(overlap => overlap.Spellings.Count > 1).SelectMany(overlap => overlap.Spellings).ToHashSet(StringComparer.Ordinal);
        session.Blockers.AddRange(await new ChangeGuard(ground.Repository, ground.BaseCommit, ground.Protected).CheckMergedAsync(_merge.Tree, named, cancellationToken).ConfigureAwait(false));
        if (session.Services.LeavesOutGuards) return;
        var found = await new ContentGuard(ground.Repository, ground.Config.Security, ground.BaseCommit).CheckMergedAsync(_merge.Tree, [.. good.Select(one => (one.Worker, one.Changes))], cancellationToken).ConfigureAwait(false);
        session.Redactor.Learn(found.Values);
        session.Blockers.AddRange(found.Secrets);
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var checks = session.Ground.Config.Integration.Checks;
        var mayRun = session.AllBlockers.Count == 0 && _required.All(check => check.Rc == 0);
        if (!mayRun || checks.Count == 0)
        {
            LeaveChecks();
            return;
        }

        _integrated = await MakeCommitAsync(cancellationToken).ConfigureAwait(false);
        var (records, logs) = await new MergedTreeChecks(session).RunAsync(_integrated.Value, cancellationToken).ConfigureAwait(false);
        _logs.AddRange(logs);
        foreach (var (check, record) in checks.Zip(records)) (check.Required ? _required : _optional).Add(record);
    }

    private void LeaveChecks()
    {
        foreach (var check in session.Ground.Config.Integration.Checks) (check.Required ? _required : _optional).Add(MergedTreeChecks.Leave(session, check));
    }

    private async Task CommitAsync(CancellationToken cancellationToken) => _integrated ??= await MakeCommitAsync(cancellationToken).ConfigureAwait(false);

    private async Task<CommitId> MakeCommitAsync(CancellationToken cancellationToken)
    {
        var repository = session.Ground.Repository;
        var changed = contributions.Where(one => one.Changes.Count > 0).OrderBy(one => one.Worker, StringComparer.Ordinal).ToList();
        var parents = await new JudgedParents(repository, session.Ground.BaseCommit, session.Ground.Identity).FindAsync(changed, cancellationToken).ConfigureAwait(false);
        var message = $"Integrate {session.Folder.Id}\n\n" + string.Concat(changed.Select(one => $"Factory-Worker: {one.Worker} {one.Commit}\n")) + $"Factory-Run: {session.Folder.Id}\n";
        return await repository.CommitTreeAsync(_merge!.Tree, [session.Ground.BaseCommit, .. parents], message, session.Ground.Identity, cancellationToken).ConfigureAwait(false);
    }

    // The report comes first and the branch last: a run whose report cannot be written moves no branch.
    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        IntegratedCommit = Status is RunStatus.Pass or RunStatus.Warn ? _integrated : null;
        var announced = IntegratedCommit;
        await WriteReportsAsync(announced, null, cancellationToken).ConfigureAwait(false);
        IntegratedCommit = null;
        if (announced is { } commit)
        {
            await session.Ground.Repository.CreateRefAsync(Branch, commit, CancellationToken.None).ConfigureAwait(false);
            IntegratedCommit = commit;
        }

        // After the branch: a run that is killed in between stays PENDING and does not claim a branch that is not there.
        await session.WriteManifestAsync(Status).ConfigureAwait(false);
        session.Journal.Append(
            LedgerEventType.IntegrationResult, Status,
            details: new Dictionary<string, object?>
            {
                ["integrated_commit"] = IntegratedCommit?.Hex,
                ["integrated_tree"] = IntegratedTree?.Hex,
                ["overlap_blockers"] = session.AllBlockers.Count(blocker => blocker.Kind is BlockerKind.Overlap or BlockerKind.Conflict),
                ["scope_blockers"] = session.AllBlockers.Count(blocker => blocker.Kind is BlockerKind.Scope or BlockerKind.Protected),
                ["worker_blockers"] = session.Workers.Count(worker => worker.Blockers.Count > 0),
                ["report"] = session.Shown(session.Folder.Report),
            });
    }

    private async Task WriteReportsAsync(CommitId? integrated, string? failure, CancellationToken cancellationToken)
    {
        var repository = session.Ground.Repository;
        var to = integrated is { } made && _merge!.Tree != session.Ground.BaseTree ? made : session.Ground.BaseCommit;
        var changes = await repository.DiffAsync(session.Ground.BaseCommit, to, cancellationToken).ConfigureAwait(false);
        var evidence = await BundleEvidence.DescribeAsync(repository, session.Folder.Id.Text, WorkerId.Integrator, changes, cancellationToken).ConfigureAwait(false);
        await Write(BundleFile.FilesChanged, FactoryJson.Write(evidence)).ConfigureAwait(false);
        await session.Files.WriteAsync(Path.Combine(session.Folder.Integrator, BundleFile.DiffPatch), stream => repository.WritePatchAsync(session.Ground.BaseCommit, to, stream, cancellationToken)).ConfigureAwait(false);
        await Write(BundleFile.LogsIndex, FactoryJson.Write(new LogsIndexDocument(ContractVersion.Schema, session.Folder.Id.Text, WorkerId.Integrator, [.. EscapeChecks.FindLog(session), .. _logs]))).ConfigureAwait(false);
        var result = RunResults.Of(session, Status, integrated, integrated is null ? null : _merge?.Tree);
        var facts = new ReportFacts(result, session.Ground.BaseRef, BranchName, session.IsDryRun, failure, _required, _optional, contributions, _overlaps, _merge) { Unexamined = Unexamined.Of(session.Ground.Config.Security, contributions.SelectMany(one => one.Changes)), Uncommitted = session.Uncommitted };
        await session.Files.WriteAsync(Path.Combine(session.Folder.Integrator, BundleFile.MergePlan), session.Redactor.Redact(Reports.MergePlan(facts))).ConfigureAwait(false);
        await session.Files.WriteAsync(session.Folder.Report, session.Redactor.Redact(Reports.FinalReport(facts))).ConfigureAwait(false);
        await Write(BundleFile.Status, FactoryJson.Write(StatusOf(failure))).ConfigureAwait(false);
    }

    private StatusDocument StatusOf(string? failure) => new(
        ContractVersion.Schema,
        ContractVersion.Contract,
        session.Folder.Id.Text,
        WorkerId.Integrator,
        Status,
        session.CreatedAt,
        session.Now(),
        _required,
        _optional,
        [.. failure is null ? Array.Empty<string>() : [failure], .. session.AllBlockers.Select(blocker => $"{blocker} Next: {blocker.NextAction}")],
        session.AllWarnings,
        BundleFile.OfIntegrator);

    private Task Write(string name, byte[] content) => session.Files.WriteAsync(Path.Combine(session.Folder.Integrator, name), content);
}
