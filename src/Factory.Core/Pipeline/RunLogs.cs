using System.Collections.Concurrent;
using Factory.Core.Contracts;

namespace Factory.Core.Pipeline;

/// <summary>The logs of one command in the run's folder, created through the write guard.</summary>
/// <param name="session">The run.</param>
/// <param name="owner">The worker or the integrator whose bundle they belong to.</param>
public sealed class RunLogs(RunSession session, string owner)
{
    private readonly ConcurrentQueue<Blocker> _blockers = [];

    /// <summary>What kept a log from being created where it belongs.</summary>
    public IEnumerable<Blocker> Blockers => _blockers;

    /// <summary>Makes a bundle's folder and that of its logs.</summary>
    /// <returns>A blocker for each link or file that stood in the place of one.</returns>
    public static IReadOnlyList<Blocker> EnsureFolders(RunSession session, string owner)
    {
        var bundle = session.Folder.Bundle(owner);
        return [.. ((string[])[bundle, Path.Combine(bundle, "LOGS")]).Select(session.Files.EnsureFolder).OfType<Blocker>().Select(blocker => Of(owner, blocker))];
    }

    /// <summary>Creates a log, given its file name.</summary>
    /// <exception cref="IOException">It cannot be created; when somebody led it astray, <see cref="Blockers"/> says so.</exception>
    public Stream Create(string name)
    {
        try
        {
            return session.Files.CreateLog(Path.Combine(session.Folder.Bundle(owner), "LOGS", name));
        }
        catch (FactoryException error)
        {
            _blockers.Enqueue(Of(owner, error.Blocker));
            throw new IOException(error.Message, error);
        }
    }

    private static Blocker Of(string owner, Blocker blocker) => owner == WorkerId.Integrator ? blocker : blocker with { Worker = owner };
}
