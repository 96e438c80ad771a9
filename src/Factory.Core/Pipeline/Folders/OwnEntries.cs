using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Pipeline.Launching;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline.Folders;

/// <summary>
/// Keeps the run's own folders as the runner made them while workers run: what else lies there at the end would be signed as
/// evidence, or keep the run from verifying, and is set aside. The run's two documents are written anew when they were changed.
/// </summary>
public sealed class OwnEntries
{
    private const string Note = ".holder.json";
    private static readonly string[] Documents = [BundleFile.RunManifest, RunInputs.FileName];
    private static readonly EnumerationOptions OneLevel = new() { AttributesToSkip = 0, IgnoreInaccessible = false };
    private readonly RunSession _session;
    private readonly Dictionary<string, byte[]> _documents = [];

    /// <summary>Begins, before any worker starts.</summary>
    /// <param name="session">The run.</param>
    /// <exception cref="IOException">A document of the run cannot be read.</exception>
    public OwnEntries(RunSession session)
    {
        _session = session;
        foreach (var name in Documents.Where(name => RegularFile.Is(PathOf(name)))) _documents[name] = File.ReadAllBytes(PathOf(name));
    }

    /// <summary>Looks, when every worker has ended.</summary>
    /// <param name="hasEvidence">Whether the runner wrote <c>escapes.diff</c>.</param>
    public async Task CompleteAsync(bool hasEvidence)
    {
        var foreign = Foreign(hasEvidence).OrderBy(stray => stray.Folder, StringComparer.Ordinal).ThenBy(stray => stray.Name, StringComparer.Ordinal).ToList();
        var changed = _documents.Where(document => !IsAsItWas(document.Key, document.Value)).ToList();
        foreign.AddRange(changed.Where(document => Path.Exists(PathOf(document.Key)) || new FileInfo(PathOf(document.Key)).LinkTarget is not null).Select(document => new RunStray(_session.Folder.Path, document.Key, "is not as the runner wrote it, and was written anew")));
        _session.Blockers.AddRange(await new RunSweep(_session).SetAsideAsync(foreign).ConfigureAwait(false));
        // What is gone cannot be set aside.
        foreach (var (name, _) in changed.Where(document => !_session.Blockers.Any(blocker => blocker.Kind == BlockerKind.Escape && blocker.Path == document.Key)))
            _session.Blockers.Add(new RunSweep(_session).Planted(new RunStray(_session.Folder.Path, name, "was deleted, and was written anew"), name, ""));
        foreach (var (name, content) in changed) await _session.Files.WriteAsync(PathOf(name), content).ConfigureAwait(false);
    }

    /// <summary>Finds what lies in the bundle of a worker that has not started: nobody but the runner can have put anything there.</summary>
    /// <exception cref="IOException">The bundle cannot be read.</exception>
    internal static IReadOnlyList<RunStray> InUnstarted(RunSession session, string worker)
    {
        var bundle = session.Folder.Bundle(worker);
        return [.. Names(bundle).Where(name => name != "LOGS").Select(name => Stray(bundle, name)), .. Names(Path.Combine(bundle, "LOGS")).Select(name => Stray(Path.Combine(bundle, "LOGS"), name))];
    }

    private IEnumerable<RunStray> Foreign(bool hasEvidence)
    {
        var run = _session.Folder;
        var owners = _session.Workers.Select(worker => worker.Id).ToHashSet(StringComparer.Ordinal);
        HashSet<string> own = [.. owners, .. Documents, WorkerId.Integrator, "locks", RunTree.AsideName];
        var logs = Path.Combine(run.Integrator, "LOGS");
        return Names(run.Path).Where(name => !own.Contains(name) && !DraftFile.Is(name)).Select(name => Stray(run.Path, name))
            .Concat(Names(Path.GetDirectoryName(run.RunLock)!).Where(name => !IsLock(name, owners)).Select(name => Stray(Path.GetDirectoryName(run.RunLock)!, name)))
            .Concat(Names(run.Integrator).Where(name => name != "LOGS").Select(name => Stray(run.Integrator, name)))
            .Concat(Names(logs).Where(name => !(hasEvidence && name == EscapeChecks.FileName)).Select(name => Stray(logs, name)))
            // What the runner moved out of its way itself is told already.
            .Where(stray => !_session.AllBlockers.Any(blocker => blocker.Message.Contains(stray.Name, StringComparison.Ordinal) && stray.Name.Contains(".moved-", StringComparison.Ordinal)));
    }

    // A name that is no text is left to the sweep, which knows it by its bytes; a link in place of a folder is not looked through.
    private static IEnumerable<string> Names(string folder) => new DirectoryInfo(folder) is { Exists: true, LinkTarget: null }
        ? [.. Directory.EnumerateFileSystemEntries(folder, "*", OneLevel).Select(path => Path.GetFileName(path)).Where(name => !name.Contains('\uFFFD', StringComparison.Ordinal))]
        : [];

    private static RunStray Stray(string folder, string name) => new(folder, name, "was not made by the runner");

    private static bool IsLock(string name, HashSet<string> owners)
    {
        const string End = ".lock";
        var file = name.EndsWith(Note, StringComparison.Ordinal) ? name[..^Note.Length] : name;
        return file.EndsWith(End, StringComparison.Ordinal) && (file == "run.lock" || owners.Contains(file[..^End.Length]));
    }

    private bool IsAsItWas(string name, byte[] content)
    {
        var file = new FileInfo(PathOf(name));
        return file is { Exists: true, LinkTarget: null } && RegularFile.Is(file.FullName) && file.Length == content.Length && File.ReadAllBytes(file.FullName).AsSpan().SequenceEqual(content);
    }

    private string PathOf(string name) => Path.Combine(_session.Folder.Path, name);
}
