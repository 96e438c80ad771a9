using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Benchmarks.Ledgers;

/// <summary>One event of a made-up run, before it has a parent.</summary>
/// <param name="Entry">The event, without its parent.</param>
/// <param name="DelayMs">Milliseconds since the event before.</param>
/// <param name="Parent">Which earlier event of the run it belongs to, by number from 0; negative for none.</param>
internal readonly record struct SyntheticEvent(LedgerEntry Entry, int DelayMs, int Parent);

/// <summary>
/// The events of a run with four workers, in the order, with the fields and of about the length that the product writes
/// for agents that work a few minutes. The same random numbers make the same run.
/// </summary>
internal sealed class SyntheticRun
{
    private static readonly string[] Workers = ["A_worker", "B_worker", "C_worker", "D_worker"];
    private static readonly object?[] WorkerList = [.. Workers];
    private readonly Random _random;
    private readonly RunId _id;
    private readonly string _folder, _baseCommit;
    private readonly RunStatus _status;
    private readonly bool _isCutShort;
    private readonly List<SyntheticEvent> _events = new(33);

    private SyntheticRun(Random random, DateTimeOffset startedAt, int number)
    {
        _random = random;
        _baseCommit = Hex(20);
        _id = RunId.Create("factory", startedAt, CommitId.Parse(_baseCommit), number);
        _folder = $"tools/codex/runs/{_id.Text}";
        // Of a hundred runs seven are blocked, ten end with warnings, and of four hundred one was killed.
        _status = random.Next(100) switch { < 7 => RunStatus.Blocked, < 17 => RunStatus.Warn, _ => RunStatus.Pass };
        _isCutShort = random.Next(400) == 0;
    }

    /// <summary>Makes a run's events.</summary>
    public static IReadOnlyList<SyntheticEvent> Events(Random random, DateTimeOffset startedAt, int number)
    {
        var run = new SyntheticRun(random, startedAt, number);
        run.AddOpening();
        run.AddWork();
        if (!run._isCutShort) run.AddIntegration();
        return run._events;
    }

    private void AddOpening()
    {
        Add(LedgerEventType.RunStart, RunStatus.Pending, details: [("base_commit", _baseCommit), ("base_ref", "HEAD"), ("dry_run", false), ("workers", WorkerList)], parent: -1);
        Add(LedgerEventType.RunInit, RunStatus.Pending, hashes: ["manifest_sha256"], details: [("manifest", _folder + "/RUN_MANIFEST.json"), ("path", _folder)]);
        Add(LedgerEventType.Preflight, RunStatus.Pass, details: [("blockers", Array.Empty<object?>()), ("dry_run", false)]);
    }

    private void AddWork()
    {
        var starts = new int[Workers.Length];
        foreach (var worker in Workers)
            Add(LedgerEventType.WorktreeCreate, RunStatus.Pass, worker, [("path", $"tools/codex/worktrees/{worker}"), ("rescue_ref", $"refs/factory/rescue/{_id.Text}/{worker}"), ("reused", true)]);
        for (var i = 0; i < Workers.Length; i++)
        {
            starts[i] = _events.Count;
            Add(LedgerEventType.WorkerStart, RunStatus.Pending, Workers[i], [("command", Command(Workers[i]))]);
        }

        for (var i = 0; i < Workers.Length; i++)
            Add(LedgerEventType.WorkerEnd, RunStatus.Pass, Workers[i], [("cancelled", false), ("timed_out", false)], starts[i], durationMs: _random.Next(900_000), delayMs: 3000);
        foreach (var worker in Workers) AddBundle(worker);
        Add(LedgerEventType.LaunchResult, RunStatus.Pass, details: [("blockers", Array.Empty<object?>()), ("dry_run", false), ("workers", WorkerList)], counts: [("workers", 4)]);
    }

    private void AddBundle(string worker)
    {
        var isBlocked = _status == RunStatus.Blocked && worker == Workers[^1];
        object?[] blockers = isBlocked ? [Blocker()] : [];
        Add(
            LedgerEventType.WorkerBundleDiscovered, isBlocked ? RunStatus.Blocked : RunStatus.Pass, worker,
            [("blockers", blockers), ("commit", Hex(20)), ("exit_code", 0), ("path", $"{_folder}/{worker}")],
            hashes: ["diff_patch_sha256", "files_changed_sha256"]);
    }

