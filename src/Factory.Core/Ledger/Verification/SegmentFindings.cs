namespace Factory.Core.Ledger.Verification;

/// <summary>What the lines of one segment say without knowing those before: the chain joins it in order.</summary>
internal sealed class SegmentFindings(long firstLine)
{
    /// <summary>What is wrong with a line without a chain that follows chained ones.</summary>
    public const string Outside = "it has no place in the chain, and chained lines come before it: a tool that does not know the chain wrote it, or it was put there";

    private readonly HashSet<long> _bad = [];

    /// <summary>The number of the first line.</summary>
    public long FirstLine { get; } = firstLine;

    /// <summary>The lines that count for the ends of their runs, in order.</summary>
    public List<RunMark> Marks { get; } = [];

    /// <summary>The Merkle tree's part.</summary>
    public MerkleRange Tree { get; } = new(firstLine - 1);

    /// <summary>The part up to the size that the checkpoint speaks of, if that is here.</summary>
    public MerkleRange? TreeAtCheckpoint { get; set; }

    /// <summary>The first line of the chain here, or null.</summary>
    public long? FirstChained { get; set; }

    /// <summary>The first line without a chain that comes before <see cref="FirstChained"/>: wrong if the chain began earlier.</summary>
    public long? FirstOld { get; private set; }

    /// <summary>How many of those there are.</summary>
    public long OldLines { get; private set; }

    /// <summary>The first wrong line, or null.</summary>
    public long? FirstBadLine { get; private set; }

    /// <summary>What is wrong with it.</summary>
    public string? Reason { get; private set; }

    /// <summary>How many are wrong.</summary>
    public long BadLines { get; private set; }

    /// <summary>Whether the link of the first line is still to be followed.</summary>
    public bool IsLinkOpen { get; set; }

    /// <summary>The <c>hashes.prev</c> of the first line, or null.</summary>
    public string? OpenLink { get; set; }

    /// <summary>The leaf hash of the last line; null when that line was too long.</summary>
    public byte[]? LastLeaf { get; set; }

    /// <summary>Takes a line without a chain.</summary>
    public void AddOld(long line)
    {
        if (FirstChained is not null)
        {
            AddBad(line, Outside);
            return;
        }

        FirstOld ??= line;
        OldLines++;
    }

    /// <summary>The chain began in an earlier segment: lines without it are wrong here, from the first on.</summary>
    public void RefuseOld()
    {
        if (FirstOld is not { } line) return;
        AddBad(line, Outside);
        BadLines += OldLines - 1;
    }

    /// <summary>Takes a wrong line.</summary>
    public void AddBad(long line, string reason)
    {
        if (!_bad.Add(line)) return;
        BadLines++;
        if (FirstBadLine <= line) return;
        (FirstBadLine, Reason) = (line, reason);
    }
}
