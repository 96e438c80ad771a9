using System.Collections.Concurrent;
using Factory.Core.Contracts;
using Factory.Core.Guards.Writes;

namespace Factory.Core.Pipeline.Launching;

/// <summary>
/// The logs of one command in the run's folder, created through the write guard. The folders they belong to are held
/// from before the command starts, so that it cannot take them away and leave others in their place.
/// </summary>
public sealed class RunLogs : IDisposable
{
    private readonly RunSession _session;
    private readonly string _owner;
    private readonly ConcurrentQueue<Blocker> _blockers = [];
    private readonly List<FolderWatch> _folders = [];

    /// <summary>Makes the folders and begins to hold them.</summary>
    /// <param name="session">The run.</param>
    /// <param name="owner">The worker or the integrator whose bundle the logs belong to.</param>
    public RunLogs(RunSession session, string owner)
    {
        (_session, _owner) = (session, owner);
        foreach (var blocker in EnsureFolders(session, owner)) _blockers.Enqueue(blocker);
        foreach (var folder in Folders(session, owner)) Hold(folder);
    }

    /// <summary>What kept a log from being created where it belongs, and which folder is no longer in its place; to be asked when the command has ended.</summary>
    public IReadOnlyList<Blocker> Blockers => [.. _blockers, .. Moved()];

    /// <summary>Makes a bundle's folder and that of its logs.</summary>
    /// <returns>A blocker for each link or file that stood in the place of one.</returns>
    public static IReadOnlyList<Blocker> EnsureFolders(RunSession session, string owner)
    {
        session.Rights.OpenUp();
        return [.. Folders(session, owner).Select(session.Files.EnsureFolder).OfType<Blocker>().Select(blocker => Of(owner, blocker))];
    }

    /// <summary>Creates a log, given its file name.</summary>
    /// <exception cref="IOException">It cannot be created; when somebody led it astray, <see cref="Blockers"/> says so.</exception>
    public Stream Create(string name)
    {
        var path = Path.Combine(_session.Folder.Bundle(_owner), "LOGS", name);
        try
        {
            return CreateLog(path);
        }
        catch (FactoryException error)
        {
            _blockers.Enqueue(Of(_owner, error.Blocker));
            throw new IOException(error.Message, error);
        }
    }

    // A command that takes the folder's rights away at once does so before its log is there.
    private Stream CreateLog(string path)
    {
        try
        {
            return _session.Files.CreateLog(path);
        }
        catch (UnauthorizedAccessException)
        {
            _session.Rights.OpenUp();
            return _session.Files.CreateLog(path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var folder in _folders) folder.Dispose();
    }

    private static string[] Folders(RunSession session, string owner)
    {
        var bundle = session.Folder.Bundle(owner);
        return [bundle, Path.Combine(bundle, "LOGS")];
    }

    private void Hold(string folder)
    {
        try
        {
            _folders.Add(FolderWatch.Begin(folder));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nobody may run in it now, but somebody does.
            _blockers.Enqueue(Moved(folder, $"cannot be opened: {error.Message}"));
        }
    }

    private IEnumerable<Blocker> Moved()
    {
        foreach (var folder in _folders)
        {
            // What lies below a folder that moved has moved with it.
            if (folder.FindMove() is not { } what) continue;
            yield return Moved(folder.Path, what);
            yield break;
        }
    }

    private Blocker Moved(string folder, string what) => Of(_owner, new Blocker(
        BlockerKind.Escape, null, folder, $"the folder {_session.Shown(folder)} {what} while its command ran", "have the command leave the run's folders alone; it may write files into its bundle, and nothing else"));

    private static Blocker Of(string owner, Blocker blocker) => owner == WorkerId.Integrator ? blocker : blocker with { Worker = owner };
}
