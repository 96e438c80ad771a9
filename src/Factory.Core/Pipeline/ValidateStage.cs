using Factory.Core.Attestation;
using Factory.Core.Bundles;
using Factory.Core.Contracts;
using Factory.Core.Guards;
using Factory.Core.Integration;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Pipeline.Launching;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline;

/// <summary>
/// Judges every bundle from what lies on disk and in git, and believes nothing that launching left in memory: documents by
/// their schemas, the patch against the commit, the declaration against the patch, the paths against the scope.
/// </summary>
public sealed class ValidateStage(RunSession session)
{
    private static readonly string[] OwnChecks = ["schema", "evidence", "scope", "secrets", "artifacts"];

    private readonly ChangeGuard _guard = new(session.Ground.Repository, session.Ground.BaseCommit, session.Ground.Protected);

    private readonly ContentGuard _contents = new(session.Ground.Repository, session.Ground.Config.Security, session.Ground.BaseCommit);

    /// <summary>What the bundles hand over, once <see cref="RunAsync"/> has ended.</summary>
    public IReadOnlyList<Contribution> Contributions { get; private set; } = [];

    /// <summary>Judges.</summary>
    public async Task<RunStatus> RunAsync(CancellationToken cancellationToken)
    {
        // Bundles may have been brought from elsewhere, and whoever ran may have changed one that was closed.
        await new RunSweep(session).SweepAllAsync().ConfigureAwait(false);
        var bundles = session.Workers.Select(worker => BundleFolder.Read(session.Folder.Bundle(worker.Id), worker.Id)).ToList();
        var problems = await Task.Run(() => BundleSchemas.Check(session.Folder.Manifest, bundles), cancellationToken).ConfigureAwait(false);
        var refs = session.IsDryRun
            ? new Dictionary<string, CommitId>()
            : await session.Ground.Repository.ListRefsAsync($"refs/heads/{session.Ground.Config.Run.BranchPrefix}/{session.Folder.Id}/", cancellationToken).ConfigureAwait(false);
        session.Blockers.AddRange(problems.Where(problem => problem.Worker is null));
        var own = $"refs/heads/{session.Ground.Config.Run.BranchPrefix}/{session.Folder.Id}/";
        foreach (var name in refs.Keys.Except(session.Workers.Select(worker => own + worker.Id), StringComparer.Ordinal).Order(StringComparer.Ordinal))
            session.Blockers.Add(new Blocker(BlockerKind.Escape, null, name, $"the ref {name} is among the run's own, and Factory did not make it", "delete it with 'git update-ref -d', find the worker in its logs, and run again"));
        var contributions = await Task.WhenAll(session.Workers.Zip(bundles, (worker, bundle) => JudgeAsync(worker, bundle, refs, problems, cancellationToken))).ConfigureAwait(false);
        Contributions = [.. contributions.OfType<Contribution>()];
        foreach (var worker in session.Workers) await new WorkerCloseout(session).WriteStatusAsync(worker).ConfigureAwait(false);
        Record();
        var status = StatusEvaluator.Worst(session.Workers.Select(worker => session.IsDryRun && worker.Status == RunStatus.Pending ? RunStatus.Warn : worker.Status));
        return session.Blockers.Count > 0 && status != RunStatus.Fail ? RunStatus.Blocked : status;
    }

    private void Record()
    {
        var schema = session.AllBlockers.Count(blocker => blocker.Kind is BlockerKind.Schema or BlockerKind.HiddenOverlap);
        var scope = session.AllBlockers.Count(blocker => blocker.Kind is BlockerKind.Scope or BlockerKind.Protected or BlockerKind.InvalidPath);
        var secrets = session.AllBlockers.Count(blocker => blocker.Kind is BlockerKind.Secret);
        var artifacts = session.AllBlockers.Count(blocker => blocker.Kind is BlockerKind.Artifact);
        session.Journal.Append(
            LedgerEventType.BundleValidated, schema + secrets + artifacts == 0 ? RunStatus.Pass : RunStatus.Blocked,
            details: new Dictionary<string, object?> { ["blockers"] = schema, ["secret_blockers"] = secrets, ["artifact_blockers"] = artifacts }, counts: new Dictionary<string, long> { ["workers"] = session.Workers.Count });
        // Where nobody handed anything over there was nothing to hold against a scope.
        var didRun = Contributions.Count > 0 || scope > 0;
        session.Journal.Append(
            LedgerEventType.ScopeCheck, !didRun ? RunStatus.Pending : scope == 0 ? RunStatus.Pass : RunStatus.Blocked, didRun: didRun,
            details: new Dictionary<string, object?> { ["scope_blockers"] = scope },
            counts: new Dictionary<string, long> { ["paths"] = Contributions.Sum(contribution => contribution.Changes.Count) });
    }

