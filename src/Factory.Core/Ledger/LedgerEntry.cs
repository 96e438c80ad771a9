using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>What a caller appends; the writer adds the time, the chain and the id.</summary>
/// <param name="RunId">The run that it belongs to.</param>
/// <param name="EventType">What happened.</param>
/// <param name="Actor">Who reports it: a worker or the integrator.</param>
public sealed record LedgerEntry(RunId RunId, LedgerEventType EventType, string Actor)
{
    /// <summary>The id of the event that this one follows from, or null.</summary>
    public string? ParentEventId { get; init; }

    /// <summary>How long it took, in milliseconds, or null.</summary>
    public long? DurationMs { get; init; }

    /// <summary>Counts of files and other things, by name.</summary>
    public IReadOnlyDictionary<string, long> FileCounts { get; init; } = new Dictionary<string, long>();

    /// <summary>Digests in hex, by name. The name <c>prev</c> belongs to the chain and is refused.</summary>
    public IReadOnlyDictionary<string, string> Hashes { get; init; } = new Dictionary<string, string>();

    /// <summary>The return code, or null.</summary>
    public int? Rc { get; init; }

    /// <summary>Everything else: text, numbers, truth values, null, lists and dictionaries of these. <c>status</c> and
    /// <c>kind</c> carry status and kind.</summary>
    public IReadOnlyDictionary<string, object?> Details { get; init; } = new Dictionary<string, object?>();
}

/// <summary>The proof that an entry was made durable.</summary>
/// <param name="EventId">The id it was given: the first 16 hex digits of SHA-256 of the line without its id.</param>
/// <param name="LeafHash">SHA-256(0x00 || line without LF), lower-case hex: what the next line's <c>hashes.prev</c> says.</param>
/// <param name="Offset">Where the line begins in the ledger, in bytes.</param>
/// <param name="Timestamp">The time it was given.</param>
public sealed record LedgerReceipt(string EventId, string LeafHash, long Offset, DateTimeOffset Timestamp);
