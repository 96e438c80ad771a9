using System.Collections.Concurrent;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Guards.Escapes;
using Factory.Core.Guards.Escapes.Checkout;
using Factory.Core.Guards.Escapes.GitFolder;
using Factory.Core.Ledger;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline.Launching;

/// <summary>Watches, while workers run, over what they may not change, and records what they changed all the same.</summary>
public sealed class EscapeChecks : IAsyncDisposable
{
    internal const string FileName = "escapes.diff";
    private readonly RunSession _session;
    private readonly EscapeWatch _watch;
    private readonly EscapeReport _report;
    private readonly ForgedObjects? _objects;
    private readonly LeftLocks? _locks;

    // A dry run starts nobody.
    private readonly bool _isOff;
    private readonly HashSet<string> _moved = new(StringComparer.Ordinal);
    private readonly HashSet<string> _since = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _started = new(StringComparer.Ordinal);
    private readonly ClosedBundles _bundles = new();
    private readonly List<Blocker> _planted = [];
    private readonly Lock _gate = new();
    private readonly Task<IReadOnlyList<string>>? _staged;
    private LedgerMark? _ledger;
    private Task<IReadOnlyList<Escape>>? _forged;
    private int _left;

    /// <summary>Begins to watch.</summary>
    public EscapeChecks(RunSession session)
    {
        (_session, _isOff, _left) = (session, session.IsDryRun || session.Services.LeavesOutGuards, session.Workers.Count);
        var ground = session.Ground;
        _watch = new EscapeWatch(
            new EscapeGround(ground.Repository, session.Folder.Id, ground.Config.Run.BranchPrefix, ground.RunsDirectory, ground.WorktreesDirectory, Inputs(session)),
            session.Workers.Count,
            ground.Config.Run.MaxParallel == 1 || session.Workers.Count == 1);
        _report = new EscapeReport(ground.Config.Security.EscapeCheck != "block", session.Shown(EvidenceFile), session.Redactor);
        if (_isOff) return;
        _objects = new ForgedObjects(ground.Repository);
        _locks = new LeftLocks(ground.Repository);
        _ledger = LedgerMark.Take(new LedgerPaths(ground.RunsDirectory).Ledger);
        _ = _watch.BeginAsync();
        _staged = ListStagedAsync();
    }

    private string EvidenceFile => Path.Combine(_session.Folder.Integrator, "LOGS", FileName);

    /// <summary>A worker is about to start; nothing of it may run before this has ended.</summary>
    /// <returns>Whether it may start: what nobody could look at before is nothing to compare with afterwards.</returns>
    public async Task<bool> StartAsync(WorkerState worker)
    {
        if (_isOff) return true;
        try
        {
            await _watch.StartAsync(worker.Id).ConfigureAwait(false);
            await SweepUnstartedAsync(worker).ConfigureAwait(false);
            lock (_gate) _since.Add(worker.Id);
            return true;
        }
        catch (Exception error) when (error is FactoryException or IOException or UnauthorizedAccessException)
        {
            var next = (error as FactoryException)?.Blocker.NextAction ?? "mend what git reports, for example with 'git status' in your checkout, and run again";
            worker.Block(BlockerKind.Escape, $"was not started, because your checkout cannot be compared before and after it: {error.Message}", next);
            return false;
        }
    }

    /// <summary>A worker has ended and its work is captured, or it never started. What it alone can have changed blocks it.</summary>
    public async Task EndAsync(WorkerState worker)
    {
        if (_isOff) return;
        // All have ended: what they wrote among git's objects is read while the last one's evidence is written.
        if (Interlocked.Decrement(ref _left) == 0) _forged = Task.Run(_objects!.FindAsync);
        if (!_started.ContainsKey(worker.Id)) await SweepUnstartedAsync(worker).ConfigureAwait(false);
        var (wasAlone, found) = await _watch.EndAsync(worker.Id).ConfigureAwait(false);
        lock (_gate)
        {
            var (blockers, warnings) = (_report.Blockers.Count, _report.Warnings.Count);
            _report.Add(found);
            // What was not looked at since more than one ran is looked at when all have ended.
            if (wasAlone && _since.Count == 1 && _since.Contains(worker.Id))
            {
                _report.Add(TakeTraces([worker.Id]));
                _since.Clear();
            }

            worker.Blockers.AddRange(_report.Blockers.Skip(blockers));
            worker.Warnings.AddRange(_report.Warnings.Skip(warnings));
        }
    }