    private async Task<Contribution?> JudgeAsync(
        WorkerState worker, BundleFolder bundle, IReadOnlyDictionary<string, CommitId> refs, IReadOnlyList<Blocker> problems, CancellationToken cancellationToken)
    {
        worker.Required.RemoveAll(check => OwnChecks.Contains(check.Name));
        var own = bundle.Problems(session.Folder.Id.Text);
        // A document that cannot be read at all is named once, by the bundle itself.
        var schema = own.Concat(problems.Where(problem => problem.Worker == worker.Id && !own.Any(one => problem.Path?.StartsWith(one.Path!, StringComparison.Ordinal) == true))).ToList();
        worker.Blockers.AddRange(schema);
        worker.Required.Add(new CheckRecord("schema", schema.Count == 0 ? 0 : 1, 0, null));
        if (session.IsDryRun || worker.IsWorkLost) return null;
        var branch = $"{session.Ground.Config.Run.BranchPrefix}/{session.Folder.Id}/{worker.Id}";
        if (!refs.TryGetValue("refs/heads/" + branch, out var commit))
        {
            if (worker.Blockers.Count == 0) worker.Block(BlockerKind.Worker, $"has no branch {branch}, so there is no work to integrate", "launch the worker again in a new run");
            return null;
        }

        (worker.Commit, worker.Branch) = (commit, branch);
        if (worker.Recorded is not { } record || record.Commit != commit.Hex)
        {
            worker.Block(BlockerKind.Policy, $"its branch {branch} is at {commit.Hex[..12]}, and launching recorded {worker.Recorded?.Commit?[..12] ?? "no commit"}", "find out who moved the branch; start a new run", branch);
            return null;
        }

        var changes = await session.Ground.Repository.DiffAsync(session.Ground.BaseCommit, commit, cancellationToken).ConfigureAwait(false);
        var contents = session.Services.LeavesOutGuards ? null : await _contents.ReadAsync(changes, cancellationToken).ConfigureAwait(false);
        var digests = contents?.Digests ?? await session.Ground.Repository.HashBlobsAsync(changes.NewBlobs(), cancellationToken).ConfigureAwait(false);
        var before = worker.Blockers.Count;
        if (schema.Count == 0) await CheckEvidenceAsync(worker, bundle, changes, digests, cancellationToken).ConfigureAwait(false);
        worker.Required.Add(new CheckRecord("evidence", schema.Count > 0 ? null : worker.Blockers.Count == before ? 0 : 1, 0, null));
        var (outside, notes) = await _guard.CheckAsync(worker.Definition.Id, worker.Definition.Scope, changes, commit, cancellationToken).ConfigureAwait(false);
        worker.Blockers.AddRange(outside);
        worker.Warnings.AddRange(notes);
        worker.Required.Add(new CheckRecord("scope", outside.Count == 0 ? 0 : 1, 0, null));
        if (contents is not null) await CheckContentsAsync(worker, bundle, changes, contents, cancellationToken).ConfigureAwait(false);
        var shared = new GlobSet(worker.Definition.Scope.SharedPaths, ignoreCase: false).Match(changes.SelectMany(change => change.TouchedPaths));
        return new Contribution(worker.Id, commit, changes, shared);
    }

