using System.Globalization;
using System.Text;
using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Pipeline.Launching;

namespace Factory.Core.Pipeline.Folders;

/// <summary>
/// Moves out of the run's folder's way what no manifest can name or nobody can reach: names with a line break, bytes that are no
/// text, folders deeper than a path may be, files too large to be read. It lands in <c>set.aside/OWNER/NUMBER</c>, as it is, and blocks the worker whose
/// bundle it lay in, instead of ending the run for everybody when the run is attested.
/// </summary>
/// <param name="session">The run.</param>
public sealed class RunSweep(RunSession session)
{
    private const int MostNamed = 5, LongestShown = 300;
    private const string Next = "have the worker give what it leaves there plain names, and few folders in each other, and run again";

    /// <summary>Sweeps a worker's bundle; what is found there blocks the worker.</summary>
    public async Task SweepAsync(WorkerState worker)
    {
        worker.Blockers.AddRange(await SweepAsync(session.Folder.Bundle(worker.Id), worker.Id, worker.Id, worker.Warnings).ConfigureAwait(false));
        // Whoever judges a run again finds its bundles swept already.
        if (!worker.Blockers.Any(blocker => blocker.Kind == BlockerKind.InvalidPath && blocker.Message.Contains(RunTree.AsideName, StringComparison.Ordinal)) && Directory.Exists(AsideOf(worker.Id)))
            worker.Block(BlockerKind.InvalidPath, $"left in its bundle what no manifest can name; it is kept in {AsideName(worker.Id)}", Next, AsideName(worker.Id));
    }

    /// <summary>Sweeps every bundle, and what lies beside them, which may be anybody's and blocks the run.</summary>
    public async Task SweepAllAsync()
    {
        foreach (var worker in session.Workers) await SweepAsync(worker).ConfigureAwait(false);
        var found = await SweepAsync(session.Folder.Path, WorkerId.Integrator, null, session.Warnings).ConfigureAwait(false);
        session.Blockers.AddRange(found);
        if (new DirectoryInfo(AsideRoot) is { Exists: true } aside)
        {
            foreach (var other in aside.EnumerateFileSystemInfos().Where(entry => entry.Name != WorkerId.Integrator && !session.Workers.Any(worker => worker.Id == entry.Name)))
                session.Blockers.Add(new Blocker(BlockerKind.Escape, null, $"{RunTree.AsideName}/{other.Name}", "was put where only Factory keeps what it moves out of bundles", "find out which worker put it there; a run writes only in its own folder"));
        }

        if (found.Count == 0 && Directory.Exists(AsideOf(WorkerId.Integrator)) && !session.Blockers.Any(blocker => blocker.Message.Contains(RunTree.AsideName, StringComparison.Ordinal)))
            session.Blockers.Add(new Blocker(BlockerKind.Escape, null, AsideName(WorkerId.Integrator), $"somebody left in the run's folder what no manifest can name; it is kept in {AsideName(WorkerId.Integrator)}", Next));
    }

    /// <summary>Moves aside what the runner did not make, in the run's own folders or in a bundle whose worker has not started.</summary>
    /// <returns>What blocks the run; it names the workers that ran.</returns>
    internal Task<IReadOnlyList<Blocker>> SetAsideAsync(IReadOnlyList<RunStray> strays) => MoveAsync(strays, WorkerId.Integrator, null, Planted);

    /// <summary>What is told of an entry that the runner did not make, or did not leave so.</summary>
    internal Blocker Planted(RunStray stray, string name, string kept)
    {
        var ran = session.Workers.Where(worker => worker.StartedAt is not null).Select(worker => worker.Id).ToList();
        var who = ran.Count == 0 ? "no worker had run" : $"{string.Join(", ", ran)} ran, {(ran.Count == 1 ? "and that worker or somebody else did it" : "and one of these workers or somebody else did it")}";
        return new Blocker(
            BlockerKind.Escape, ran.Count == 1 ? ran[0] : null, Short(name), $"lies in the run's own folders and {stray.Rule}; {who}{kept}",
            "see the workers' logs for which of them did it, have it write only into its worktree and its own bundle, and run again");
    }

