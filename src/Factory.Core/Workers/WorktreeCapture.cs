using System.Text;
using System.Text.RegularExpressions;
using Factory.Core.Contracts;
using Factory.Core.Guards.Writes;
using Factory.Core.Repository;

namespace Factory.Core.Workers;

/// <summary>What a worktree held when it was captured.</summary>
/// <param name="Commit">The commit that holds it; the base commit itself when nothing changed.</param>
/// <param name="Tree">The tree of that commit.</param>
/// <param name="Gitlinks">Paths of other repositories inside it that the base does not have as submodules.</param>
public sealed record CapturedWork(CommitId Commit, CommitId Tree, IReadOnlyList<string> Gitlinks)
{
    /// <summary>Whether the index that the capture starts from was gone or changed, so that one was made anew from the base.</summary>
    public bool IsSeedLost { get; init; }

    /// <summary>What its commit was made of; null when none had to be made.</summary>
    public CommitRecipe? Recipe { get; init; }

    /// <summary>The index that the worktree was left with; null when it was left as it was found.</summary>
    public LeftIndex? Index { get; init; }

    /// <summary>How many paths a sparse checkout left out of the worktree; they are captured as its index has them.</summary>
    public int Narrowed { get; init; }

    /// <summary>Files that are not in it because git would read them for too long; they stay in the worktree.</summary>
    public IReadOnlyList<OversizedFile> Oversized { get; init; } = [];
}

/// <summary>
/// Turns the state of a worktree into a commit: staged, unstaged, untracked, deleted, renamed, mode-only and binary
/// changes, committed or not. It reads the files against an index that the worker never had in its hands, so flags that a
/// worker sets in its own index hide no change; only what a sparse checkout took out of the worktree is not deleted.
/// </summary>
public sealed partial class WorktreeCapture(GitRepository repository, GitIdentity identity)
{
    // Enough for tens of thousands of files.
    private static readonly TimeSpan LongAdd = TimeSpan.FromSeconds(5);

    /// <summary>Whether a file of a name and a size in bytes is left out when git takes long; without limits of a user's, one that git reads for a minute or so.</summary>
    public Func<string, long, bool> IsTooLarge { get; init; } = (_, size) => size > 4L << 30;

    /// <summary>Captures the files of a worktree.</summary>
    /// <param name="worktree">The worktree.</param>
    /// <param name="seed">The index to compare with; it is not changed.</param>
    /// <param name="baseCommit">The first parent of the commit.</param>
    /// <param name="baseTree">The tree of that commit and of the seed index, when the caller knows that they are one; else null.</param>
    /// <param name="message">The commit's message.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    /// <exception cref="FactoryException">git could not read the files; they stay where they are.</exception>
    public Task<CapturedWork> CaptureAsync(Worktree worktree, PristineIndex seed, CommitId baseCommit, CommitId? baseTree, string message, CancellationToken cancellationToken) =>
        WithIndexAsync(index => CaptureAsync(worktree, seed.Read(), index, baseCommit, baseTree, message, cancellationToken));

    /// <summary>Writes the objects of captured work again, from the files in the worktree.</summary>
    /// <param name="worktree">The worktree.</param>
    /// <param name="work">What was captured in it.</param>
    /// <param name="baseCommit">The first parent of its commit.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    /// <returns>Whether the files are still those that were captured, so that tree and commit are there again.</returns>
    /// <exception cref="FactoryException">git could not read the files.</exception>
    public async Task<bool> RestoreAsync(Worktree worktree, CapturedWork work, CommitId baseCommit, CancellationToken cancellationToken)
    {
        if (!worktree.IsIntact) return false;
        var (tree, _, _, _) = await WithIndexAsync(index => ReadTreeAsync(worktree, null, index, baseCommit, null, work.Oversized, (_, call) => new IgnoredButTracked(repository).TakeAgainAsync(worktree, call, cancellationToken), cancellationToken)).ConfigureAwait(false);
        return tree == work.Tree && (work.Recipe is null || await repository.CommitTreeAsync(work.Recipe, identity, cancellationToken).ConfigureAwait(false) == work.Commit);
    }

