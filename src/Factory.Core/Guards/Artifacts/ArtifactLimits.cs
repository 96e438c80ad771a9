using System.Globalization;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Artifacts;

/// <summary>Holds the amount of what a worker changed against the limits of section <c>security</c>.</summary>
internal sealed class ArtifactLimits(string worker, SecuritySection security, IReadOnlySet<string> allowed)
{
    private const string Remedy = "have the worker leave generated and downloaded files out, or raise";

    /// <summary>Every limit that the changes exceed.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="sizes">The sizes of the new contents, in bytes.</param>
    /// <param name="patchBytes">The size of the patch, in bytes.</param>
    public IEnumerable<Blocker> Check(IReadOnlyList<ChangedPath> changes, IReadOnlyDictionary<CommitId, long> sizes, long patchBytes)
    {
        if (changes.Count > security.MaxChangedFiles)
            yield return Block(null, $"changed {Text(changes.Count)} files, and security.max_changed_files is {Text(security.MaxChangedFiles)}", $"{Remedy} security.max_changed_files");
        var contents = changes.Where(change => IsNew(change) && !allowed.Contains(change.Path)).ToList();
        foreach (var change in contents.Where(IsTooLarge))
            yield return Block(change.Path, $"'{change.Path}' has {Text(sizes[change.Blob!.Value])} bytes, and security.max_file_bytes is {Text(security.MaxFileBytes)}", $"{Remedy} security.max_file_bytes, or add \"{GlobSyntax.Naming(change.Path)}\" to security.artifact_allowlist");
        var total = contents.Sum(change => sizes[change.Blob!.Value]);
        if (total > security.MaxChangedBytes)
            yield return Block(null, $"the files it changed have {Text(total)} bytes together, and security.max_changed_bytes is {Text(security.MaxChangedBytes)}", $"{Remedy} security.max_changed_bytes");
        if (patchBytes > security.MaxPatchBytes)
            yield return Block(null, $"its patch has {Text(patchBytes)} bytes, and security.max_patch_bytes is {Text(security.MaxPatchBytes)}", $"{Remedy} security.max_patch_bytes");

        bool IsTooLarge(ChangedPath change) => sizes[change.Blob!.Value] > security.MaxFileBytes;
    }

    /// <summary>Whether a change brings a content that the base did not have at this place, or at that which it was taken from.</summary>
    public static bool IsNew(ChangedPath change) => change is { Blob: not null, IsGitlink: false } && change.Blob != change.OldBlob;

    private Blocker Block(string? path, string message, string nextAction) => new(BlockerKind.Artifact, worker, path, $"{worker}: {message}", nextAction);

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