    private async Task CheckContentsAsync(WorkerState worker, BundleFolder bundle, IReadOnlyList<ChangedPath> changes, NewContents contents, CancellationToken cancellationToken)
    {
        var security = session.Ground.Config.Security;
        var patch = new FileInfo(bundle.PatchFile);
        var found = await _contents.CheckAsync(worker.Id, changes, contents, patch.Exists ? patch.Length : 0, cancellationToken).ConfigureAwait(false);
        session.Redactor.Learn(found.Values);
        worker.Blockers.AddRange([.. found.Secrets, .. found.Artifacts]);
        if (security.SecretScanEnabled) worker.Required.Add(new CheckRecord("secrets", found.Secrets.Count == 0 ? 0 : 1, 0, null));
        worker.Required.Add(new CheckRecord("artifacts", found.Artifacts.Count == 0 ? 0 : 1, 0, null));
    }

    private async Task CheckEvidenceAsync(WorkerState worker, BundleFolder bundle, IReadOnlyList<ChangedPath> changes, IReadOnlyDictionary<CommitId, string> digests, CancellationToken cancellationToken)
    {
        var inGit = changes.Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        var listed = bundle.Changed!.Changes.Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        CheckContent(worker, bundle, changes, digests);
        try
        {
            var patched = await BundleEvidence.ReadPatchPathsAsync(session.Ground.Repository, bundle.PatchFile, cancellationToken).ConfigureAwait(false);
            Hidden(worker, patched.Except(listed), $"is in {BundleFile.DiffPatch} and not in {BundleFile.FilesChanged}");
            Hidden(worker, inGit.Except(patched), $"is in the worker's commit and not in {BundleFile.DiffPatch}");
            Hidden(worker, patched.Except(inGit), $"is in {BundleFile.DiffPatch} and not in the worker's commit");
        }
        catch (FactoryException error)
        {
            worker.Blockers.Add(error.Blocker with { Worker = worker.Id });
        }

        if (bundle.Declared is not { } declared) return;
        var said = declared.Changes.Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        Hidden(worker, changes.Where(change => !said.Contains(change.Path)).Select(change => change.Path), "was changed and not declared by the worker");
        foreach (var path in said.Except(inGit).Order(StringComparer.Ordinal)) worker.Warnings.Add($"it declared {path}, which git shows unchanged");
    }

    private void CheckContent(WorkerState worker, BundleFolder bundle, IReadOnlyList<ChangedPath> changes, IReadOnlyDictionary<CommitId, string> digests)
    {
        var evidence = BundleEvidence.Describe(session.Folder.Id.Text, worker.Id, changes, digests);
        var listed = bundle.Changed!.Changes.DistinctBy(change => change.Path, StringComparer.Ordinal).ToDictionary(change => change.Path, StringComparer.Ordinal);
        Hidden(worker, evidence.Changes.Where(change => listed.TryGetValue(change.Path, out var said) && (said.ChangeType, said.Sha256) != (change.ChangeType, change.Sha256)).Select(change => change.Path), $"is not as {BundleFile.FilesChanged} says");
        foreach (var (name, recorded) in ((string, string?)[])[(BundleFile.FilesChanged, worker.Recorded!.FilesChanged), (BundleFile.DiffPatch, worker.Recorded.DiffPatch)])
        {
            if (FileDigest.Of(name, Path.Combine(bundle.Folder, name))[name] != recorded)
                worker.Block(BlockerKind.HiddenOverlap, $"{name} is not the file whose digest launching recorded in the ledger", "find out who changed the bundle; start a new run", $"{worker.Id}/{name}");
        }

        foreach (var change in changes.Where(change => change.IsGitlink))
            worker.Block(BlockerKind.Worker, $"changed the submodule {change.Path}, whose commit this repository does not hold", "change the submodule outside of Factory, where it can be pushed", change.Path);
    }

    private static void Hidden(WorkerState worker, IEnumerable<string> paths, string why)
    {
        foreach (var path in paths.Order(StringComparer.Ordinal))
            worker.Block(BlockerKind.HiddenOverlap, $"{path} {why}", "have the worker declare every path it changes, or leave no declaration", path);
    }
}
