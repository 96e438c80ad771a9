using System.Text.Json;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger.Verification;

/// <summary>The rules of verification in their plainest form: line by line, every id computed again. Slow, and the measure of the fast one.</summary>
internal sealed class ReferenceVerdict
{
    private readonly MerkleTree _tree = new();
    private byte[]? _previous;
    private long? _firstChained;

    public long Lines => _tree.Size;

    public long? FirstBadLine { get; private set; }

    public string? Reason { get; private set; }

    public long BadLines { get; private set; }

    public string Root => Convert.ToHexStringLower(_tree.Root());

    public static ReferenceVerdict Of(byte[] ledger)
    {
        var verdict = new ReferenceVerdict();
        var at = 0;
        while (ledger.AsSpan(at).IndexOf((byte)'\n') is var length and >= 0)
        {
            verdict.Add(new LedgerLine(ledger.AsMemory(at, length), at, verdict.Lines + 1, HasLineFeed: true, IsTooLong: length > LedgerLines.LongestLine));
            at += length + 1;
        }

        return verdict;
    }

    private void Add(LedgerLine line)
    {
        if (line.IsTooLong) line = line with { Bytes = default };
        if (Explain(line) is { } reason)
        {
            BadLines++;
            (FirstBadLine, Reason) = (FirstBadLine ?? line.Number, Reason ?? reason);
        }

        var leaf = LedgerHash.Leaf(line.Bytes.Span);
        _tree.AddLeafHash(leaf);
        _previous = line.IsTooLong ? null : leaf;
    }

    private string? Explain(LedgerLine line)
    {
        string? trouble = null;
        var text = LedgerLineText.Trim(line, problem => trouble = problem.Reason);
        if (text.IsEmpty) return trouble;
        using var record = LedgerRecord.TryParse(text, out var reason);
        if (record is null) return reason;
        var previous = Member(record.Root, "hashes") is { ValueKind: JsonValueKind.Object } hashes && hashes.TryGetProperty("prev", out var hash) ? hash.GetString() : null;
        var isOld = record.Root.TryGetProperty("schema_version", out var version) ? version.GetInt32() < ContractVersion.Schema : true;
        if (isOld && previous is null)
            return _firstChained is null ? null : "it has no place in the chain, and chained lines come before it: a tool that does not know the chain wrote it, or it was put there";
        _firstChained ??= line.Number;
        if (trouble is not null) return trouble;
        if (LedgerEventId.Recompute(line.Bytes.Span) is not { } id || Member(record.Root, "event_id")?.GetString() != id)
            return "its event_id is not the hash of its content: the line was changed";
        return ExplainLink(line.Number, previous);
    }

    private string? ExplainLink(long number, string? previous)
    {
        if (number == 1)
            return previous is null ? null : "it names a line before it, but it is the first: lines before it were removed";
        if (previous is null) return "it does not name the line before it: it was put there, or lines before it were removed";
        return _previous is null || previous == Convert.ToHexStringLower(_previous)
            ? null
            : $"hashes.prev is not the hash of line {number - 1}: that line was changed, or lines were removed, added or moved here";
    }

    private static JsonElement? Member(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value : null;
}
