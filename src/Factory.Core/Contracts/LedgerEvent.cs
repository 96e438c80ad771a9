using System.Text.Json.Serialization;

namespace Factory.Core.Contracts;

/// <summary>
/// One line of the ledger as it was read (contract: Ledger). Lines of older generations lack some fields; those are
/// null or empty here.
/// </summary>
[JsonConverter(typeof(LedgerEventConverter))]
public sealed record LedgerEvent
{
    /// <summary>The version of the line's schema: 2 for lines of this build, 1 for older ones.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>When it happened, exactly as the line spells it (RFC 3339).</summary>
    public required string TsUtc { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The run that it belongs to.</summary>
    public required string RunId { get; init; }

    /// <summary>What happened, in upper case; see <see cref="LedgerEventType"/> for the names of this build.</summary>
    public required string EventType { get; init; }

    /// <summary>Who reported it: a worker or the integrator.</summary>
    public required string Actor { get; init; }

    /// <summary>The line's own id, 16 hex digits, or null.</summary>
    public string? EventId { get; init; }

    /// <summary>The id of the event that this one follows from, or null.</summary>
    public string? ParentEventId { get; init; }

    /// <summary>How long it took, in milliseconds, or null.</summary>
    public long? DurationMs { get; init; }

    /// <summary>Counts of files and other things, by name.</summary>
    public required IReadOnlyDictionary<string, long> FileCounts { get; init; }

    /// <summary>Digests in hex, by name; <c>prev</c> chains the line to the one before.</summary>
    public required IReadOnlyDictionary<string, string> Hashes { get; init; }

    /// <summary>The return code, or null.</summary>
    public int? Rc { get; init; }

    /// <summary>Everything else: strings, long, double, bool, null, arrays and dictionaries of these.</summary>
    public required IReadOnlyDictionary<string, object?> Details { get; init; }

    /// <summary>The position in the ledger, from 1.</summary>
    public required long LineNumber { get; init; }

    /// <summary><c>details.status</c>, or null.</summary>
    public string? Status => Details.GetValueOrDefault("status") as string;

    /// <summary><c>details.kind</c>, or null.</summary>
    public string? Kind => Details.GetValueOrDefault("kind") as string;
}
