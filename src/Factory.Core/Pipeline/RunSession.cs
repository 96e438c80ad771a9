using System.Diagnostics;
using System.Globalization;
using Factory.Core.Attestation.Keys;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;
using Factory.Core.Ledger;
using Factory.Core.Locking;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Pipeline.Launching;
using Factory.Core.Pipeline.Records;
using Factory.Core.Reporting;

namespace Factory.Core.Pipeline;

/// <summary>
/// One run while it is worked on: repository, configuration, base commit, folder, locks, journal, and what the stages
/// have found so far.
/// </summary>
public sealed class RunSession : IDisposable
{
    private readonly FileLock _lock;
    private int _isStopping;

    internal RunSession(RunGround ground, RunFolder folder, FileLock runLock, IReadOnlyList<WorkerDefinition> workers, RunServices services, bool isDryRun, string? firstEvent = null)
    {
        Ground = ground;
        Folder = folder;
        _lock = runLock;
        Services = services;
        IsDryRun = isDryRun;
        Files = new RunFiles(folder.Path);
        Journal = new RunJournal(new LedgerWriter(folder.RunsDirectory, services.Clock), folder.Id, Redactor, firstEvent);
        Rights = new RunRights(this);
        Redactor.Learn(SecretVariables.Values(ground.Config.Workers.SelectMany(worker => worker.Env)));
        Workers = [.. workers.OrderBy(worker => worker.Id).Select(worker => new WorkerState(worker, ground.WorktreeOf(worker)))];
        CreatedAt = Now();
    }

    /// <summary>Repository, configuration and base commit.</summary>
    public RunGround Ground { get; }

    /// <summary>The run's folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>Writes the run's files.</summary>
    public RunFiles Files { get; }

    /// <summary>Keeps the run's folders open to their owner.</summary>
    public RunRights Rights { get; }

    /// <summary>Writes the run's events.</summary>
    public RunJournal Journal { get; }

    /// <summary>Held by whoever moves something aside: numbers there are given once.</summary>
    internal SemaphoreSlim AsideGate { get; } = new(1, 1);

    /// <summary>Looks at what others append to the ledger meanwhile.</summary>
    internal AppendedLines Appended => field ??= new AppendedLines(new LedgerPaths(Folder.RunsDirectory).Ledger, Folder.Id);

    /// <summary>Keeps secrets out of what is written and printed about the run.</summary>
    public SecretRedactor Redactor { get; } = new();

    /// <summary>Clock and observer.</summary>
    public RunServices Services { get; }

    /// <summary>The environment that the run was asked for in.</summary>
    public IReadOnlyDictionary<string, string> Environment
    {
        get;
        init
        {
            field = value;
            Redactor.Learn(SecretVariables.Values(value));
        }
    } = new Dictionary<string, string>();

    /// <summary>The key that this session opened itself, with what a person should know of it; null when the caller gave one.</summary>
    public OpenedKey? OwnKey { get; init; }

    /// <summary>The key that signs the run's provenance and the ledger's checkpoint.</summary>
    public SigningKey Key => Services.Key ?? OwnKey?.Key ?? throw new InvalidOperationException("the session has no signing key");

    /// <summary>The ledger's head once the run's end has sealed it.</summary>
    public LedgerHead? LedgerHead { get; set; }

    /// <summary>Whether the ledger is what it was, as far as anybody looked; nothing is sealed over one that is not.</summary>
    public bool IsLedgerSound { get; private set; } = true;

    /// <summary>How many changes of the user's checkout the workers did not see, because they are not committed.</summary>
    public int Uncommitted { get; set; }

    /// <summary>Whether nothing is to be run.</summary>
    public bool IsDryRun { get; }

    /// <summary>When the run was made, RFC 3339 UTC.</summary>
    public string CreatedAt { get; set; }

    /// <summary>The workers, in ordinal order.</summary>
    public IReadOnlyList<WorkerState> Workers { get; }

    /// <summary>The stages so far.</summary>
    public List<StageResult> Stages { get; } = [];