    // Before its command there is nothing of the worker's own in its bundle.
    private async Task SweepUnstartedAsync(WorkerState worker)
    {
        _started[worker.Id] = true;
        _session.Rights.OpenUp();
        var found = await new RunSweep(_session).SetAsideAsync(OwnEntries.InUnstarted(_session, worker.Id)).ConfigureAwait(false);
        lock (_gate) _planted.AddRange(found);
    }

    /// <summary>A worker's bundle was written, and is nobody's to change from now on.</summary>
    public void Close(WorkerState worker)
    {
        if (!_isOff) _bundles.Add(worker.Id, _session.Folder.Bundle(worker.Id));
    }

    /// <summary>Judges what is left to judge when all workers have ended, and writes the evidence.</summary>
    public async Task CompleteAsync()
    {
        if (_isOff) return;
        var (blockers, warnings) = (_report.Blockers.Count, _report.Warnings.Count);
        var objects = _forged ?? Task.Run(_objects!.FindAsync);
        var rest = _watch.CompleteAsync();
        // Both, even when one fails: nothing may still be looking when the run has ended.
        await Task.WhenAll(rest, objects).ConfigureAwait(false);
        var suspects = _session.Workers.Where(worker => worker.StartedAt is not null).Select(worker => worker.Id).ToList();
        var found = (await rest.ConfigureAwait(false)).Concat((await objects.ConfigureAwait(false)).Select(escape => new EscapeFinding(escape, suspects)));
        lock (_gate) _report.Add(found.Concat(TakeTraces(_session.Workers.Where(worker => _since.Count == 0 ? worker.StartedAt is not null : _since.Contains(worker.Id)).Select(worker => worker.Id).ToList())));
        _session.Uncommitted = _watch.Uncommitted.Union(await _staged!.ConfigureAwait(false), StringComparer.Ordinal).Count();
        _session.Blockers.AddRange(_planted);
        _session.Blockers.AddRange(_report.Blockers.Skip(blockers));
        _session.Warnings.AddRange(_report.Warnings.Skip(warnings));
        foreach (var file in await _locks!.FindAsync().ConfigureAwait(false))
            _session.Warnings.Add($"the lock file {_session.Shown(file)} was made while workers ran, by one of them or by you, and is still there: it keeps git from working; delete it when no git runs in the repository");
        if (_report.Text.Length == 0) return;
        _session.Files.EnsureFolder(_session.Folder.Integrator);
        _session.Files.EnsureFolder(Path.GetDirectoryName(EvidenceFile)!);
        await _session.Files.WriteAsync(EvidenceFile, Encoding.UTF8.GetBytes(_report.Text)).ConfigureAwait(false);
    }

    /// <summary>Whether <see cref="CompleteAsync"/> wrote the evidence.</summary>
    public bool HasEvidence => _report.Text.Length > 0;

    /// <summary>The evidence as the integrator's LOGS/INDEX.json lists it, when there is some; launching may have been another process.</summary>
    public static IEnumerable<LogRecord> FindLog(RunSession session) =>
        File.Exists(Path.Combine(session.Folder.Integrator, "LOGS", FileName)) ? [new LogRecord("escapes", "LOGS/" + FileName, null)] : [];

