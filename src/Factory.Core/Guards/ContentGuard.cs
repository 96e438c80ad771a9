using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards.Artifacts;
using Factory.Core.Guards.Secrets;
using Factory.Core.Repository;

namespace Factory.Core.Guards;

/// <summary>What the contents of a worker's change hold.</summary>
/// <param name="Secrets">One blocker for each secret.</param>
/// <param name="Artifacts">One blocker for each program and each limit.</param>
/// <param name="Values">The secrets themselves, for nothing but keeping them out of what is written and printed.</param>
public sealed record ContentFindings(IReadOnlyList<Blocker> Secrets, IReadOnlyList<Blocker> Artifacts, IReadOnlyList<string> Values);

/// <summary>
/// Judges the contents that a worker's change brings: secrets, programs, and how much there is. It reads git's objects, never
/// the worktree, and each content once, for its digest too.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="security">The rules, from the caller.</param>
/// <param name="baseCommit">What the work began from: a content that it holds already is not new, wherever it is copied to.</param>
public sealed class ContentGuard(GitRepository repository, SecuritySection security, CommitId baseCommit)
{
    /// <summary>Reads the contents; with no change, nothing is started.</summary>
    /// <param name="changes">What a worker changed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="FactoryException">git could not read the contents.</exception>
    public Task<NewContents> ReadAsync(IReadOnlyList<ChangedPath> changes, CancellationToken cancellationToken) => ReadContentsAsync(changes, security.MaxFileBytes, cancellationToken);

    /// <summary>Judges.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="changes">What it changed.</param>
    /// <param name="contents">What its changes bring, from <see cref="ReadAsync"/> with the same changes.</param>
    /// <param name="patchBytes">The size of its patch, in bytes.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="FactoryException">git could not read what was there before.</exception>
    public async Task<ContentFindings> CheckAsync(string worker, IReadOnlyList<ChangedPath> changes, NewContents contents, long patchBytes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0) return new ContentFindings([], [], []);
        var artifacts = new ArtifactLimits(worker, security, contents.Allowed).Check(changes, contents.Sizes, patchBytes).ToList();
        var readable = changes.Where(change => IsFresh(change) && (contents.Allowed.Contains(change.Path) || contents.Sizes[change.Blob!.Value] <= security.MaxFileBytes)).ToList();
        if (!security.AllowExecutableArtifacts) artifacts.AddRange(readable.Where(change => !contents.Allowed.Contains(change.Path)).Select(change => Executable(worker, change, contents)).OfType<Blocker>());
        var secrets = new SecretJudge(repository, security, worker, baseCommit);
        var suspects = readable.Where(change => change.Blob != change.OldBlob).Select(change => new SecretSuspect(change.Path, change.Blob!.Value, Earlier(change), [worker]));
        await secrets.JudgeAsync(suspects, contents.Secrets, cancellationToken).ConfigureAwait(false);
        if (security.SecretScanEnabled) await secrets.JudgeNamesAsync(changes, cancellationToken).ConfigureAwait(false);
        return new ContentFindings(secrets.Blockers, artifacts, secrets.Values);
    }

    /// <summary>Searches the contents that a merge put together for secrets; those of one worker alone were searched with that worker.</summary>
    /// <param name="merged">The merged tree.</param>
    /// <param name="workers">The merged workers, and what each changed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="FactoryException">git could not read the contents.</exception>
    public async Task<ContentFindings> CheckMergedAsync(CommitId merged, IReadOnlyList<(string Worker, IReadOnlyList<ChangedPath> Changes)> workers, CancellationToken cancellationToken)
    {
        if (!security.SecretScanEnabled) return new ContentFindings([], [], []);
        var own = workers.SelectMany(worker => worker.Changes.NewBlobs()).ToHashSet();
        var changes = await repository.DiffAsync(baseCommit, merged, cancellationToken).ConfigureAwait(false);
        var mixed = changes.Where(change => change is { Blob: { } blob, IsGitlink: false } && blob != change.OldBlob && !own.Contains(blob)).ToList();
        if (mixed.Count == 0) return new ContentFindings([], [], []);
        // It may be larger than what each worker brought, and no limit blocks it.
        var contents = await ReadContentsAsync(mixed, long.MaxValue, cancellationToken).ConfigureAwait(false);
        var secrets = new SecretJudge(repository, security, null, baseCommit);
        await secrets.JudgeAsync(mixed.Select(change => Suspect(change, workers)), contents.Secrets, cancellationToken).ConfigureAwait(false);
        return new ContentFindings(secrets.Blockers, [], secrets.Values);
    }

    /// <summary>Whether a change brings a content, or makes one a program, so that it is judged.</summary>
    internal static bool IsFresh(ChangedPath change) => ArtifactLimits.IsNew(change) || change is { Blob: not null, IsGitlink: false, NewMode: "100755" };

    private async Task<NewContents> ReadContentsAsync(IReadOnlyList<ChangedPath> changes, long searchedBytes, CancellationToken cancellationToken)
    {
        var allowed = new GlobSet(security.ArtifactGlobs, ignoreCase: false).Match(changes.Select(change => change.Path));
        // Where a content stands decides whether it is searched; what is blocked for its size is not.
        var searched = changes.Where(IsFresh).GroupBy(change => change.Blob!.Value, change => allowed.Contains(change.Path)).ToDictionary(places => places.Key, places => places.Any(isAllowed => isAllowed));
        var contents = new NewContents(allowed);
        using var reader = new ContentReader(contents, (blob, size) =>
            security.SecretScanEnabled && searched.TryGetValue(blob, out var isAllowed) && (isAllowed || size <= searchedBytes));
        await repository.ReadBlobsAsync(changes.NewBlobs(), reader, cancellationToken).ConfigureAwait(false);
        return contents;
    }

    // What a worker's own version holds was judged with the worker, and blocked or allowed.
    private static SecretSuspect Suspect(ChangedPath change, IReadOnlyList<(string Worker, IReadOnlyList<ChangedPath> Changes)> workers)
    {
        var parts = workers.SelectMany(worker => worker.Changes.Where(own => own.TouchedPaths.Intersect([change.Path, change.OldPath], StringComparer.Ordinal).Any()).Select(own => (worker.Worker, own.Blob))).ToList();
        return new SecretSuspect(change.Path, change.Blob!.Value, [.. Earlier(change), .. parts.Select(part => part.Blob).OfType<CommitId>()], [.. parts.Select(part => part.Worker).Distinct(StringComparer.Ordinal)]);
    }

    private static IReadOnlyList<CommitId> Earlier(ChangedPath change) => change.OldBlob is { } old ? [old] : [];

    private static Blocker? Executable(string worker, ChangedPath change, NewContents contents)
    {
        if (change.NewMode == "120000" || ArtifactKind.Explain(change.Path, change.NewMode, contents.Heads[change.Blob!.Value]) is not { } what) return null;
        return new Blocker(
            BlockerKind.Artifact, worker, change.Path, $"{worker} handed over '{change.Path}', which is {what}",
            $"have the worker leave it out, add \"{GlobSyntax.Naming(change.Path)}\" to security.artifact_allowlist, or set security.allow_executable_artifacts to true");
    }
}
