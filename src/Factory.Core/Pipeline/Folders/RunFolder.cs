using Factory.Core.Contracts;
using Factory.Core.Guards.Writes;
using Factory.Core.Locking;

namespace Factory.Core.Pipeline.Folders;

/// <summary>The folder of one run and the places in it (contract: Folders).</summary>
/// <param name="RunsDirectory">The folder of all runs, absolute.</param>
/// <param name="Id">The run.</param>
public sealed record RunFolder(string RunsDirectory, RunId Id)
{
    private const int MostRunsInASecond = 999_999;

    /// <summary>The run's folder, absolute.</summary>
    public string Path { get; } = System.IO.Path.Combine(RunsDirectory, Id.Text);

    /// <summary>The integrator's bundle.</summary>
    public string Integrator => Bundle(WorkerId.Integrator);

    /// <summary>RUN_MANIFEST.json.</summary>
    public string Manifest => System.IO.Path.Combine(Path, BundleFile.RunManifest);

    /// <summary>FINAL_REPORT.txt.</summary>
    public string Report => System.IO.Path.Combine(Integrator, BundleFile.FinalReport);

    /// <summary>The lock that whoever works on this run holds.</summary>
    public string RunLock => System.IO.Path.Combine(Path, "locks", "run.lock");

    /// <summary>The bundle of a worker or of the integrator.</summary>
    public string Bundle(string owner) => System.IO.Path.Combine(Path, owner);

    /// <summary>The lock on a worker of this run.</summary>
    public string WorkerLock(string worker) => System.IO.Path.Combine(Path, "locks", worker + ".lock");

    /// <summary>
    /// Reserves the next free id: in the repository, and then in the runs folder, where creating the lock file is the
    /// reservation. Both are files that the operating system lets one process create.
    /// </summary>
    /// <exception cref="FactoryException">The runs folder or the git folder cannot be written.</exception>
    public static async Task<RunFolder> ReserveAsync(string runsDirectory, RunIds ids, string kind, DateTimeOffset now, CommitId baseCommit, CancellationToken cancellationToken)
    {
        var branched = await ids.ListBranchedAsync(RunId.Create(kind, now, baseCommit, 1), cancellationToken).ConfigureAwait(false);
        for (var number = 1; number <= MostRunsInASecond; number++)
        {
            var folder = new RunFolder(runsDirectory, RunId.Create(kind, now, baseCommit, number));
            if (branched.Contains(folder.Id.Text) || !ids.TryReserve(folder) || !folder.TryReserve()) continue;
            ids.Sweep();
            return folder;
        }

        throw new FactoryException(BlockerKind.Config, $"no free run id for this second in {runsDirectory}", "run again", runsDirectory);
    }

    /// <summary>Reserves a given id.</summary>
    /// <exception cref="FactoryException">The run exists, here or in another worktree, or has a branch; or the runs folder or the git folder cannot be written.</exception>
    public static async Task<RunFolder> ReserveAsync(string runsDirectory, RunIds ids, RunId id, CancellationToken cancellationToken)
    {
        var folder = new RunFolder(runsDirectory, id);
        if (Directory.Exists(folder.Path) && !new WriteGuard(folder.Path).IsFree(folder.RunLock)) throw folder.Exists();
        if ((await ids.ListBranchedAsync(id, cancellationToken).ConfigureAwait(false)).Contains(id.Text))
            throw new FactoryException(BlockerKind.Config, $"a run {id} has a branch in this repository already; nothing in it was touched", "give another run id, or leave it out to get a new one; 'git branch --list' shows the branch", id.Text);
        ids.Reserve(folder);
        return folder.TryReserve() ? folder : throw folder.Exists();
    }

    /// <summary>Finds an existing run, or the newest one when no id is given.</summary>
    /// <exception cref="FactoryException">There is no such run.</exception>
    public static RunFolder Find(string runsDirectory, RunId? id)
    {
        var found = id ?? Newest(runsDirectory);
        if (found is { } run && File.Exists(System.IO.Path.Combine(runsDirectory, run.Text, BundleFile.RunManifest))) return new RunFolder(runsDirectory, run);
        throw id is null
            ? new FactoryException(BlockerKind.Config, $"there is no run in {runsDirectory}", "start one with 'factory oneshot'", runsDirectory)
            : new FactoryException(BlockerKind.Config, $"there is no run {id} in {runsDirectory}", "look at the folder's names, or leave the run id out for the newest run", System.IO.Path.Combine(runsDirectory, id.Value.Text));
    }

    /// <summary>Every run in a runs folder, oldest first.</summary>
    public static IReadOnlyList<RunId> List(string runsDirectory)
    {
        if (!Directory.Exists(runsDirectory)) return [];
        return [.. Directory.EnumerateDirectories(runsDirectory)
            .Select(path => RunId.TryParse(System.IO.Path.GetFileName(path), out var id) ? id : (RunId?)null)
            .OfType<RunId>()
            .OrderBy(Moment, StringComparer.Ordinal)];
    }

    private static RunId? Newest(string runsDirectory)
    {
        foreach (var id in List(runsDirectory).Reverse())
            if (File.Exists(System.IO.Path.Combine(runsDirectory, id.Text, BundleFile.RunManifest))) return id;
        return null;
    }

    // Runs of different kinds are compared by their time and number.
    private static string Moment(RunId id) => id.Text[(id.Kind.Length + 1)..][..15] + id.Text[(id.Text.LastIndexOf('_') + 1)..].PadLeft(9, '0');

    private FactoryException Exists() => new(
        BlockerKind.Config, $"the run {Id} exists already; nothing in it was touched", "give another run id, or leave it out to get a new one", Path);

    private bool TryReserve()
    {
        try
        {
            return new WriteGuard(Path).TryCreate(RunLock);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FactoryException(BlockerKind.Config, $"the runs folder cannot be written: {error.Message}", "make it writable, free space, or set paths.runs_dir to another place", RunsDirectory, inner: error);
        }
    }

    /// <summary>Takes the run's lock.</summary>
    /// <exception cref="FactoryException">Another process works on this run.</exception>
    public FileLock Lock(TimeProvider clock) => FileLock.TryAcquire(RunLock, LockHolder.Current(Id.Text, clock)) ?? throw new FactoryException(
        BlockerKind.Lock, $"the run {Id} is being worked on ({FileLock.ReadHolder(RunLock)?.ToString() ?? "holder unknown"})", "wait for it to end, or end that process", RunLock);
}