    private static async Task<T> WithIndexAsync<T>(Func<string, Task<T>> work)
    {
        // Not in the worktree's own folder of the repository: a worker knows that one, and a link left there, or in its place,
        // would lead the writing into the user's own files.
        var folder = Directory.CreateTempSubdirectory("factory-capture-");
        try
        {
            return await work(Path.Combine(folder.FullName, "index")).ConfigureAwait(false);
        }
        finally
        {
            FolderRemoval.Delete(folder.FullName);
        }
    }

    // The tree of the files as they are, how many paths a sparse checkout had left out, repositories without a commit, and what is
    // too large.
    private async Task<(CommitId Tree, int Narrowed, IReadOnlyList<string> Empty, IReadOnlyList<OversizedFile> Oversized)> ReadTreeAsync(
        Worktree worktree, (byte[] Bytes, DateTime Time)? seed, string index, CommitId baseCommit, CommitId? baseTree, IReadOnlyList<OversizedFile> oversized, Func<byte[]?, GitCall, Task> takeIgnored, CancellationToken cancellationToken)
    {
        var call = new GitCall { GitDirectory = worktree.AdminDirectory, WorkTree = worktree.Path, WorkingDirectory = worktree.Path, IndexFile = index };
        if (seed is { } kept)
        {
            await File.WriteAllBytesAsync(index, kept.Bytes, cancellationToken).ConfigureAwait(false);
            File.SetLastWriteTimeUtc(index, kept.Time);
        }
        else
        {
            await repository.RequireAsync(call with { Arguments = ["read-tree", baseCommit.Hex] }, cancellationToken).ConfigureAwait(false);
        }

        (var empty, oversized) = await AddAllAsync(call, oversized, cancellationToken).ConfigureAwait(false);
        if (seed is not { } begun || !IsSameIndex(index, begun.Bytes)) await new UntouchedFiles(repository).PutBackAsync(worktree, call, baseTree is null ? null : seed?.Bytes, baseCommit, cancellationToken).ConfigureAwait(false);
        await takeIgnored(seed?.Bytes, call).ConfigureAwait(false);
        var narrowed = await PutBackAsync(worktree, call, cancellationToken).ConfigureAwait(false);
        var tree = baseTree is { } unchanged && seed is not null && IsSameIndex(index, seed.Value.Bytes)
            ? unchanged
            : CommitId.Parse((await repository.RequireAsync(call with { Arguments = ["write-tree"] }, cancellationToken).ConfigureAwait(false)).Text);
        return (tree, narrowed, empty, oversized);
    }

    // git refuses a repository without a commit in the worktree, and with it everything else unless it is told to go on. It is
    // named like any other repository that is none of this one's: its files are not captured.
    private async Task<(IReadOnlyList<string> Empty, IReadOnlyList<OversizedFile> Oversized)> AddAllAsync(GitCall call, IReadOnlyList<OversizedFile> oversized, CancellationToken cancellationToken)
    {
        var (answer, found) = await AddInTimeAsync(call, ["add", "--all", "--", "."], oversized, cancellationToken).ConfigureAwait(false);
        return (answer.ExitCode == 0 ? [] : await AddTheRestAsync(call, answer, found, cancellationToken).ConfigureAwait(false), found);
    }

    // A file may be of any size on disk and take no place there.
    private async Task<(GitOutput Answer, IReadOnlyList<OversizedFile> Oversized)> AddInTimeAsync(GitCall call, string[] arguments, IReadOnlyList<OversizedFile> oversized, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var add = OversizedFiles.Without(call with { Arguments = arguments }, oversized);
        var adding = repository.RunAsync(add, ending.Token);
        if (oversized.Count > 0 || await Task.WhenAny(adding, Task.Delay(LongAdd, cancellationToken)).ConfigureAwait(false) == adding) return (await adding.ConfigureAwait(false), oversized);
        var found = await new OversizedFiles(repository, IsTooLarge).FindAsync(call.WorkTree!, call, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0 || adding.IsCompleted) return (await adding.ConfigureAwait(false), []);
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(adding).ConfigureAwait(false);
        File.Delete(call.IndexFile + ".lock");
        return (await repository.RunAsync(OversizedFiles.Without(add, found), cancellationToken).ConfigureAwait(false), found);
    }

