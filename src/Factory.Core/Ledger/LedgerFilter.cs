using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>Which events a reader wants; every condition that is set must hold.</summary>
public sealed record LedgerFilter
{
    /// <summary>Everything.</summary>
    public static LedgerFilter All { get; } = new();

    /// <summary>Only this run, exactly.</summary>
    public string? RunId { get; init; }

    /// <summary>Only these event types, in any case; empty means every type.</summary>
    public IReadOnlyCollection<string> EventTypes { get; init; } = [];

    /// <summary>Only this actor, exactly.</summary>
    public string? Actor { get; init; }

    /// <summary>Only this return code.</summary>
    public int? Rc { get; init; }

    /// <summary>Not before this instant.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Not after this instant.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only this <c>details.status</c>, in any case.</summary>
    public string? Status { get; init; }

    /// <summary>Only this <c>details.kind</c>, exactly.</summary>
    public string? Kind { get; init; }

    /// <summary>Only the first so many of what is left, in the order of reading.</summary>
    public int? First { get; init; }

    /// <summary>Only the last so many of what is left, in the order of reading. With <see cref="First"/>: both ends.</summary>
    public int? Last { get; init; }

    /// <summary>Whether a line passes, before it is made into an event.</summary>
    internal bool Matches(LedgerRecord record) =>
        IsText(record.Root, "run_id", RunId)
        && IsText(record.Root, "actor", Actor)
        && (EventTypes.Count == 0 || EventTypes.Contains(record.EventType, StringComparer.OrdinalIgnoreCase))
        && (Since is null || record.Timestamp >= Since)
        && (Until is null || record.Timestamp <= Until)
        && (Rc is null || (record.Root.TryGetProperty("rc", out var rc) && rc.ValueKind == JsonValueKind.Number && rc.GetInt32() == Rc))
        && MatchesDetails(record.Root);

    private bool MatchesDetails(JsonElement root)
    {
        if (Status is null && Kind is null) return true;
        if (!root.TryGetProperty("details", out var details) || details.ValueKind != JsonValueKind.Object) return false;
        return IsText(details, "kind", Kind)
            && (Status is null || (details.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String
                && string.Equals(status.GetString(), Status, StringComparison.OrdinalIgnoreCase)));
    }

    private static bool IsText(JsonElement parent, string name, string? wanted) =>
        wanted is null || (parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(wanted));

    /// <summary>Makes sure that the names asked for exist: a misspelt one would find nothing and look like an answer.</summary>
    /// <exception cref="FactoryException">An event type or a status that no ledger has.</exception>
    public void RequireKnownNames()
    {
        foreach (var name in EventTypes) Require("event type", name, WireEnum<LedgerEventType>.All);
        if (Status is not null) Require("status", Status, WireEnum<RunStatus>.All);
    }

    private static void Require(string what, string name, IReadOnlyList<string> known)
    {
        if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw new FactoryException(BlockerKind.Config, $"there is no {what} '{name}'", $"use one of {string.Join(", ", known)}", name);
    }
}
