using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Verification;

/// <summary>What a line is to the chain.</summary>
internal enum LineKind
{
    /// <summary>It cannot be read.</summary>
    Unreadable,
    /// <summary>An older Factory wrote it, without a chain.</summary>
    Old,
    /// <summary>It belongs to the chain.</summary>
    Chained,
}

/// <summary>What a line says by itself, found by reading it in full.</summary>
/// <param name="Kind">What it is to the chain.</param>
/// <param name="Reason">What is wrong with it, or null.</param>
/// <param name="Previous">Its <c>hashes.prev</c>, or null.</param>
internal readonly record struct LineVerdict(LineKind Kind, string? Reason, string? Previous)
{
    private const string ForeignId = "its event_id is not the hash of its content: the line was changed";

    /// <summary>Reads a line of any generation.</summary>
    public static LineVerdict Of(LedgerLine line)
    {
        string? trouble = null;
        var text = LedgerLineText.Trim(line, problem => trouble = problem.Reason);
        if (text.IsEmpty) return new LineVerdict(LineKind.Unreadable, trouble, null);
        using var record = LedgerRecord.TryParse(text, out var reason);
        if (record is null) return new LineVerdict(LineKind.Unreadable, reason, null);
        var previous = Member(record.Root, "hashes") is { ValueKind: JsonValueKind.Object } hashes && hashes.TryGetProperty(LedgerLineEncoder.PreviousHash, out var hash) ? hash.GetString() : null;
        var isOld = !record.Root.TryGetProperty("schema_version", out var version) || version.GetInt32() < ContractVersion.Schema;
        return isOld && previous is null
            ? new LineVerdict(LineKind.Old, null, null)
            : new LineVerdict(LineKind.Chained, trouble ?? ExplainId(line.Bytes.Span, record.Root), previous);
    }

    /// <summary>Why the id of a sound line of the chain is wrong, or null.</summary>
    public static string? ExplainId(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        return ExplainId(line.Span, document.RootElement);
    }

    private static string? ExplainId(ReadOnlySpan<byte> line, JsonElement root) =>
        LedgerEventId.Recompute(line) is { } id && Member(root, "event_id")?.GetString() == id ? null : ForeignId;

    private static JsonElement? Member(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value : null;
}