    private async Task<IReadOnlyList<string>> AddTheRestAsync(GitCall call, GitOutput answer, IReadOnlyList<OversizedFile> oversized, CancellationToken cancellationToken)
    {
        var add = call with { Arguments = ["add", "--all", "--", "."] };
        var empty = EmptyRepository().Matches(answer.Error).Select(match => match.Groups["path"].Value).ToList();
        if (empty.Count == 0) throw GitRepository.Failed(add, answer.ExitCode, answer.Error);
        answer = await repository.RunAsync(OversizedFiles.Without(add with { Arguments = ["add", "--all", "--ignore-errors", "--", "."] }, oversized), cancellationToken).ConfigureAwait(false);
        var found = EmptyRepository().Matches(answer.Error).Select(match => match.Groups["path"].Value).ToList();
        // Anything else that it could not add is no repository, and is not to be lost in silence.
        var others = EmptyRepository().Replace(answer.Error, "");
        return others.Replace("fatal: adding files failed", "", StringComparison.Ordinal).Trim().Length == 0 ? found : throw GitRepository.Failed(add, answer.ExitCode, answer.Error);
    }

    [GeneratedRegex("error: '(?<path>.+?)/' does not have a commit checked out")]
    private static partial Regex EmptyRepository();

    private async Task<CapturedWork> CaptureAsync(
        Worktree worktree, (byte[] Bytes, DateTime Time)? seed, string index, CommitId baseCommit, CommitId? baseTree, string message, CancellationToken cancellationToken)
    {
        // What a worker set for its worktree alone may name programs, which git would run now. A link in the place of the worktree's
        // folder would lead to the user's own.
        if (worktree.IsIntact)
        {
            worktree.ForgetSparseCheckout();
            worktree.ClearStaleLocks();
        }

        var head = worktree.DetachedHead ?? await ReadHeadAsync(worktree, cancellationToken).ConfigureAwait(false);
        var (tree, narrowed, empty, oversized) = await ReadTreeAsync(
            worktree, seed, index, baseCommit, baseTree, [], (known, call) => new IgnoredButTracked(repository).TakeAsync(worktree, call, known, baseCommit, head, cancellationToken), cancellationToken).ConfigureAwait(false);
        var hasMoved = head is not null && head != baseCommit;
        baseTree ??= await repository.TreeOfAsync(baseCommit, cancellationToken).ConfigureAwait(false);
        if (tree == baseTree && !hasMoved && worktree.UnfinishedOperation is null) return await SettleAsync(worktree, index, new CapturedWork(baseCommit, tree, empty) { IsSeedLost = seed is null, Narrowed = narrowed, Oversized = oversized }, head, cancellationToken).ConfigureAwait(false);
        var origins = worktree.UnfinishedOperation is null ? [] : worktree.OperationOrigins;
        var parents = new[] { baseCommit }.Concat(hasMoved ? [head!.Value] : []).Concat(origins).Distinct();
        var recipe = new CommitRecipe(tree, [.. parents], message, DateTimeOffset.Now);
        var commit = await repository.CommitTreeAsync(recipe, identity, cancellationToken).ConfigureAwait(false);
        var gitlinks = (await repository.DiffAsync(baseCommit, commit, cancellationToken).ConfigureAwait(false)).Where(change => change.IsGitlink && change.OldMode != change.NewMode).Select(change => change.Path);
        return await SettleAsync(worktree, index, new CapturedWork(commit, tree, [.. gitlinks, .. empty]) { IsSeedLost = seed is null, Narrowed = narrowed, Oversized = oversized, Recipe = recipe }, head, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Captures what was committed in a worktree whose folder is gone.</summary>
    /// <param name="worktree">The worktree.</param>
    /// <param name="baseCommit">The first parent of the commit.</param>
    /// <param name="message">The commit's message.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    public async Task<CapturedWork> CaptureCommitsAsync(Worktree worktree, CommitId baseCommit, string message, CancellationToken cancellationToken)
    {
        var head = worktree.DetachedHead ?? await ReadHeadAsync(worktree, cancellationToken).ConfigureAwait(false) ?? baseCommit;
        var tree = await repository.TreeOfAsync(head, cancellationToken).ConfigureAwait(false);
        if (head == baseCommit) return new CapturedWork(baseCommit, tree, []);
        return new CapturedWork(await repository.CommitTreeAsync(tree, [baseCommit, head], message, identity, cancellationToken).ConfigureAwait(false), tree, []);
    }

    /// <summary>The commit under HEAD, also when HEAD is a branch; null when there is none.</summary>
    public async Task<CommitId?> ReadHeadAsync(Worktree worktree, CancellationToken cancellationToken)
    {
        var call = new GitCall("rev-parse", "--verify", "--quiet", "HEAD^{commit}") { GitDirectory = worktree.AdminDirectory, WorkingDirectory = repository.CommonDirectory };
        var answer = await repository.RunAsync(call, cancellationToken).ConfigureAwait(false);
        return answer.ExitCode == 0 ? CommitId.Parse(answer.Text) : null;
    }

    // What a sparse checkout leaves out of the worktree is not deleted: the worktree's own index says which paths those are.
    private async Task<int> PutBackAsync(Worktree worktree, GitCall call, CancellationToken cancellationToken)
    {
        if (!HasRoomForSparse(worktree.IndexFile)) return 0;
        var own = await repository.RunAsync(call with { IndexFile = null, Arguments = ["ls-files", "-t", "-s", "-z"] }, cancellationToken).ConfigureAwait(false);
        if (own.ExitCode != 0) return 0;
        // "S MODE ID STAGE\tPATH"
        var left = own.Fields.Where(field => field.StartsWith("S ", StringComparison.Ordinal)).Select(field => field[2..])
            .Where(entry => IsMissing(Path.Combine(worktree.Path, entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..]))).ToList();
        if (left.Count == 0) return 0;
        var input = Encoding.UTF8.GetBytes(string.Concat(left.Select(entry => entry + "\0")));
        await repository.RequireAsync(call with { Arguments = ["update-index", "-z", "--index-info"], Input = input }, cancellationToken).ConfigureAwait(false);
        // The index is left in the worktree, where they are missing for no other reason.
        var names = Encoding.UTF8.GetBytes(string.Concat(left.Select(entry => entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..] + "\0")));
        await repository.RequireAsync(call with { Arguments = ["update-index", "--skip-worktree", "-z", "--stdin"], Input = names }, cancellationToken).ConfigureAwait(false);
        return left.Count;
    }