    /// <summary>What stands in the way of the run as a whole; a worker's own blockers are with the worker.</summary>
    public List<Blocker> Blockers { get; } = [];

    /// <summary>What a person should look at.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Every blocker of the run, in a stable order.</summary>
    public IReadOnlyList<Blocker> AllBlockers => [.. Blockers.Concat(Workers.SelectMany(worker => worker.Blockers)).Select(Redactor.Redact)];

    /// <summary>Every warning of the run, in a stable order.</summary>
    public IReadOnlyList<string> AllWarnings => [.. Warnings.Concat(Workers.SelectMany(worker => worker.Warnings.Select(warning => $"{worker.Id}: {warning}"))).Select(Redactor.Clean)];

    /// <summary>The time now, RFC 3339 UTC with milliseconds.</summary>
    public string Now() => Format(Services.Clock.GetUtcNow());

    /// <summary>A time as every document spells it.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Takes what a look at the ledger found.</summary>
    public void Doubt(Blocker? blocker)
    {
        if (blocker is null) return;
        Blockers.Add(blocker);
        IsLedgerSound = false;
    }

    /// <summary>Runs a stage and records how it went.</summary>
    public async Task<RunStatus> StageAsync(string name, Func<Task<RunStatus>> work)
    {
        Services.Observer.StageStarted(name);
        var watch = Stopwatch.StartNew();
        var status = RunStatus.Fail;
        try
        {
            status = await work().ConfigureAwait(false);
        }
        finally
        {
            var result = new StageResult(name, status, watch.ElapsedMilliseconds);
            Stages.Add(result);
            Services.Observer.StageEnded(result);
        }

        return status;
    }

    /// <summary>While a command runs: says that it is being ended, should the run be told to end. Nobody else tells a person who waits.</summary>
    /// <param name="grace">How long the command has after each signal.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public CancellationTokenRegistration WatchCommand(TimeSpan grace, CancellationToken cancellationToken) => cancellationToken.Register(() =>
    {
        // INT, then TERM, each with its grace; KILL needs none.
        if (Interlocked.Exchange(ref _isStopping, 1) == 0) Services.Observer.Stopping(grace * 2);
    });

    /// <summary>Writes RUN_MANIFEST.json with the run's state.</summary>
    public Task WriteManifestAsync(RunStatus status) => Files.WriteAsync(Folder.Manifest, FactoryJson.Write(new RunManifestDocument(
        ContractVersion.Schema,
        ContractVersion.Contract,
        Folder.Id.Text,
        Folder.Id.Kind,
        Redactor.Redact(Ground.BaseRef),
        Ground.BaseCommit.Hex,
        status,
        [.. Workers.Select(worker => worker.Id)],
        WorkerId.Integrator,
        CreatedAt,
        new ManifestPaths(Shown(Folder.Path), Shown(Folder.Integrator), Shown(Path.Combine(Folder.Integrator, "LOGS"))))));

    /// <summary>A path of the run for documents: relative to the repository with <c>/</c> when it lies inside, else absolute.</summary>
    public string Shown(string path)
    {
        var relative = Path.GetRelativePath(Ground.Repository.Root, path);
        return (relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : relative).Replace('\\', '/');
    }

    /// <summary>Frees every lock of the run.</summary>
    public void Dispose()
    {
        foreach (var held in Workers.SelectMany(worker => worker.Locks)) held.Dispose();
        OwnKey?.Dispose();
        Journal.Dispose();
        AsideGate.Dispose();
        _lock.Dispose();
    }
}

/// <summary>What the pipeline needs from its caller.</summary>
/// <param name="Observer">Hears what happens.</param>
/// <param name="Clock">Tells the time.</param>
public sealed record RunServices(IRunObserver Observer, TimeProvider Clock)
{
    /// <summary>The key that signs the run's provenance, the caller's to dispose; null for the key that the configuration names, or the user's own.</summary>
    public SigningKey? Key { get; init; }

    /// <summary>
    /// Only for measuring what the watch over the checkout and the judging of contents cost: nobody outside this assembly's
    /// benchmarks can leave them out.
    /// </summary>
    internal bool LeavesOutGuards { get; init; }
}
