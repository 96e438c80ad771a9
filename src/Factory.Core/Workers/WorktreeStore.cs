using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Workers;

/// <summary>How a worktree was made ready.</summary>
/// <param name="Worktree">The worktree, at the base commit and clean.</param>
/// <param name="IsReused">Whether the folder was there before.</param>
/// <param name="RescueRef">The ref that keeps what an earlier run or a person left in it, or null.</param>
public sealed record ReadyWorktree(Worktree Worktree, bool IsReused, string? RescueRef);

/// <summary>
/// The worktrees at their fixed places. One that is ours (same common git folder) is reset and reused, so that ignored
/// caches stay warm; anything else in its place is refused. What a reset would lose is first kept under
/// <c>refs/factory/rescue/</c>.
/// </summary>
public sealed class WorktreeStore(GitRepository repository, GitIdentity identity)
{
    /// <summary>
    /// Registers a worktree in a folder that does not exist or is empty, without its files; a folder with anything in it is
    /// left alone. One at a time, over all processes: git's own commands fail when they meet a worktree that another git is
    /// half-way through registering.
    /// </summary>
    /// <param name="path">Its folder.</param>
    /// <param name="worker">Whose it is; names the rescue ref.</param>
    /// <param name="run">The run it is made for; names the rescue ref.</param>
    /// <param name="commit">The commit of its HEAD.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    /// <returns>
    /// The ref that keeps what was committed in a worktree whose folder was deleted, or null when there is nothing to keep.
    /// </returns>
    public async Task<string?> RegisterAsync(string path, string worker, string run, CommitId commit, CancellationToken cancellationToken)
    {
        if (Exists(path)) return null;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var turn = await WorktreeRegistration.EnterAsync(repository.CommonDirectory, cancellationToken).ConfigureAwait(false);
        var rescue = await RescueVanishedAsync(path, worker, run, commit, cancellationToken).ConfigureAwait(false);
        // --force lets git take over the registration of a worktree whose folder was deleted by hand; it never overwrites files.
        await repository.RequireAsync(new GitCall("worktree", "add", "--force", "--detach", "--no-checkout", "--quiet", path, commit.Hex), cancellationToken).ConfigureAwait(false);
        return rescue;
    }

    private async Task<string?> RescueVanishedAsync(string path, string worker, string run, CommitId commit, CancellationToken cancellationToken)
    {
        if (Worktree.FindVanished(path, repository.CommonDirectory) is not { } vanished) return null;
        var head = vanished.DetachedHead ?? await new WorktreeCapture(repository, identity).ReadHeadAsync(vanished, cancellationToken).ConfigureAwait(false);
        if (head is null || head == commit || await IsKeptAsync(head.Value, cancellationToken).ConfigureAwait(false)) return null;
        var name = $"refs/factory/rescue/{run}/{worker}";
        await repository.CreateRefAsync(name, head.Value, cancellationToken).ConfigureAwait(false);
        return name;
    }

    /// <summary>Makes a worktree ready at the base commit.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="worker">Whose it is; names the rescue ref.</param>
    /// <param name="run">The run it is made ready for; names the rescue ref.</param>
    /// <param name="baseCommit">The commit to check out.</param>
    /// <param name="baseTree">The tree of that commit.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    /// <exception cref="FactoryException">The folder is not ours, or holds something that cannot be kept.</exception>
    public async Task<ReadyWorktree> PrepareAsync(string path, string worker, string run, CommitId baseCommit, CommitId baseTree, CancellationToken cancellationToken)
    {
        var vanished = await RegisterAsync(path, worker, run, baseCommit, cancellationToken).ConfigureAwait(false);
        var worktree = Worktree.Find(path, repository.CommonDirectory) ?? throw new FactoryException(
            BlockerKind.Worker, $"{path} is not a worktree of this repository, so it is left alone", "move or delete that folder yourself, or set paths.worktrees_dir to another place", path, worker);
        worktree.ClearStaleLocks();
        worktree.ForgetSparseCheckout();
        if (worktree.IsUnfilled)
        {
            await FillAsync(worktree, baseCommit, cancellationToken).ConfigureAwait(false);
            return new ReadyWorktree(worktree, false, vanished);
        }

        var rescue = await RescueAsync(worktree, worker, run, baseCommit, cancellationToken).ConfigureAwait(false);
        worktree.EndOperations();
        if (WorktreeCapture.HasRoomForSparse(worktree.IndexFile)) await ClearFlagsAsync(worktree, _ => true, cancellationToken).ConfigureAwait(false);
        await ResetAsync(worktree, baseCommit, baseTree, cancellationToken).ConfigureAwait(false);
        return new ReadyWorktree(worktree, true, rescue);
    }

