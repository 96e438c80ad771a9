using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Workers;

/// <summary>A linked worktree of this repository.</summary>
/// <param name="Path">Its folder, absolute.</param>
/// <param name="AdminDirectory">Its own administrative folder inside the repository's, absolute.</param>
public sealed record Worktree(string Path, string AdminDirectory)
{
    private const long LongestFile = 64 * 1024;

    /// <summary>Its index.</summary>
    public string IndexFile => System.IO.Path.Combine(AdminDirectory, "index");

    /// <summary>What the HEAD file says: a commit, or null when HEAD is a branch or cannot be read.</summary>
    public CommitId? DetachedHead =>
        ReadFile(System.IO.Path.Combine(AdminDirectory, "HEAD")) is { } text && CommitId.TryParse(text, out var id) ? id : null;

    /// <summary>The operation that was begun in it and not ended, in words, or null.</summary>
    public string? UnfinishedOperation
    {
        get
        {
            foreach (var (file, words) in ((string, string)[])[
                ("MERGE_HEAD", "a merge"), ("CHERRY_PICK_HEAD", "a cherry-pick"), ("REVERT_HEAD", "a revert"),
                ("rebase-merge", "a rebase"), ("rebase-apply", "a rebase or 'git am'"), ("BISECT_LOG", "a bisect")])
            {
                if (System.IO.Path.Exists(System.IO.Path.Combine(AdminDirectory, file))) return words;
            }

            return null;
        }
    }

    /// <summary>Whether it was registered and never filled: no index, and nothing but the <c>.git</c> file.</summary>
    public bool IsUnfilled => !File.Exists(IndexFile) && Directory.EnumerateFileSystemEntries(Path).All(entry => System.IO.Path.GetFileName(entry) == ".git");

    /// <summary>Whether the folder still is this worktree: its <c>.git</c> file names the administrative folder.</summary>
    public bool IsIntact => Find(Path, System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(AdminDirectory))!) is not null;

    /// <summary>
    /// Reads the worktree in a folder, when it belongs to the repository with this common folder and both sides name each
    /// other; else null.
    /// </summary>
    public static Worktree? Find(string path, string commonDirectory)
    {
        const string Prefix = "gitdir: ";
        if (ReadFile(System.IO.Path.Combine(path, ".git")) is not { } pointer || !pointer.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var admin = System.IO.Path.GetFullPath(pointer[Prefix.Length..], path);
        var inside = System.IO.Path.GetDirectoryName(admin);
        if (inside is null || !SamePath(inside, System.IO.Path.Combine(commonDirectory, "worktrees"))) return null;
        // A link there leads git to what is not this worktree's: the user's own HEAD and index, for example.
        if (IsLink(inside) || IsLink(admin)) return null;
        if (ReadFile(System.IO.Path.Combine(admin, "commondir")) is not { } common || !SamePath(System.IO.Path.GetFullPath(common, admin), commonDirectory)) return null;
        if (ReadFile(System.IO.Path.Combine(admin, "gitdir")) is not { } back) return null;
        return SamePath(System.IO.Path.GetFullPath(back, admin), System.IO.Path.Combine(path, ".git")) ? new Worktree(System.IO.Path.GetFullPath(path), admin) : null;
    }

    /// <summary>The registration of a worktree whose folder is gone, or null when there is none for this folder.</summary>
    public static Worktree? FindVanished(string path, string commonDirectory)
    {
        var registrations = System.IO.Path.Combine(commonDirectory, "worktrees");
        if (!Directory.Exists(registrations)) return null;
        foreach (var admin in Directory.EnumerateDirectories(registrations))
        {
            if (ReadFile(System.IO.Path.Combine(admin, "gitdir")) is { } back && SamePath(System.IO.Path.GetFullPath(back, admin), System.IO.Path.Combine(path, ".git")))
                return new Worktree(System.IO.Path.GetFullPath(path), admin);
        }

        return null;
    }

    /// <summary>
    /// Removes the lock files that a git killed in this worktree left behind. Only for a caller that holds the worktree's
    /// lock and knows that no process of an earlier worker lives.
    /// </summary>
    public void ClearStaleLocks()
    {
        foreach (var name in (string[])["index.lock", "HEAD.lock"]) File.Delete(System.IO.Path.Combine(AdminDirectory, name));
    }

    /// <summary>Drops what a worker set for this worktree alone, so that the next one sees the whole tree.</summary>
    public void ForgetSparseCheckout()
    {
        File.Delete(System.IO.Path.Combine(AdminDirectory, "config.worktree"));
        var sparse = System.IO.Path.Combine(AdminDirectory, "info", "sparse-checkout");
        if (File.Exists(sparse)) File.Delete(sparse);
    }

    /// <summary>Deletes its index, when it is there; what stands in its place as a folder stays, and is no index.</summary>
    public void DropIndex()
    {
        if (!Directory.Exists(IndexFile)) File.Delete(IndexFile);
    }

    /// <summary>The commits that an unfinished operation started from; git keeps them nowhere else.</summary>
    public IReadOnlyList<CommitId> OperationOrigins => [.. ((string[])["rebase-merge/orig-head", "rebase-apply/orig-head", "MERGE_HEAD", "CHERRY_PICK_HEAD", "ORIG_HEAD"])
        .Select(name => ReadFile(System.IO.Path.Combine(AdminDirectory, name)))
        .Select(text => CommitId.TryParse(text, out var id) ? id : (CommitId?)null)
        .OfType<CommitId>()
        .Distinct()];

    /// <summary>Ends every unfinished operation without touching a file. Only for a caller that has rescued the worktree.</summary>
    public void EndOperations()
    {
        foreach (var name in (string[])["rebase-merge", "rebase-apply", "sequencer"])
        {
            var folder = System.IO.Path.Combine(AdminDirectory, name);
            if (Directory.Exists(folder)) FolderRemoval.Delete(folder);
        }

        foreach (var name in (string[])["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG", "BISECT_START", "BISECT_NAMES", "BISECT_TERMS", "BISECT_EXPECTED_REV"])
            File.Delete(System.IO.Path.Combine(AdminDirectory, name));
    }

    private static bool IsLink(string folder) => new DirectoryInfo(folder).LinkTarget is not null;

    private static bool SamePath(string left, string right) => string.Equals(
        System.IO.Path.GetFullPath(left),
        System.IO.Path.GetFullPath(right),
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    private static string? ReadFile(string path)
    {
        try
        {
            // A pipe in the place of a file would never answer.
            if (!RegularFile.Is(path) || new FileInfo(path).Length > LongestFile) return null;
            var text = File.ReadAllText(path).TrimEnd('\r', '\n');
            // No path and no commit has one, and the system's calls refuse it.
            return text.Contains('\0', StringComparison.Ordinal) ? null : text;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