    // What a link leads to need not exist.
    internal static bool IsMissing(string path) => !Path.Exists(path) && new FileInfo(path).LinkTarget is null;

    // Version 2 of an index has no bit for it.
    internal static bool HasRoomForSparse(string index)
    {
        try
        {
            Span<byte> header = stackalloc byte[8];
            if (!RegularFile.Is(index)) return false;
            using var file = File.OpenHandle(index, share: FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.Read(file, header, 0) == header.Length && header[7] > 2;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // git writes an index anew only when an entry changed; with the same bytes it stands for the same tree.
    private static bool IsSameIndex(string index, byte[] seed) =>
        new FileInfo(index).Length == seed.Length && File.ReadAllBytes(index).AsSpan().SequenceEqual(seed);

    // The worktree is left clean at the captured commit, so that the next run sees at a glance that nothing in it is unsaved.
    private async Task<CapturedWork> SettleAsync(Worktree worktree, string index, CapturedWork work, CommitId? head, CancellationToken cancellationToken)
    {
        if (work.Gitlinks.Count > 0 || worktree.UnfinishedOperation is not null || !worktree.IsIntact) return work;
        var bytes = await File.ReadAllBytesAsync(index, CancellationToken.None).ConfigureAwait(false);
        // First, since it refuses what stands in the way: HEAD must not be moved through a link either.
        await new WriteGuard(repository.CommonDirectory).WriteAsync(
            Path.Combine("worktrees", Path.GetFileName(worktree.AdminDirectory), "index"), stream => PristineIndex.WriteAsync((FileStream)stream, bytes, File.GetLastWriteTimeUtc(index))).ConfigureAwait(false);
        if (head != work.Commit || worktree.DetachedHead is null)
        {
            var call = new GitCall("update-ref", "--no-deref", "HEAD", work.Commit.Hex) { GitDirectory = worktree.AdminDirectory, WorkingDirectory = repository.CommonDirectory };
            await repository.RequireAsync(call, cancellationToken).ConfigureAwait(false);
        }

        return work with { Index = new LeftIndex(bytes) };
    }
}
