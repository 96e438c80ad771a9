using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Pipeline;

/// <summary>Writes the events of one run into the ledger; safe to use from several workers at once.</summary>
public sealed class RunJournal(LedgerWriter writer, RunId runId)
{
    private readonly Lock _gate = new();
    private string? _root;

    /// <summary>Where this session's first event begins in the ledger, in bytes; null before there is one.</summary>
    public long? FirstOffset { get; private set; }

    /// <summary>What the ledger gave for the event that was appended last; null before there is one.</summary>
    public LedgerReceipt? Last { get; private set; }

    /// <summary>Appends one event, durably.</summary>
    /// <param name="type">What happened.</param>
    /// <param name="status">The status that goes with it.</param>
    /// <param name="actor">Who did it; the integrator when null.</param>
    /// <param name="parent">The event it belongs to; the run's first event when null.</param>
    /// <param name="rc">The return code; the status' exit code when null.</param>
    /// <param name="durationMs">How long it took, in milliseconds.</param>
    /// <param name="details">Further facts.</param>
    /// <param name="counts">Counts of files or workers.</param>
    /// <param name="hashes">Digests, lower-case hex.</param>
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
        IReadOnlyDictionary<string, string>? hashes = null)
    {
        var facts = new Dictionary<string, object?>(details ?? new Dictionary<string, object?>()) { ["status"] = status.ToWire(), ["kind"] = runId.Kind };
        lock (_gate)
        {
            var receipt = writer.Append(new LedgerEntry(runId, type, actor ?? WorkerId.Integrator)
            {
                ParentEventId = parent ?? _root,
                DurationMs = durationMs,
                Rc = rc ?? status.ToExitCode(),
                Details = facts,
                FileCounts = counts ?? new Dictionary<string, long>(),
                Hashes = hashes ?? new Dictionary<string, string>(),
            });
            _root ??= receipt.EventId;
            FirstOffset ??= receipt.Offset;
            Last = receipt;
            return receipt.EventId;
        }
    }
}