    private async Task<IReadOnlyList<Blocker>> SweepAsync(string folder, string owner, string? worker, List<string> warnings)
    {
        HashSet<string> others = [AsideRoot, Path.Combine(session.Folder.Integrator, "checkout"), .. session.Workers.Select(one => session.Folder.Bundle(one.Id))];
        // What is too deep below LOGS is a child of LOGS, and takes no log with it.
        string[] roots = worker is null ? [folder, session.Folder.Integrator] : [folder, Path.Combine(folder, "LOGS")];
        var room = new StrayRoom(new HashSet<string>((worker is null ? BundleFile.OfIntegrator : BundleFile.OfWorker).Select(name => Path.GetFullPath(Path.Combine(roots[worker is null ? 1 : 0], name))), StringComparer.Ordinal));
        var strays = roots.SelectMany(root => RunStrays.Find(session.Folder.Path, root, path => others.Contains(path) || roots.Contains(path), room, path => OpenUp(path, warnings))).ToList();
        return await MoveAsync(strays, owner, worker, (stray, name, kept) => BlockerOf(stray, name, worker, kept)).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Blocker>> MoveAsync(IReadOnlyList<RunStray> strays, string owner, string? worker, Func<RunStray, string, string, Blocker> tell)
    {
        if (strays.Count == 0) return [];
        await session.AsideGate.WaitAsync().ConfigureAwait(false);
        try
        {
            return await MoveInTurnAsync(strays, owner, worker, tell).ConfigureAwait(false);
        }
        finally
        {
            session.AsideGate.Release();
        }
    }

    private async Task<IReadOnlyList<Blocker>> MoveInTurnAsync(IReadOnlyList<RunStray> strays, string owner, string? worker, Func<RunStray, string, string, Blocker> tell)
    {
        var blockers = new List<Blocker>();
        foreach (var place in (string[])[AsideRoot, AsideOf(owner)])
            if (session.Files.EnsureFolder(place) is { } blocker) blockers.Add(blocker with { Worker = worker });
        var names = new StringBuilder();
        var first = session.Files.NextFree(AsideOf(owner));
        for (var number = first; number - first < strays.Count; number++)
        {
            var stray = strays[number - first];
            var name = RunTree.NameOf(session.Folder.Path, Path.Combine(stray.Folder, stray.Name));
            if (!TryMove(stray, Path.Combine(AsideOf(owner), Text(number)), out var failure)) continue;
            names.Append(CultureInfo.InvariantCulture, $"{number}  {VisibleText.Of(name)}  {stray.Rule}{failure}\n");
            if (number - first < MostNamed) blockers.Add(tell(stray, name, failure ?? $"; it is kept as {AsideName(owner)}/{Text(number)}"));
        }

        if (names.Length == 0) return blockers;
        var list = $"names-{Text(first)}.txt";
        await session.Files.WriteAsync(Path.Combine(AsideOf(owner), list), names.ToString()).ConfigureAwait(false);
        var count = names.ToString().AsSpan().Count('\n');
        if (count > MostNamed) blockers.Add(new Blocker(blockers[0].Kind, worker, AsideName(owner), $"{count - MostNamed} more such entries are kept in {AsideName(owner)}; {list} there names them all", Next));
        return blockers;
    }

    // What cannot be moved still blocks whose it is, and not only the run's end.
    private bool TryMove(RunStray stray, string to, out string? failure)
    {
        failure = null;
        try
        {
            return session.Files.Move(stray.Folder, stray.Name, stray.RawName, to);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            failure = $"; it cannot be moved aside: {error.Message}";
            return true;
        }
    }

    private static Blocker BlockerOf(RunStray stray, string name, string? worker, string kept)
    {
        var what = worker is null ? "lay in the run's folder" : "lay in its bundle";
        return new Blocker(worker is null ? BlockerKind.Escape : BlockerKind.InvalidPath, worker, Short(name), $"{what} and {stray.Rule}, so no manifest can cover it{kept}", stray.NextAction ?? Next);
    }

    // A ledger line holds 64 KiB.
    private static string Short(string name) => name.Length <= LongestShown ? name : name[..LongestShown];

    private bool OpenUp(string path, List<string> warnings)
    {
        var isOpen = session.Files.OpenUp(path);
        if (isOpen) warnings.Add($"{VisibleText.Of(session.Shown(path))} was closed to its owner, and the runner opened it to read it");
        return isOpen;
    }

    private string AsideRoot => Path.Combine(session.Folder.Path, RunTree.AsideName);

    private string AsideOf(string owner) => Path.Combine(AsideRoot, owner);

    private static string AsideName(string owner) => $"{RunTree.AsideName}/{owner}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
