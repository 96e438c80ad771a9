using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Guards;

/// <summary>Every rule for what a change may do to the tree: scope, protected paths, names, links, modes, and files that git obeys.</summary>
/// <param name="repository">The repository.</param>
/// <param name="baseCommit">The base commit.</param>
/// <param name="protectedPaths">The protected paths.</param>
public sealed class ChangeGuard(GitRepository repository, CommitId baseCommit, ProtectedPaths protectedPaths)
{
    private static readonly HashSet<string> EmptyNames = [];
    private readonly Lock _gate = new();
    private Task<IReadOnlyList<string>>? _basePaths;

    /// <summary>Judges what one worker changed.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="scope">Its scope, from the base commit or the caller.</param>
    /// <param name="changes">Its changes against the base.</param>
    /// <param name="commit">The commit that holds them.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What stands in the way, and what a person should look at.</returns>
    public async Task<(IReadOnlyList<Blocker> Blockers, IReadOnlyList<string> Warnings)> CheckAsync(
        WorkerId worker, WorkerScope scope, IReadOnlyList<ChangedPath> changes, CommitId commit, CancellationToken cancellationToken)
    {
        var scoped = ScopeGuard.Check(worker, scope, protectedPaths, changes.Select(change => (change.Path, change.Type == ChangeType.Renamed ? change.OldPath : null)));
        var (special, warnings) = await GitFileGuard.CheckAsync(repository, worker.Name, changes, cancellationToken).ConfigureAwait(false);
        var tree = await CheckTreeAsync(worker.Name, changes, commit, EmptyNames, cancellationToken).ConfigureAwait(false);
        return ([.. scoped, .. special, .. tree], warnings);
    }

    /// <summary>Judges the tree into which several workers' changes were merged: what each did alone may be harmless.</summary>
    /// <param name="merged">The merged tree.</param>
    /// <param name="named">Paths that are known to be spelled in two ways; they are not named again for it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<Blocker>> CheckMergedAsync(CommitId merged, IReadOnlySet<string> named, CancellationToken cancellationToken)
    {
        var changes = await repository.DiffAsync(baseCommit, merged, cancellationToken).ConfigureAwait(false);
        return await CheckTreeAsync(null, changes, merged, named, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Blocker>> CheckTreeAsync(string? worker, IReadOnlyList<ChangedPath> changes, CommitId after, IReadOnlySet<string> named, CancellationToken cancellationToken)
    {
        var links = await LinkGuard.CheckAsync(repository, worker, changes, after, protectedPaths, cancellationToken).ConfigureAwait(false);
        if (!NameTwins.AreOfInterest(changes)) return links;
        var twins = NameTwins.Find(worker, changes, await BasePathsAsync().ConfigureAwait(false));
        return [.. links, .. twins.Where(twin => !named.Contains(twin.Path!))];
    }

    // Listed once for all workers, and for none that only changes what is there.
    private Task<IReadOnlyList<string>> BasePathsAsync()
    {
        lock (_gate) return _basePaths ??= repository.ListPathsAsync(baseCommit, CancellationToken.None);
    }
}