    private void AddIntegration()
    {
        var isBlocked = _status == RunStatus.Blocked;
        string? commit = isBlocked ? null : Hex(20), tree = isBlocked ? null : Hex(20);
        var report = _folder + "/Z_integrator/FINAL_REPORT.txt";
        Add(LedgerEventType.BundleValidated, RunStatus.Pass, details: [("blockers", 0)], counts: [("workers", 4)]);
        Add(LedgerEventType.ScopeCheck, isBlocked ? RunStatus.Blocked : RunStatus.Pass, details: [("scope_blockers", isBlocked ? 1 : 0)], counts: [("paths", _random.Next(1, 90))]);
        Add(LedgerEventType.IntegrateStart, RunStatus.Pending, details: [("workers", WorkerList)]);
        Add(LedgerEventType.OverlapCheck, RunStatus.Pass, details: [("overlap_blockers", 0)], counts: [("overlaps", _random.Next(3))]);
        AddCheck("build", required: true, RunStatus.Pass);
        AddCheck("style", required: false, _status == RunStatus.Warn ? RunStatus.Warn : RunStatus.Pass);
        Add(LedgerEventType.IntegrationResult, _status, details:
            [("integrated_commit", commit), ("integrated_tree", tree), ("overlap_blockers", 0), ("report", report), ("scope_blockers", isBlocked ? 1 : 0), ("worker_blockers", isBlocked ? 1 : 0)]);
        Add(LedgerEventType.ReportWritten, _status, details: [("path", report)], hashes: ["final_report_sha256"]);
        Add(LedgerEventType.RunState, _status, details: [("dry_run", false)]);
        Add(LedgerEventType.RunEnd, _status, hashes: ["final_report_sha256"], counts: [("workers", 4)], durationMs: _random.Next(1_000_000));
        Add(LedgerEventType.OneshotSummary, _status, counts: [("workers", 4)], details:
            [("dry_run", false), ("integrated_commit", commit), ("run_id", _id.Text), ("workers", Workers.Select(worker => (object?)Map([("id", worker), ("status", "PASS")])).ToArray())]);
        Add(LedgerEventType.AttestationWritten, _status, details: [("path", _folder + "/attestations")], hashes: ["bundles_sha256", "ledger_sha256", "report_sha256"]);
    }

    private void AddCheck(string name, bool required, RunStatus status) => Add(
        LedgerEventType.CheckResult, status, durationMs: _random.Next(90_000), delayMs: 2000, hashes: ["log_sha256"],
        details: [("check", name), ("commit", Hex(20)), ("log", $"{_folder}/Z_integrator/LOGS/check_{name}.log"), ("required", required), ("timed_out", false)]);

    private static object?[] Command(string worker) =>
        ["codex", "exec", "--sandbox", "workspace-write", "--cd", "{worktree}", "--add-dir", "{bundle}", "--output-last-message", "{bundle}/SUMMARY.md",
            "--skip-git-repo-check", "--color", "never", "--ephemeral", "--model", "gpt-5-codex", "--config", "model_reasoning_effort=high",
            "--config", "sandbox_workspace_write.network_access=false", "--config", $"agents.name={worker}", "-"];

    private Dictionary<string, object?> Blocker() => Map(
        [("kind", "scope"), ("message", "the path is outside what the worker may touch"), ("next_action", "widen allowlist_globs of the worker, or undo the change"), ("path", $"src/part{_random.Next(40)}/file{_random.Next(1000)}.txt")]);

    private void Add(
        LedgerEventType type, RunStatus status, string? actor = null, (string, object?)[]? details = null, int parent = 0,
        string[]? hashes = null, (string Name, long Count)[]? counts = null, long durationMs = 0, int delayMs = 25)
    {
        var facts = Map(details ?? []);
        facts["status"] = status.ToWire();
        facts["kind"] = "factory";
        var entry = new LedgerEntry(_id, type, actor ?? WorkerId.Integrator)
        {
            Rc = status == RunStatus.Pending ? 0 : status.ToExitCode(),
            DurationMs = durationMs,
            Details = facts,
            FileCounts = (counts ?? []).ToDictionary(pair => pair.Name, pair => pair.Count),
            Hashes = (hashes ?? []).ToDictionary(name => name, _ => Hex(32)),
        };
        _events.Add(new SyntheticEvent(entry, 1 + _random.Next(delayMs), parent));
    }

    private static Dictionary<string, object?> Map((string, object?)[] fields) => fields.ToDictionary(field => field.Item1, field => field.Item2);

    private string Hex(int bytes)
    {
        Span<byte> drawn = stackalloc byte[32];
        _random.NextBytes(drawn[..bytes]);
        return Convert.ToHexStringLower(drawn[..bytes]);
    }
}
