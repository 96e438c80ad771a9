using Factory.Core.Contracts;
using Factory.Core.Guards.Writes;

namespace Factory.Core.Pipeline.Folders;

/// <summary>
/// Gives the run's own folders back to their owner when somebody took the rights away while workers ran, so that the evidence
/// can be written all the same, and remembers it for the verdict. Safe to be asked from several threads.
/// </summary>
/// <param name="session">The run.</param>
public sealed class RunRights(RunSession session)
{
    private const UnixFileMode Needed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string Next = "see the workers' logs for which of them did it, have it leave the run's folders alone, and run again";
    private readonly Lock _gate = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<Blocker> _found = [];

    /// <summary>Looks at each folder, from the outermost on, and opens those that are closed. Links are left as they are.</summary>
    public void OpenUp()
    {
        // Rights do not bind the system's own user, and Windows has others.
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess) return;
        lock (_gate)
            foreach (var folder in Folders()) OpenUp(folder);
    }

    /// <summary>Looks, and tells what was found since this was asked before.</summary>
    public IReadOnlyList<Blocker> Find()
    {
        OpenUp();
        lock (_gate)
        {
            var taken = _found.ToList();
            _found.Clear();
            return taken;
        }
    }

    private IEnumerable<string> Folders()
    {
        var run = session.Folder;
        string[] own = [run.RunsDirectory, run.Path, Path.GetDirectoryName(run.RunLock)!, run.Integrator, Path.Combine(run.Integrator, "LOGS"), Path.Combine(run.Path, "attestations")];
        return own.Concat(session.Workers.SelectMany(worker => (string[])[run.Bundle(worker.Id), Path.Combine(run.Bundle(worker.Id), "LOGS")]));
    }

    private void OpenUp(string folder)
    {
        var (mode, isOpen) = (UnixFileMode.None, false);
        try
        {
            if (OperatingSystem.IsWindows() || !Directory.Exists(folder) || new DirectoryInfo(folder).LinkTarget is not null) return;
            mode = File.GetUnixFileMode(folder);
            if ((mode & Needed) == Needed) return;
            isOpen = new WriteGuard(Path.GetDirectoryName(folder)!).OpenUp(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FactoryException)
        {
            // The blocker says that it stayed closed.
        }

        if (!_known.Add(folder)) return;
        var ran = session.Workers.Where(worker => worker.StartedAt is not null).Select(worker => worker.Id).ToList();
        var (when, who) = ran.Count == 0 ? ("while the run went on", "by somebody else") : ($"while {string.Join(", ", ran)} ran", ran.Count == 1 ? "by this worker or by somebody else" : "by one of these workers or by somebody else");
        _found.Add(new Blocker(
            BlockerKind.Escape, ran.Count == 1 ? ran[0] : null, session.Shown(folder),
            $"the rights of the run's folder {session.Shown(folder)} were taken away {when}, {who} (its mode was {Convert.ToString((int)mode, 8).PadLeft(4, '0')}); the runner {(isOpen ? "gave them back" : "could not give them back, and what belongs there may be missing")}",
            isOpen ? Next : $"give yourself back the folder ('chmod u+rwx'), {Next}"));
    }
}
