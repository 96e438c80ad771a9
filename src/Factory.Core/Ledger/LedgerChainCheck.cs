using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>Follows the chain line by line, and grows the Merkle tree over the same leaf hashes.</summary>
internal sealed class LedgerChainCheck
{
    private readonly MerkleTree _tree = new();
    private byte[]? _previous;

    /// <summary>How many lines were seen.</summary>
    public long Lines => _tree.Size;

    /// <summary>The first line that belongs to the chain, or null.</summary>
    public long? FirstChained { get; private set; }

    /// <summary>The first line that is wrong, or null.</summary>
    public long? FirstBadLine { get; private set; }

    /// <summary>What is wrong with it.</summary>
    public string? Reason { get; private set; }

    /// <summary>How many lines are wrong.</summary>
    public long BadLines { get; private set; }

    /// <summary>The root over all lines seen, lower-case hex.</summary>
    public string Root() => Convert.ToHexStringLower(_tree.Root());

    /// <summary>Takes the next line in.</summary>
    public void Add(LedgerLine line)
    {
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
        var previous = Member(record.Root, "hashes") is { ValueKind: JsonValueKind.Object } hashes && hashes.TryGetProperty(LedgerLineEncoder.PreviousHash, out var hash) ? hash.GetString() : null;
        var isOld = record.Root.TryGetProperty("schema_version", out var version) ? version.GetInt32() < ContractVersion.Schema : true;
        if (isOld && previous is null)
            return FirstChained is null ? null : "it has no place in the chain, and chained lines come before it: a tool that does not know the chain wrote it, or it was put there";
        FirstChained ??= line.Number;
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
