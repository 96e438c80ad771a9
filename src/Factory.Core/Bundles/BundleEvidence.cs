using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Bundles;

/// <summary>Evidence of a change, taken from git.</summary>
public static class BundleEvidence
{
    /// <summary>The changes as FILES_CHANGED.json lists them, with the digest of every content, which is read for it.</summary>
    public static async Task<FilesChangedDocument> DescribeAsync(
        GitRepository repository, string runId, string owner, IReadOnlyList<ChangedPath> changes, CancellationToken cancellationToken) =>
        Describe(runId, owner, changes, await repository.HashBlobsAsync(changes.NewBlobs(), cancellationToken).ConfigureAwait(false));

    /// <summary>The changes as FILES_CHANGED.json lists them.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="owner">Whose changes they are.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="digests">SHA-256 of every new content, lower-case hex.</param>
    public static FilesChangedDocument Describe(string runId, string owner, IReadOnlyList<ChangedPath> changes, IReadOnlyDictionary<CommitId, string> digests) =>
        new(ContractVersion.Schema, runId, owner, [.. changes
            .OrderBy(change => change.Path, StringComparer.Ordinal)
            .Select(change => new FileChange(change.Path, change.Type, change.Describe(), change is { Blob: { } blob, IsGitlink: false } ? digests[blob] : null))]);

    /// <summary>
    /// The paths of a patch, as git itself parses them; quoted names, renames, modes and binary parts included.
    /// </summary>
    /// <exception cref="FactoryException">git does not accept the patch.</exception>
    public static async Task<IReadOnlySet<string>> ReadPatchPathsAsync(GitRepository repository, string patchFile, CancellationToken cancellationToken)
    {
        if (new FileInfo(patchFile).Length == 0) return new HashSet<string>(StringComparer.Ordinal);
        var answer = await repository.RunAsync(new GitCall("apply", "--numstat", "-z", patchFile), cancellationToken).ConfigureAwait(false);
        if (answer.ExitCode != 0)
            throw new FactoryException(BlockerKind.Schema, $"git cannot read the patch: {answer.Error}", "look at the patch; it must be as 'git diff --binary' writes it", patchFile);
        // added TAB deleted TAB path, each record ended by NUL.
        return answer.Fields.Select(field => field.Split('\t', 3)[2]).ToHashSet(StringComparer.Ordinal);
    }
}
