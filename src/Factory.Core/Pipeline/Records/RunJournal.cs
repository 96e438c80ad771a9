using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;
using Factory.Core.Ledger;

namespace Factory.Core.Pipeline.Records;

/// <summary>
/// Writes the events of one run into the ledger; safe to use from several workers at once. The events form a tree: its
/// root is the run's first event, RUN_START, and what a worker does hangs on what began it.
/// </summary>
/// <param name="writer">Where they go; disposed of with the journal.</param>
/// <param name="runId">The run.</param>
/// <param name="redactor">Keeps secrets out of the details.</param>
/// <param name="root">The run's first event when an earlier process began the run, or null.</param>
public sealed class RunJournal(LedgerWriter writer, RunId runId, SecretRedactor redactor, string? root = null) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(LedgerEventType Type, string Actor), string> _latest = [];
    private readonly List<LedgerReceipt> _receipts = [];
    private string? _root = root;

    /// <summary>Where the run's first event begins in the ledger, in bytes; null when another process wrote it.</summary>
    public long? FirstOffset { get; private set; }

    /// <summary>What this journal has written so far, in order, and how long the ledger is with it, in bytes.</summary>
    internal (IReadOnlyList<LedgerReceipt> Lines, long End) Written()
    {
        // Nothing of this run is appended between the list and the length.
        lock (_gate) return ([.. _receipts], File.Exists(writer.Ledger) ? new FileInfo(writer.Ledger).Length : 0);
    }

    /// <summary>What the ledger gave for the event that was appended last; null before there is one.</summary>
    public LedgerReceipt? Last { get; private set; }

    /// <summary>Appends one event, durably.</summary>
    /// <param name="type">What happened.</param>
    /// <param name="status">The status that goes with it.</param>
    /// <param name="actor">Who did it; the integrator when null.</param>
    /// <param name="parent">The event it belongs to; the one that began what this one ends or reports when null, else the run's first.</param>
    /// <param name="rc">The return code; the status' exit code when null.</param>
    /// <param name="durationMs">How long it took, in milliseconds.</param>
    /// <param name="details">Further facts.</param>
    /// <param name="counts">Counts of files or workers.</param>
    /// <param name="hashes">Digests, lower-case hex.</param>
    /// <param name="didRun">Whether there is anything that can have returned a code: that of a check that did not run is null.</param>
    /// <returns>The event's id.</returns>
    /// <exception cref="FactoryException">The ledger could not be written.</exception>
    public string Append(
        LedgerEventType type,
        RunStatus status,
        string? actor = null,
        string? parent = null,
        int? rc = null,
        long durationMs = 0,
        IReadOnlyDictionary<string, object?>? details = null,
        IReadOnlyDictionary<string, long>? counts = null,
        IReadOnlyDictionary<string, string>? hashes = null,
        bool didRun = true)
    {
        var facts = (details ?? new Dictionary<string, object?>()).ToDictionary(pair => pair.Key, pair => redactor.Redact(pair.Value), StringComparer.Ordinal);
        (facts["status"], facts["kind"]) = (status.ToWire(), runId.Kind);
        lock (_gate)
        {
            var who = actor ?? WorkerId.Integrator;
            var receipt = writer.Append(new LedgerEntry(runId, type, who)
            {
                ParentEventId = parent ?? Beginning(type, who) ?? _root,
                DurationMs = durationMs,
                Rc = didRun ? rc ?? status.ToExitCode() : null,
                Details = facts,
                FileCounts = counts ?? new Dictionary<string, long>(),
                Hashes = hashes ?? new Dictionary<string, string>(),
            });
            _receipts.AddRange([.. writer.TakeNotes(), receipt]);
            if (_root is null) (_root, FirstOffset) = (receipt.EventId, receipt.Offset);
            Last = receipt;
            return _latest[(type, who)] = receipt.EventId;
        }
    }

    /// <summary>Closes the ledger.</summary>
    public void Dispose() => writer.Dispose();

    private string? Beginning(LedgerEventType type, string actor) => type switch
    {
        LedgerEventType.WorkerStart => Latest(LedgerEventType.WorktreeCreate, actor),
        LedgerEventType.WorkerEnd => Latest(LedgerEventType.WorkerStart, actor),
        LedgerEventType.WorkerBundleDiscovered => Latest(LedgerEventType.WorkerEnd, actor) ?? Latest(LedgerEventType.WorktreeCreate, actor),
        LedgerEventType.OverlapCheck or LedgerEventType.CheckResult or LedgerEventType.IntegrationResult => Latest(LedgerEventType.IntegrateStart, actor),
        _ => null,
    };

    private string? Latest(LedgerEventType type, string actor) => _latest.GetValueOrDefault((type, actor));
}
