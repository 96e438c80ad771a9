using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Guards;

/// <summary>
/// Judges changes of what git itself obeys. <c>.gitmodules</c> is held to what git's own check of received objects asks,
/// and to more. A change of <c>.gitattributes</c> or <c>.gitignore</c> is a warning that names what it brings: merges of
/// this run use the base's, and a driver runs only where the user's own configuration defines it. Another spelling of the
/// first two, and a submodule turned into something else, block.
/// </summary>
public static class GitFileGuard
{
    private static readonly string[] KnownModes = ["000000", "100644", "100755", "120000", "160000"];
    private static readonly string[] Telling = ["filter", "merge", "diff", "export-subst", "export-ignore", "working-tree-encoding", "eol", "text", "binary", "ident"];

    /// <summary>Judges.</summary>
    /// <returns>Blockers and warnings, in the order of the changes.</returns>
    public static async Task<(IReadOnlyList<Blocker> Blockers, IReadOnlyList<string> Warnings)> CheckAsync(
        GitRepository repository, string worker, IReadOnlyList<ChangedPath> changes, CancellationToken cancellationToken)
    {
        var (blockers, warnings) = (new List<Blocker>(), new List<string>());
        foreach (var change in changes)
        {
            blockers.AddRange(JudgeMode(worker, change));
            if (GitFiles.Of(change.Path) is not { } name || change.NewMode is "120000" or "160000") continue;
            if (name != ".gitignore" && name != ".mailmap" && GitFiles.IsDisguised(change.Path) && change.Blob is not null)
                blockers.Add(Block(worker, change.Path, $"git reads '{change.Path}' as {name} on some systems (rule git_file_spelling)", $"spell it {name}"));
            else if (change.Blob is null)
                warnings.Add($"deleted {change.Path}, which git obeys");
            else if (name == ".gitmodules")
                blockers.AddRange(await JudgeModulesAsync(repository, worker, change, warnings, cancellationToken).ConfigureAwait(false));
            else
                warnings.Add(name == ".gitattributes" ? await DescribeAsync(repository, change, cancellationToken).ConfigureAwait(false) : $"changed {change.Path}: git ignores, from its capture on, what that file says");
        }

        return (blockers, warnings);
    }

    private static IEnumerable<Blocker> JudgeMode(string worker, ChangedPath change)
    {
        if (!KnownModes.Contains(change.NewMode, StringComparer.Ordinal))
            yield return Block(worker, change.Path, $"'{change.Path}' has the mode {change.NewMode}, which git no longer writes (rule mode)", "have the worker commit plain files");
        if (change is { OldMode: "160000", NewMode: not ("160000" or "000000") })
            yield return Block(worker, change.Path, $"'{change.Path}' was a submodule and is now something else (rule submodule_replaced)", "change the submodule outside of Factory");
    }

    private static async Task<string> DescribeAsync(GitRepository repository, ChangedPath change, CancellationToken cancellationToken)
    {
        var blob = await repository.RequireAsync(new GitCall("cat-file", "blob", change.Blob!.Value.Hex), cancellationToken).ConfigureAwait(false);
        var words = Encoding.UTF8.GetString(blob.Output).Split('\n').Where(line => !line.StartsWith('#')).SelectMany(line => line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries).Skip(1));
        var telling = words.Where(word => Telling.Contains(word.TrimStart('-', '!').Split('=')[0], StringComparer.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(20).ToList();
        return $"changed {change.Path}, which decides how git reads, compares and merges files from the next run on{(telling.Count == 0 ? "" : $" ({string.Join(", ", telling)})")}";
    }

    private static async Task<IReadOnlyList<Blocker>> JudgeModulesAsync(GitRepository repository, string worker, ChangedPath change, List<string> warnings, CancellationToken cancellationToken)
    {
        var call = new GitCall("config", "--blob", change.Blob!.Value.Hex, "-z", "--list");
        var listed = await repository.RunAsync(call, cancellationToken).ConfigureAwait(false);
        if (listed.ExitCode != 0) return [Block(worker, change.Path, $"{change.Path} cannot be read as git's configuration (rule submodule_syntax)", "mend the file")];
        warnings.Add($"changed {change.Path}; look at where its submodules come from");
        return [.. listed.Fields.Select(Submodules.Explain).OfType<string>().Select(why => Block(worker, change.Path, $"{change.Path} {why}", "have the worker leave submodules alone"))];
    }

    private static Blocker Block(string worker, string path, string why, string nextAction) => new(BlockerKind.Protected, worker, path, $"{worker} changed '{path}': {why}", nextAction);
}