    /// <summary>Waits, also when the run went wrong: nothing may still be looking when it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_forged is not null) await Task.WhenAny(_forged).ConfigureAwait(false);
        if (_staged is not null) await Task.WhenAny(_staged).ConfigureAwait(false);
        await _watch.DisposeAsync().ConfigureAwait(false);
    }

    // The watch compares the index itself, so it does not ask what is staged. This is only told, so no failure of it counts.
    private async Task<IReadOnlyList<string>> ListStagedAsync()
    {
        // An index that notes the base's own tree has nothing that the base has not, and git need not be started.
        var index = IndexImage.Read(Path.Combine(_session.Ground.Repository.GitDirectory, "index"));
        if (CachedTrees.NotesOfRoot(index.Bytes, _session.Ground.BaseTree.Hex)) return [];
        try
        {
            var answer = await _session.Ground.Repository.RunAsync(new GitCall("diff-index", "--cached", "--name-only", "-z", "--no-renames", "--ignore-submodules=all", "HEAD", "--"), CancellationToken.None).ConfigureAwait(false);
            return answer.ExitCode == 0 ? answer.Fields : [];
        }
        catch (FactoryException)
        {
            return [];
        }
    }

    // What lies in the run's own folders: closed bundles, the ledger, worktrees that were captured. Each change is told once.
    private List<EscapeFinding> TakeTraces(IReadOnlyList<string> suspects)
    {
        var intact = _session.Workers.Where(worker => worker.Worktree is { IsIntact: true }).ToHashSet();
        var found = _bundles.TakeChanges().Concat(_ledger!.Compare()).Concat(MovedWorktrees(intact).Concat(ForgedIndexes(intact)).Where(escape => _moved.Add(escape.Name))).Select(escape => new EscapeFinding(escape, suspects)).ToList();
        if (!_ledger.Holds) _ledger = LedgerMark.Take(_ledger.File);
        return found;
    }

    // After its capture a worktree is at the captured commit; only another worker can have moved it.
    private IEnumerable<Escape> MovedWorktrees(HashSet<WorkerState> intact) =>
        from worker in _session.Workers
        where worker is { Worktree: { } tree, Commit: not null, Blockers.Count: 0 } && (!intact.Contains(worker) || tree.DetachedHead != worker.Commit)
        select new Escape(EscapeArea.Worktree, worker.WorktreePath, $"of {worker.Id} was moved after its work was captured", $"-{worker.Commit}\n+{worker.Worktree!.DetachedHead}");

    // The next run's captures in a worktree begin with its index, so one that somebody changed must not be there then; without an
    // index every file in the worktree is read again.
    private IEnumerable<Escape> ForgedIndexes(HashSet<WorkerState> intact)
    {
        foreach (var worker in _session.Workers.Where(worker => intact.Contains(worker) && worker is { Worktree: { } tree, Work.Index: { } index } && !index.IsIn(tree.IndexFile)))
        {
            worker.Worktree!.DropIndex();
            var name = Path.GetRelativePath(_session.Ground.Repository.CommonDirectory, worker.Worktree.IndexFile).Replace('\\', '/');
            yield return new Escape(EscapeArea.Worktree, name, $"of {worker.Id} was changed after its work was captured, and dropped", "");
        }
    }

    private static bool IsLinked(RunSession session) => session.Ground.Repository.GitDirectory != session.Ground.Repository.CommonDirectory || File.Exists(Path.Combine(session.Ground.Repository.Root, ".git"));

    private static List<string> Inputs(RunSession session)
    {
        var root = session.Ground.Repository.Root;
        var files = session.Workers.SelectMany(worker => worker.Definition.CopyIgnored.Append(worker.Definition.Prompt)).Append(session.Ground.Config.Source).OfType<string>();
        // In a linked checkout a file says which repository it belongs to, and there may be settings of its own beside its HEAD.
        string[] own = [Path.Combine(root, ".git"), Path.Combine(session.Ground.Repository.GitDirectory, "config.worktree")];
        return [.. files.Select(file => Path.GetFullPath(file, root)).Concat(IsLinked(session) ? own : []).Distinct(StringComparer.Ordinal)];
    }
}
