using Factory.Core.Ledger.Verification;

namespace Factory.Core.Ledger;

/// <summary>Joins what was found in the segments of a ledger, in order, to one chain and one Merkle tree. Safe to share between threads.</summary>
/// <param name="checkpointSize">The size at which the root is kept; 0 for the empty tree.</param>
internal sealed class LedgerChainCheck(long checkpointSize)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, SegmentFindings> _waiting = [];
    private readonly MerkleRange _tree = new(0);
    private byte[]? _previousLeaf;
    private int _next;

    /// <summary>How far the runs have come, and which lines come after the end of theirs.</summary>
    public RunEndings Endings { get; } = new();

    /// <summary>How many lines were seen.</summary>
    public long Lines => _tree.End;

    /// <summary>The first line that belongs to the chain, or null.</summary>
    public long? FirstChained { get; private set; }

    /// <summary>The first line that is wrong, or null.</summary>
    public long? FirstBadLine { get; private set; }

    /// <summary>What is wrong with it.</summary>
    public string? Reason { get; private set; }

    /// <summary>How many lines are wrong.</summary>
    public long BadLines { get; private set; }

    /// <summary>The root over as many lines as the checkpoint speaks of; null when there are fewer.</summary>
    public byte[]? RootAtCheckpoint { get; private set; } = checkpointSize == 0 ? new MerkleRange(0).Root() : null;

    /// <summary>The root over all lines seen, lower-case hex.</summary>
    public string Root() => Convert.ToHexStringLower(_tree.Root());

    /// <summary>Takes a segment in; it waits here for those before it.</summary>
    public void Add(int index, SegmentFindings findings)
    {
        lock (_lock)
        {
            _waiting.Add(index, findings);
            for (; _waiting.Remove(_next, out var next); _next++) Join(next);
        }
    }

    private void Join(SegmentFindings segment)
    {
        if (segment.IsLinkOpen && LedgerLink.Explain(segment.FirstLine, segment.OpenLink, _previousLeaf) is { } reason) segment.AddBad(segment.FirstLine, reason);
        if (FirstChained is not null) segment.RefuseOld();
        FirstChained ??= segment.FirstChained;
        BadLines += segment.BadLines;
        if (FirstBadLine is null) (FirstBadLine, Reason) = (segment.FirstBadLine, segment.Reason);
        if (segment.TreeAtCheckpoint is { } part)
        {
            var whole = _tree.Copy();
            whole.Add(part);
            RootAtCheckpoint = whole.Root();
        }

        foreach (var mark in segment.Marks) Endings.TakeLate(mark.RunId, mark.Step, mark.Line);
        _tree.Add(segment.Tree);
        _previousLeaf = segment.LastLeaf;
    }
}
