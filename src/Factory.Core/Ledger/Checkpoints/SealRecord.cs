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
    private bool _rootAgrees, _digestAgrees, _witnessAgrees;

    private SealRecord(LedgerCheckpoint? checkpoint, bool isOwn, byte[]? digest, LedgerFrontier? frontier)
    {
        IsOwn = isOwn;
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

    /// <summary>Whether there is a checkpoint, and this key signed it.</summary>
    public bool IsOwn { get; }

    /// <summary>A checkpoint of a run's proof that the ledger must meet too, or null; the fold begins anew with it.</summary>
    public SealWitness? Witness
    {
        get;
        set
        {
            field = value;
            Restart();
        }
    }

    /// <summary>The frontier, or null when there is none or it is not one.</summary>
    public LedgerFrontier? Frontier { get; }

    /// <summary>Whether the frontier may be continued from, if the fold then agrees: there must be a checkpoint at or after it and a digest.</summary>
    public bool MayContinue => Witness is null && Frontier is not null && Checkpoint is not null && _digest is not null && Frontier.Lines <= Checkpoint.Size;

    /// <summary>Whether everything on record was met in the fold.</summary>
    public bool Agrees => _rootAgrees && _digestAgrees && _witnessAgrees;

    /// <summary>Reads what is there.</summary>
    /// <exception cref="FactoryException">The checkpoint is not one, or its signature under this key is invalid; or no plain file lies where one should.</exception>
    public static SealRecord Read(LedgerPaths paths, VerifyingKey key)
    {
        var checkpoint = LedgerCheckpoint.ReadBeside(paths.Checkpoint);
        var signature = checkpoint?.Check(key);
        if (signature == CheckpointSignature.Invalid) throw LedgerTampering.Found(paths.Ledger, $"the signature of {paths.Checkpoint} is not that of the key whose id it carries");
        // A link or a pipe can be replaced, a folder cannot: better now than after the checkpoint was replaced.
        if (Directory.Exists(paths.Frontier)) throw LedgerFailure.Unreadable(paths.Frontier, new NotPlainFileException("it is a folder"));
        return new SealRecord(checkpoint, signature == CheckpointSignature.Valid, ReadDigest(paths.Digest), LedgerFrontier.Read(paths));
    }

    /// <summary>Forgets what was met.</summary>
    public void Restart() => (_rootAgrees, _digestAgrees, _witnessAgrees) = (_size is null or 0, _digest is null, Witness is null or { Checkpoint.Size: 0 });

    /// <summary>Looks at a fold at the end of a line.</summary>
    public void Observe(LedgerFold fold)
    {
        if (fold.Lines == Witness?.Checkpoint.Size) _witnessAgrees = fold.Root().AsSpan().SequenceEqual(Witness.Checkpoint.Root.Span);
        if (fold.Lines == _size) _rootAgrees = fold.Root().AsSpan().SequenceEqual(_root);
        // An older Factory refreshes the digest alone, so it may cover more lines than the checkpoint.
        if (!_digestAgrees) _digestAgrees = fold.Digest().AsSpan().SequenceEqual(_digest);
    }

    /// <summary>What a fold over the whole ledger did not meet.</summary>
    public string ExplainDisagreement(long lines) => (_rootAgrees, lines < _size) switch
    {
        _ when Witness is { } witness && !_witnessAgrees => lines < witness.Checkpoint.Size
            ? $"it has {lines} lines, fewer than the {witness.Checkpoint.Size} of the checkpoint in {witness.Path}, which this key signed: lines were removed"
            : $"the Merkle root of its first {witness.Checkpoint.Size} lines is not that of the checkpoint in {witness.Path}, which this key signed: one of them was changed, removed, added or moved",
        (false, true) => $"it has {lines} lines, fewer than the {_size} that were sealed: lines were removed",
        (false, false) => $"the Merkle root of its first {_size} lines is not the one that was sealed: one of them was changed, removed, added or moved",
        _ => "factory_ledger.sha256 is the digest of no first lines of it: lines were changed or removed at the end, or that file itself was (when verification finds nothing else, remove it and seal again)",
    };

    private static byte[]? ReadDigest(string path)
    {
        try
        {
            return LedgerDigest.Read(path);
        }
        catch (NotPlainFileException error)
        {
            throw LedgerFailure.Unreadable(path, error);
        }
    }
}
