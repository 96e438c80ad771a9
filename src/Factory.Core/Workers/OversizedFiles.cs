using System.IO.Enumeration;
using System.Text;
using Factory.Core.Repository;

namespace Factory.Core.Workers;

/// <summary>A file that a capture left out because of its size.</summary>
/// <param name="Name">Relative to the worktree, with <c>/</c>.</param>
/// <param name="Size">Its length in bytes.</param>
public sealed record OversizedFile(string Name, long Size);

/// <summary>
/// Finds the files that keep git from reading a worktree in sensible time. Only the sizes are looked at, and only when git has
/// been at it for a while already.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="isTooLarge">Whether a file of a name and a size in bytes is one.</param>
internal sealed class OversizedFiles(GitRepository repository, Func<string, long, bool> isTooLarge)
{
    private const string Here = "./";

    /// <summary>Those that are new or changed; none that git ignores, and none that is as it was in the index.</summary>
    /// <param name="root">The worktree's folder, absolute.</param>
    /// <param name="call">A call of git in the worktree, with the index of the capture.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<OversizedFile>> FindAsync(string root, GitCall call, CancellationToken cancellationToken)
    {
        var found = List(root).Where(file => isTooLarge(file.Name, file.Size)).ToDictionary(file => file.Name, StringComparer.Ordinal);
        if (found.Count == 0) return [];
        if (IndexEntries.Read(IndexImage.Read(call.IndexFile!).Bytes) is { } entries)
        {
            for (var entry = 0; entry < entries.Count; entry++)
                if (found.TryGetValue(Encoding.UTF8.GetString(entries.Name(entry)), out var file) && IsAsItWas(entries, entry, file, root)) found.Remove(file.Name);
        }

        if (found.Count == 0) return [];
        var ask = call with { Arguments = ["check-ignore", "-z", "--stdin"], Input = Encoding.UTF8.GetBytes(string.Concat(found.Keys.Select(name => $"{Here}{name}\0"))), RefusesLiteralPaths = true };
        // Those that are ignored; without an answer, none is.
        foreach (var name in (await repository.RunAsync(ask, cancellationToken).ConfigureAwait(false)).Fields) found.Remove(name[Here.Length..]);
        return [.. found.Values.OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    /// <summary>The call that adds everything but some files.</summary>
    public static GitCall Without(GitCall add, IReadOnlyList<OversizedFile> files) => files.Count == 0 ? add : add with
    {
        Arguments = [.. add.Arguments.TakeWhile(argument => argument != "--"), "--pathspec-from-file=-", "--pathspec-file-nul"],
        Input = Encoding.UTF8.GetBytes(".\0" + string.Concat(files.Select(file => $":(top,exclude,literal){file.Name}\0"))),
        RefusesLiteralPaths = true,
    };

    // An index keeps the lower half of a size: an empty file that became one of 4 GiB has the same.
    private static bool IsAsItWas(IndexEntries entries, int entry, OversizedFile file, string root) =>
        entries.Size(entry) == (uint)file.Size && (FileStamp.Of(Path.Combine(root, file.Name)) is { } stamp ? entries.IsUnchanged(entry, stamp) : file.Size <= uint.MaxValue);

    private static FileSystemEnumerable<OversizedFile> List(string root) => new(
        root,
        (ref FileSystemEntry entry) => new OversizedFile(Path.GetRelativePath(root, entry.ToFullPath()).Replace('\\', '/'), entry.Length),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.Length > 0,
        ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && !entry.FileName.Equals(".git", StringComparison.OrdinalIgnoreCase),
    };
}
