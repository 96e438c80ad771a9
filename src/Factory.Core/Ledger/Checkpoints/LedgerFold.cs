using Factory.Core.Ledger.Hashing;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>Everything that a seal records, folded over a ledger's lines: tree, digest and order.</summary>
internal sealed class LedgerFold
{
    private readonly List<ReadOnlyMemory<byte>> _states = [];
    private readonly MerkleTree _tree;
    private readonly ResumableSha256 _hash;
    private readonly LedgerOrder _order;

    /// <summary>Begins before the first line.</summary>
    public LedgerFold() => (_tree, _hash, _order) = (new MerkleTree(), new ResumableSha256(), new LedgerOrder());

    /// <summary>Continues after a frontier.</summary>
    /// <param name="frontier">Where to continue.</param>
    /// <param name="partialBlock">The ledger's bytes from <see cref="LedgerFrontier.TailStateAt"/> to the frontier's end.</param>
    public LedgerFold(LedgerFrontier frontier, ReadOnlySpan<byte> partialBlock)
    {
        _states.AddRange(frontier.DigestStates);
        _tree = new MerkleTree(frontier.Lines, frontier.Subtrees);
        _hash = ResumableSha256.Resume(frontier.TailState.Span, frontier.TailStateAt);
        _hash.Append(partialBlock);
        _order = new LedgerOrder(frontier.IsOrdered, frontier.NewestTimestamp);
    }

    /// <summary>How many lines were taken in.</summary>
    public long Lines => _tree.Size;

    /// <summary>The root over them.</summary>
    public byte[] Root() => _tree.Root();

    /// <summary>The SHA-256 over them, each with its LF.</summary>
    public byte[] Digest() => _hash.Digest();

    /// <summary>Takes the next line in.</summary>
    /// <param name="line">The line without LF.</param>
    /// <param name="leaf">Its leaf hash.</param>
    public void Add(ReadOnlySpan<byte> line, ReadOnlySpan<byte> leaf)
    {
        _tree.AddLeafHash(leaf);
        _order.Add(line);
        Hash(line);
        Hash("\n"u8);
    }

    /// <summary>Where the next seal may continue.</summary>
    public LedgerFrontier Frontier() => new()
    {
        Bytes = _hash.Length,
        DigestStates = _states,
        Lines = Lines,
        NewestTimestamp = _order.Newest,
        IsOrdered = _order.IsOrdered,
        Subtrees = _tree.Subtrees,
        TailState = _hash.BlockState(out _),
    };

    private void Hash(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var taken = (int)Math.Min(bytes.Length, LedgerFrontier.DigestStep - (_hash.Length % LedgerFrontier.DigestStep));
            _hash.Append(bytes[..taken]);
            bytes = bytes[taken..];
            if (_hash.Length % LedgerFrontier.DigestStep == 0) _states.Add(_hash.BlockState(out _));
        }
    }
}
