using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>
/// What earlier seals left on the disk, held against a ledger while it is folded: the checkpoint must be that of its first
/// lines, the digest too. A crash between the replacements leaves a checkpoint, or checkpoint and digest, newer than the frontier.
/// </summary>
internal sealed class SealRecord
{
    private readonly byte[]? _digest;
    private readonly long? _size;
    private readonly byte[]? _root;
    private bool _rootAgrees, _digestAgrees;

    private SealRecord(LedgerCheckpoint? checkpoint, byte[]? digest, LedgerFrontier? frontier)
    {
        (Checkpoint, _digest, Frontier) = (checkpoint, digest, frontier);
        // A frontier without its checkpoint is what is left when someone took the checkpoint away.
        (_size, _root) = (checkpoint, frontier) switch
        {
            (not null, _) => ((long?)checkpoint.Size, checkpoint.Root.ToArray()),
            (null, not null) => (frontier.Lines, new MerkleTree(frontier.Lines, frontier.Subtrees).Root()),
            _ => (null, null),
        };
        Restart();
    }

    /// <summary>The checkpoint, or null.</summary>
    public LedgerCheckpoint? Checkpoint { get; }

    /// <summary>The frontier, or null when there is none or it is not one.</summary>
    public LedgerFrontier? Frontier { get; }

    /// <summary>Whether the frontier may be continued from, if the fold then agrees: there must be a checkpoint at or after it and a digest.</summary>
    public bool MayContinue => Frontier is not null && Checkpoint is not null && _digest is not null && Frontier.Lines <= Checkpoint.Size;

    /// <summary>Whether everything on record was met in the fold.</summary>
    public bool Agrees => _rootAgrees && _digestAgrees;

    /// <summary>Reads what is there.</summary>
    /// <exception cref="FactoryException">The checkpoint is not one, or its signature under this key is invalid.</exception>
    public static SealRecord Read(LedgerPaths paths, VerifyingKey key)
    {
        var checkpoint = LedgerCheckpoint.Read(paths.Checkpoint);
        return checkpoint?.Check(key) == CheckpointSignature.Invalid
            ? throw LedgerTampering.Found(paths.Ledger, $"the signature of {paths.Checkpoint} is not that of the key whose id it carries")
            : new SealRecord(checkpoint, LedgerDigest.Read(paths.Digest), LedgerFrontier.Read(paths));
    }

    /// <summary>Forgets what was met.</summary>
    public void Restart() => (_rootAgrees, _digestAgrees) = (_size is null or 0, _digest is null);

    /// <summary>Looks at a fold at the end of a line.</summary>
    public void Observe(LedgerFold fold)
    {
        if (fold.Lines == _size) _rootAgrees = fold.Root().AsSpan().SequenceEqual(_root);
        // An older Factory refreshes the digest alone, so it may cover more lines than the checkpoint.
        if (!_digestAgrees) _digestAgrees = fold.Digest().AsSpan().SequenceEqual(_digest);
    }

    /// <summary>What a fold over the whole ledger did not meet.</summary>
    public string ExplainDisagreement(long lines) => (_rootAgrees, lines < _size) switch
    {
        (false, true) => $"it has {lines} lines, fewer than the {_size} that were sealed: lines were removed",
        (false, false) => $"the Merkle root of its first {_size} lines is not the one that was sealed: one of them was changed, removed, added or moved",
        _ => "factory_ledger.sha256 is the digest of no first lines of it: lines were changed or removed at the end, or that file itself was (when verification finds nothing else, remove it and seal again)",
    };
}
