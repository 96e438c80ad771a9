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
    public async Task<NewContents> ReadAsync(IReadOnlyList<ChangedPath> changes, CancellationToken cancellationToken)
    {
        var allowed = new GlobSet(security.ArtifactGlobs, ignoreCase: false).Match(changes.Select(change => change.Path));
        // Where a content stands decides whether it is searched; what is blocked for its size is not.
        var searched = changes.Where(IsFresh).GroupBy(change => change.Blob!.Value, change => allowed.Contains(change.Path)).ToDictionary(places => places.Key, places => places.Any(isAllowed => isAllowed));
        var contents = new NewContents(allowed);
        using var reader = new ContentReader(contents, (blob, size) =>
            security.SecretScanEnabled && searched.TryGetValue(blob, out var isAllowed) && (isAllowed || size <= security.MaxFileBytes));
        await repository.ReadBlobsAsync(changes.NewBlobs(), reader, cancellationToken).ConfigureAwait(false);
        return contents;
    }

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
        await secrets.JudgeAsync(readable, contents.Secrets, cancellationToken).ConfigureAwait(false);
        return new ContentFindings(secrets.Blockers, artifacts, secrets.Values);
    }

    /// <summary>Whether a change brings a content, or makes one a program, so that it is judged.</summary>
    internal static bool IsFresh(ChangedPath change) => ArtifactLimits.IsNew(change) || change is { Blob: not null, IsGitlink: false, NewMode: "100755" };

    private static Blocker? Executable(string worker, ChangedPath change, NewContents contents)
    {
        if (change.NewMode == "120000" || ArtifactKind.Explain(change.Path, change.NewMode, contents.Heads[change.Blob!.Value]) is not { } what) return null;
        return new Blocker(
            BlockerKind.Artifact, worker, change.Path, $"{worker} handed over '{change.Path}', which is {what}",
            $"have the worker leave it out, add \"{GlobSyntax.Naming(change.Path)}\" to security.artifact_allowlist, or set security.allow_executable_artifacts to true");
    }
}
