using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Guards.Writes;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline.Folders;

/// <summary>
/// Reserves run ids in a repository. Its worktrees have runs folders of their own and the branches of all their runs in common, so an
/// id is reserved in the folder that they share: by a file there, which one process can make, and which names the run's folder.
/// </summary>
/// <remarks>
/// A reservation stays when its run has ended: in the same second there may be another run, and a run that was preflighted is
/// launched later. From the second day on nothing is gained by it, and the next run deletes it.
/// </remarks>
/// <param name="repository">The repository.</param>
/// <param name="branchPrefix">What the branches of runs begin with, without <c>refs/heads/</c>.</param>
public sealed class RunIds(GitRepository repository, string branchPrefix)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    // Between making a reservation and the folder that it names.
    private static readonly TimeSpan AMoment = TimeSpan.FromMinutes(1);
    private readonly WriteGuard _guard = new(repository.CommonDirectory);

    private string Folder => Path.Combine(repository.CommonDirectory, "factory", "ids");

    /// <summary>The ids of this second, for a base, that have a branch already, whatever became of their folders.</summary>
    /// <param name="first">The first id of the second.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlySet<string>> ListBranchedAsync(RunId first, CancellationToken cancellationToken)
    {
        var stem = first.Text[..(first.Text.LastIndexOf('_') + 1)];
        var refs = await repository.ListRefsAsync($"refs/heads/{branchPrefix}/{stem}*/*", cancellationToken).ConfigureAwait(false);
        return refs.Keys.Select(name => name["refs/heads/".Length..][(branchPrefix.Length + 1)..].Split('/')[0]).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Reserves an id that nobody has reserved.</summary>
    /// <returns>Whether it was there to be reserved.</returns>
    /// <exception cref="FactoryException">The repository's git folder cannot be written, or a link in it leads elsewhere.</exception>
    public bool TryReserve(RunFolder run) => Writing(() => _guard.TryCreate(FileOf(run.Id), Encoding.UTF8.GetBytes(run.Path)));

    /// <summary>Reserves an id that was asked for: also one whose run's folder somebody has deleted.</summary>
    /// <exception cref="FactoryException">A run of another worktree has the id; or as for <see cref="TryReserve"/>.</exception>
    public void Reserve(RunFolder run)
    {
        if (TryReserve(run)) return;
        var holder = HolderOf(run.Id);
        if (!IsLeftOver(run, holder) || !Writing(() => Replace(run)))
            throw new FactoryException(
                BlockerKind.Config, $"the run id {run.Id} is taken in this repository, by {(holder is { Length: > 0 } ? holder : "a run that is just beginning")}; nothing in it was touched",
                "give another run id, or leave it out to get a new one", FileOf(run.Id));
    }

    /// <summary>Deletes what is left of runs that began long ago.</summary>
    public void Sweep()
    {
        try
        {
            foreach (var file in new DirectoryInfo(Folder).EnumerateFiles())
                if (RunId.TryParse(file.Name, out var id) && (DateTime.UtcNow - file.LastWriteTimeUtc).Duration() > Lifetime) _guard.Delete(FileOf(id));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FactoryException)
        {
            // It is in nobody's way, and the next run tries again.
        }
    }

    private string FileOf(RunId id) => Path.Combine(Folder, id.Text);

    private bool Replace(RunFolder run)
    {
        _guard.Delete(FileOf(run.Id));
        return TryReserve(run);
    }

    private string? HolderOf(RunId id)
    {
        const int Longest = 64 * 1024;
        var file = new FileInfo(FileOf(id));
        return RegularFile.Is(file.FullName) && file.Length < Longest ? File.ReadAllText(file.FullName) : null;
    }

    private bool IsLeftOver(RunFolder run, string? holder) =>
        holder == run.Path || (!Directory.Exists(holder) && DateTime.UtcNow - File.GetLastWriteTimeUtc(FileOf(run.Id)) > AMoment);

    private T Writing<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FactoryException(
                BlockerKind.Config, $"the repository's git folder cannot be written: {error.Message}", "make it writable for you, or free space: a run keeps its workers' commits and branches there", repository.CommonDirectory, inner: error);
        }
    }
}
