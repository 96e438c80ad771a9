using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Workers;

/// <summary>
/// What git tracks though it ignores it: a worker's <c>git add -f</c>, or <c>git mv</c> inside a folder that is ignored. A capture that
/// asks only for what is not ignored would lose it. And the other way round: a file that a worker took out of what git tracks and
/// left in its place, ignored.
/// </summary>
/// <param name="repository">The repository.</param>
internal sealed class IgnoredButTracked(GitRepository repository)
{
    /// <summary>Takes both into the index of a capture.</summary>
    /// <param name="worktree">The worktree; its own index says what the worker staged.</param>
    /// <param name="call">A call of git with the index of the capture, which holds everything else already.</param>
    /// <param name="seed">The index that the worker began with, or null when it is not known any more.</param>
    /// <param name="baseCommit">The commit that it began with.</param>
    /// <param name="head">The commit that it is at.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="FactoryException">git could not add a file.</exception>
    public async Task TakeAsync(Worktree worktree, GitCall call, byte[]? seed, CommitId baseCommit, CommitId? head, CancellationToken cancellationToken)
    {
        var hasStaged = seed is null || !new LeftIndex(seed).IsIn(worktree.IndexFile);
        var (added, removed) = head is { } moved && moved != baseCommit ? await CommittedAsync(call, baseCommit, moved, cancellationToken).ConfigureAwait(false) : ([], []);
        if (!hasStaged && added.Count == 0 && removed.Count == 0) return;
        var captured = await NamesAsync(call, call.IndexFile!, cancellationToken).ConfigureAwait(false) ?? [];
        // Without an index of the worker's nothing tells what it took out.
        var own = hasStaged ? await NamesAsync(call with { IndexFile = null }, worktree.IndexFile, cancellationToken).ConfigureAwait(false) : captured;
        await TakeAsync(worktree, call, captured, (own ?? []).Concat(added), own is null ? [] : removed.Where(name => !own.Contains(name)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="TakeAsync(Worktree, GitCall, byte[], CommitId, CommitId?, CancellationToken)"/>, in a worktree whose index a capture left: it has exactly what was captured.</summary>
    public async Task TakeAgainAsync(Worktree worktree, GitCall call, CancellationToken cancellationToken)
    {
        var captured = await NamesAsync(call, call.IndexFile!, cancellationToken).ConfigureAwait(false) ?? [];
        if (await NamesAsync(call with { IndexFile = null }, worktree.IndexFile, cancellationToken).ConfigureAwait(false) is not { } own) return;
        await TakeAsync(worktree, call, captured, own, captured.Where(name => !own.Contains(name)), cancellationToken).ConfigureAwait(false);
    }

    private async Task TakeAsync(Worktree worktree, GitCall call, HashSet<string> captured, IEnumerable<string> tracked, IEnumerable<string> freed, CancellationToken cancellationToken)
    {
        var doubtful = tracked.Where(name => !captured.Contains(name)).Concat(freed.Where(captured.Contains)).Distinct(StringComparer.Ordinal);
        var ignored = await IgnoredAsync(call, [.. doubtful.Where(name => IsFile(worktree.Path, name))], cancellationToken).ConfigureAwait(false);
        await UpdateAsync(call, ["--add", "--remove", "--replace"], [.. ignored.Where(name => !captured.Contains(name))], cancellationToken).ConfigureAwait(false);
        await UpdateAsync(call, ["--force-remove"], [.. ignored.Where(captured.Contains)], cancellationToken).ConfigureAwait(false);
    }

    // What commits brought and took away, by name.
    private async Task<(IReadOnlyList<string> Added, IReadOnlyList<string> Removed)> CommittedAsync(GitCall call, CommitId from, CommitId to, CancellationToken cancellationToken)
    {
        var diff = call with { Arguments = ["diff-tree", "-r", "-z", "--no-renames", "--diff-filter=AD", "--name-status", from.Hex, to.Hex] };
        var fields = ByteNames.Split((await repository.RequireAsync(diff, cancellationToken).ConfigureAwait(false)).Output);
        // "A" or "D", and the name.
        var changes = fields.Chunk(2).Where(pair => pair.Length == 2).ToLookup(pair => pair[0], pair => pair[1]);
        return ([.. changes["A"]], [.. changes["D"]]);
    }

    private async Task<HashSet<string>?> NamesAsync(GitCall call, string index, CancellationToken cancellationToken)
    {
        if (IndexEntries.Read(IndexImage.Read(index).Bytes) is { } entries) return [.. Enumerable.Range(0, entries.Count).Select(entry => ByteNames.Of(entries.Name(entry)))];
        var answer = await repository.RunAsync(call with { Arguments = ["ls-files", "-z"] }, cancellationToken).ConfigureAwait(false);
        return answer.ExitCode == 0 && File.Exists(index) ? [.. ByteNames.Split(answer.Output)] : null;
    }

    private async Task<IReadOnlyList<string>> IgnoredAsync(GitCall call, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0) return [];
        // So that none begins with a colon, which would have a meaning of its own (gitglossary, pathspec).
        const string Here = "./";
        var ask = call with { Arguments = ["check-ignore", "--no-index", "-z", "--stdin"], Input = ByteNames.Join([.. names.Select(name => Here + name)]), RefusesLiteralPaths = true };
        var answer = await repository.RunAsync(ask, cancellationToken).ConfigureAwait(false);
        // 1: none of them is.
        return answer.ExitCode switch { 0 => [.. ByteNames.Split(answer.Output).Select(name => name[Here.Length..])], 1 => [], var code => throw GitRepository.Failed(ask, code, answer.Error) };
    }

    private async Task UpdateAsync(GitCall call, string[] options, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (names.Count > 0) await repository.RequireAsync(call with { Arguments = ["update-index", .. options, "-z", "--stdin"], Input = ByteNames.Join(names) }, cancellationToken).ConfigureAwait(false);
    }

    // A link on the way leads out of the worktree, and what git would refuse to hold no index of git's has.
    private static bool IsFile(string root, string name)
    {
        var segments = Encoding.UTF8.GetString(ByteNames.Bytes(name)).Split('/');
        if (segments.Any(segment => segment is "" or "." or ".." || segment.Equals(".git", StringComparison.OrdinalIgnoreCase))) return false;
        for (var count = 1; count < segments.Length; count++)
            if (new DirectoryInfo(Path.Combine([root, .. segments.Take(count)])) is not { Exists: true, LinkTarget: null }) return false;
        var file = new FileInfo(Path.Combine([root, .. segments]));
        return file.LinkTarget is not null || RegularFile.Is(file.FullName);
    }
}