    /// <summary>Adds a worktree, detached at a commit, in a folder that does not exist or is empty.</summary>
    public async Task<Worktree> AddAsync(string path, CommitId commit, CancellationToken cancellationToken)
    {
        await RegisterAsync(path, WorkerId.Integrator, "checkout", commit, cancellationToken).ConfigureAwait(false);
        var worktree = Worktree.Find(path, repository.CommonDirectory) ?? throw new FactoryException(
            new Blocker(BlockerKind.Check, null, path, "git made a worktree that does not name this repository", "look at the folder and at 'git worktree list'"), RunStatus.Fail);
        await FillAsync(worktree, commit, cancellationToken).ConfigureAwait(false);
        return worktree;
    }

    /// <summary>Makes the tracked files, the index and the detached HEAD of a worktree those of a commit; what was changed in tracked files is lost.</summary>
    public async Task FillAsync(Worktree worktree, CommitId commit, CancellationToken cancellationToken)
    {
        if (worktree.DetachedHead is null)
            await repository.RequireAsync(In(worktree, "update-ref", "--no-deref", "HEAD", commit.Hex), cancellationToken).ConfigureAwait(false);
        await repository.RequireAsync(In(worktree, "reset", "--quiet", "--hard", commit.Hex), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The tracked paths of a worktree that differ from its HEAD.</summary>
    public async Task<IReadOnlyList<string>> ListChangedAsync(Worktree worktree, CancellationToken cancellationToken) =>
        (await repository.RequireAsync(In(worktree, "diff-index", "--name-only", "-z", "HEAD", "--"), cancellationToken).ConfigureAwait(false)).Fields;

    /// <summary>Keeps under a ref what is in a worktree and nowhere else.</summary>
    /// <returns>The ref, or null when there was nothing to keep.</returns>
    public async Task<string?> RescueAsync(Worktree worktree, string worker, string run, CommitId? baseCommit, CancellationToken cancellationToken)
    {
        var capture = new WorktreeCapture(repository, identity);
        // What a sparse checkout left out was not deleted, so that there is nothing of it to keep.
        await ClearFlagsAsync(worktree, entry => entry[0] != 'S' || !WorktreeCapture.IsMissing(Path.Combine(worktree.Path, entry[2..])), cancellationToken).ConfigureAwait(false);
        var head = worktree.DetachedHead ?? await capture.ReadHeadAsync(worktree, cancellationToken).ConfigureAwait(false);
        var isClean = await IsCleanAsync(worktree, cancellationToken).ConfigureAwait(false);
        if (isClean && (head is null || head == baseCommit || await IsKeptAsync(head.Value, cancellationToken).ConfigureAwait(false))) return null;
        var commit = isClean ? head!.Value : await CaptureLeftoversAsync(capture, worktree, worker, head, cancellationToken).ConfigureAwait(false);
        var name = $"refs/factory/rescue/{run}/{worker}";
        await repository.CreateRefAsync(name, commit, cancellationToken).ConfigureAwait(false);
        // The files go next, and a worker that runs already may be deleting what no ref named a moment ago.
        await repository.PackAsync(commit, baseCommit, cancellationToken).ConfigureAwait(false);
        return name;
    }

    /// <summary>Deletes a worktree after keeping what is in it. Links are removed, never followed.</summary>
    /// <returns>The rescue ref, or null when there was nothing to keep.</returns>
    public async Task<string?> RemoveAsync(Worktree worktree, string worker, string run, CancellationToken cancellationToken)
    {
        var rescue = await RescueAsync(worktree, worker, run, null, cancellationToken).ConfigureAwait(false);
        await DeleteAsync(worktree, cancellationToken).ConfigureAwait(false);
        return rescue;
    }

    /// <summary>Deletes a worktree that holds nothing to keep. Links are removed, never followed.</summary>
    public async Task DeleteAsync(Worktree worktree, CancellationToken cancellationToken)
    {
        if (Directory.Exists(Path.Combine(worktree.AdminDirectory, "modules")))
            throw new FactoryException(BlockerKind.Worker, $"the worktree {worktree.Path} holds submodules with repositories of their own, whose work cannot be kept", "push what you need from them, then remove the worktree with 'git worktree remove --force'", worktree.Path);
        FolderRemoval.Delete(worktree.Path);
        using var turn = await WorktreeRegistration.EnterAsync(repository.CommonDirectory, cancellationToken).ConfigureAwait(false);
        // The folder is gone, so git only drops its own registration; git's own deletion has followed junctions.
        await repository.RequireAsync(new GitCall("worktree", "remove", "--force", worktree.Path), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a folder that holds nothing to keep, and its registration when it is a worktree of this repository.</summary>
    public async Task DropAsync(string path, CancellationToken cancellationToken)
    {
        var isRegistered = Worktree.FindVanished(path, repository.CommonDirectory) is not null;
        FolderRemoval.Delete(path);
        if (!isRegistered) return;
        using var turn = await WorktreeRegistration.EnterAsync(repository.CommonDirectory, cancellationToken).ConfigureAwait(false);
        await repository.RequireAsync(new GitCall("worktree", "remove", "--force", path), cancellationToken).ConfigureAwait(false);
    }

    private static bool Exists(string path) =>
        File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any());

    private static async Task<CommitId> CaptureLeftoversAsync(WorktreeCapture capture, Worktree worktree, string worker, CommitId? head, CancellationToken cancellationToken)
    {
        var parent = head ?? throw new FactoryException(
            BlockerKind.Worker, $"the worktree {worktree.Path} has changes but no commit under HEAD, so they cannot be kept", "save what you need from it and delete the folder", worktree.Path, worker);
        var captured = await capture.CaptureAsync(worktree, PristineIndex.Own(worktree), parent, null, $"Rescued from the worktree of {worker}\n", cancellationToken).ConfigureAwait(false);
        if (captured.Gitlinks.Count > 0)
            throw new FactoryException(
                BlockerKind.Worker, $"the worktree holds another repository at {captured.Gitlinks[0]}, whose files git cannot keep", $"move {Path.Combine(worktree.Path, captured.Gitlinks[0])} to a safe place and run again", worktree.Path, worker);
        if (captured.Oversized is [var large, ..])
            throw new FactoryException(
                BlockerKind.Worker, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the worktree holds '{large.Name}' of {large.Size:N0} bytes, which git would read for too long to keep it"), $"delete {Path.Combine(worktree.Path, large.Name)}, or move it to a safe place, and run again", worktree.Path, worker);
        return captured.Commit;
    }

    private async Task ResetAsync(Worktree worktree, CommitId baseCommit, CommitId baseTree, CancellationToken cancellationToken)
    {
        var clean = await IsCleanAsync(worktree, cancellationToken).ConfigureAwait(false);
        if (clean && worktree.DetachedHead == baseCommit) return;
        await repository.RequireAsync(In(worktree, "checkout", "--quiet", "--force", "--detach", baseCommit.Hex), cancellationToken).ConfigureAwait(false);
        // Asked again: a file that the worker's .gitignore hid is untracked at the base.
        if (!clean || !await IsCleanAsync(worktree, cancellationToken).ConfigureAwait(false)) await repository.RequireAsync(In(worktree, "clean", "--quiet", "-fd"), cancellationToken).ConfigureAwait(false);
        if (!await IsCleanAsync(worktree, cancellationToken).ConfigureAwait(false))
            throw new FactoryException(
                BlockerKind.Worker, $"the worktree {worktree.Path} could not be reset to the tree {baseTree.Hex[..8]}", "look at 'git status' in it; delete the folder if nothing in it is needed", worktree.Path);
    }

    // Flags that a worker set in its index would hide its edits; and an index that is gone, because a fill was cut short or a
    // worker deleted it, is made anew, so that what lies in the folder counts as changed.
    private async Task ClearFlagsAsync(Worktree worktree, Func<string, bool> isWanted, CancellationToken cancellationToken)
    {
        if (!File.Exists(worktree.IndexFile))
        {
            await repository.RequireAsync(In(worktree, "read-tree", "HEAD"), cancellationToken).ConfigureAwait(false);
            return;
        }

        // "H path" is an ordinary entry; a lower-case letter is assume-unchanged, S is skip-worktree.
        var entries = (await repository.RequireAsync(In(worktree, "ls-files", "-v", "-z"), cancellationToken).ConfigureAwait(false)).Fields;
        var flagged = entries.Where(entry => (entry[0] == 'S' || char.IsAsciiLetterLower(entry[0])) && isWanted(entry)).Select(entry => entry[2..]).ToList();
        if (flagged.Count == 0) return;
        var paths = System.Text.Encoding.UTF8.GetBytes(string.Concat(flagged.Select(path => path + "\0")));
        foreach (var option in (string[])["--no-skip-worktree", "--no-assume-unchanged"])
            await repository.RequireAsync(In(worktree, "update-index", option, "-z", "--stdin") with { Input = paths }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsKeptAsync(CommitId commit, CancellationToken cancellationToken) =>
        (await repository.RequireAsync(new GitCall("for-each-ref", "--count=1", "--contains=" + commit.Hex), cancellationToken).ConfigureAwait(false)).Output.Length > 0;

    /// <summary>Whether a worktree has no changed, new or conflicted file and no operation in progress. A file that is as its commit is checked out is not changed, whatever git would make of it.</summary>
    public async Task<bool> IsCleanAsync(Worktree worktree, CancellationToken cancellationToken)
    {
        if (worktree.UnfinishedOperation is not null) return false;
        var status = await repository.RequireAsync(In(worktree, "status", "--porcelain=v2", "-z", "--untracked-files=normal", "--ignore-submodules=none"), cancellationToken).ConfigureAwait(false);
        return status.Output.Length == 0 || await new UntouchedFiles(repository).AreAllAsync(worktree, status.Output, cancellationToken).ConfigureAwait(false);
    }

    private static GitCall In(Worktree worktree, params IReadOnlyList<string> arguments) =>
        new(arguments) { GitDirectory = worktree.AdminDirectory, WorkTree = worktree.Path, WorkingDirectory = worktree.Path };
}
