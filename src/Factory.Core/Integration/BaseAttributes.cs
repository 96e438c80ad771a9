using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Integration;

/// <summary>
/// The base commit's <c>.gitattributes</c> files, in a folder of their own: git reads merge rules from a work tree, and
/// neither the user's checkout nor a worker's may decide them.
/// </summary>
public static class BaseAttributes
{
    /// <summary>Writes the files.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="baseCommit">The base commit.</param>
    /// <param name="paths">Every path of its tree.</param>
    /// <param name="write">Writes one file, given its path relative to the folder.</param>
    /// <param name="cancellationToken">Ends the work between two files.</param>
    public static async Task WriteAsync(GitRepository repository, CommitId baseCommit, IReadOnlyList<string> paths, Func<string, ReadOnlyMemory<byte>, Task> write, CancellationToken cancellationToken)
    {
        foreach (var path in paths.Where(path => path == ".gitattributes" || path.EndsWith("/.gitattributes", StringComparison.Ordinal)))
        {
            if (!RelativePath.TryParse(path, out _, out _)) continue;
            var content = await repository.RequireAsync(new GitCall("cat-file", "blob", $"{baseCommit.Hex}:{path}"), cancellationToken).ConfigureAwait(false);
            await write(path, content.Output).ConfigureAwait(false);
        }
    }
}
