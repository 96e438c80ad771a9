using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Guards;

/// <summary>
/// Judges the symbolic links that a change adds or changes. One must not be absolute, lead out of the repository, or lead
/// to a protected path, neither as written nor through the tree's other links.
/// </summary>
public static class LinkGuard
{
    private const string LinkMode = "120000";
    private const int LongestTarget = 4095;

    /// <summary>Judges the links of a commit or tree.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="worker">Whose change it is, or null for those of all workers together.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="after">The commit or tree after them.</param>
    /// <param name="protectedPaths">The protected paths.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Blockers of the kinds <c>escape</c> and <c>protected</c>, in the order of the paths.</returns>
    public static async Task<IReadOnlyList<Blocker>> CheckAsync(
        GitRepository repository, string? worker, IReadOnlyList<ChangedPath> changes, CommitId after, ProtectedPaths protectedPaths, CancellationToken cancellationToken)
    {
        var changed = changes.Where(change => change.NewMode == LinkMode).Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        if (changed.Count == 0) return [];
        var links = await ReadLinksAsync(repository, after, cancellationToken).ConfigureAwait(false);
        return Check(worker, changed, links, protectedPaths);
    }

    /// <summary>Judges links whose texts are known.</summary>
    /// <param name="worker">Whose change it is, or null.</param>
    /// <param name="changed">The links that were added or changed.</param>
    /// <param name="links">Every link of the tree with its text.</param>
    /// <param name="protectedPaths">The protected paths.</param>
    public static IReadOnlyList<Blocker> Check(string? worker, IReadOnlySet<string> changed, IReadOnlyDictionary<string, string> links, ProtectedPaths protectedPaths)
    {
        var blockers = new List<Blocker>();
        foreach (var (path, text) in links.OrderBy(link => link.Key, StringComparer.Ordinal))
        {
            var problem = changed.Contains(path) ? Judge(path, text, links, protectedPaths) : JudgeUntouched(path, text, changed, links);
            if (problem is var (kind, why))
                blockers.Add(new Blocker(kind, worker, path, $"{worker ?? "the workers together"} made the link '{path}' to '{Shown(text)}', which {why}", "have the worker make a copy, or link to a file inside the repository by a relative path"));
        }

        return blockers;
    }

    private static (BlockerKind, string)? Judge(string path, string text, IReadOnlyDictionary<string, string> links, ProtectedPaths protectedPaths)
    {
        if (text.Length > LongestTarget || text.Contains('\0', StringComparison.Ordinal)) return (BlockerKind.Escape, "no system can follow (rule link_target)");
        if (GitFiles.Of(path) is { } special) return (BlockerKind.Protected, $"stands where git reads {special} (rule link_git_file)");
        if (protectedPaths.HasProtectedBelow(path)) return (BlockerKind.Protected, "stands where a folder with protected paths belongs (rule link_protected_parent)");
        var written = LinkTarget.Read(path, text);
        var followed = LinkTarget.Follow(path, links, new HashSet<string>(StringComparer.Ordinal));
        foreach (var (target, problem) in ((string?, string?)[])[written, followed])
        {
            if (problem is not null) return (BlockerKind.Escape, $"{problem} (rule link_escape)");
            if (target!.Length > 0 && RelativePath.FindBrokenRule(target) is PathRule.GitFolder) return (BlockerKind.Protected, "leads into git's own folder (rule link_protected)");
            if (target.Length > 0 && !RelativePath.TryParse(target, out _, out var reason)) return (BlockerKind.Escape, $"leads to a path that is refused: {reason}");
            if (target.Length > 0 && protectedPaths.Explain(target, null) is { } rule) return (BlockerKind.Protected, $"leads to a protected path ({rule}) (rule link_protected)");
        }

        return null;
    }

    // A changed link may turn an old one, whose own text did not change, to the outside.
    private static (BlockerKind, string)? JudgeUntouched(string path, string text, IReadOnlySet<string> changed, IReadOnlyDictionary<string, string> links)
    {
        var visited = new HashSet<string>(StringComparer.Ordinal);
        var (_, problem) = LinkTarget.Follow(path, links, visited);
        if (problem is null || !visited.Overlaps(changed) || LinkTarget.Read(path, text).Problem is not null) return null;
        return (BlockerKind.Escape, $"{problem} through a link that was changed (rule link_escape)");
    }

    private static async Task<IReadOnlyDictionary<string, string>> ReadLinksAsync(GitRepository repository, CommitId tree, CancellationToken cancellationToken)
    {
        var listed = await repository.RequireAsync(new GitCall("ls-tree", "-r", "-z", "--full-tree", tree.Hex), cancellationToken).ConfigureAwait(false);
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in listed.Fields.Where(entry => entry.StartsWith(LinkMode, StringComparison.Ordinal)))
        {
            // "<mode> blob <id>" TAB path
            var tab = entry.IndexOf('\t', StringComparison.Ordinal);
            var blob = await repository.RequireAsync(new GitCall("cat-file", "blob", entry[..tab].Split(' ')[2]), cancellationToken).ConfigureAwait(false);
            links[entry[(tab + 1)..]] = Encoding.UTF8.GetString(blob.Output);
        }

        return links;
    }

    private static string Shown(string text) => string.Concat((text.Length > 200 ? text[..200] + "..." : text).Select(c => char.IsControl(c) ? ' ' : c));
}
