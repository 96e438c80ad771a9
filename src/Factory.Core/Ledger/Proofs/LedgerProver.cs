using Factory.Core.Contracts;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Ledger.Hashing;

namespace Factory.Core.Ledger.Proofs;

/// <summary>
/// Makes proofs against the checkpoint beside a ledger. It reads the ledger once, in memory that does not grow with it,
/// and gives no proof when the ledger is not what the checkpoint says.
/// </summary>
public static class LedgerProver
{
    /// <summary>Proves that an event is in the ledger.</summary>
    /// <param name="ledgerPath">The ledger.</param>
    /// <param name="eventId">The event's <c>event_id</c>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FactoryException">
    /// There is no ledger, checkpoint or such event, or the event came after the checkpoint; BLOCKED when the ledger is not
    /// what was sealed.
    /// </exception>
    public static InclusionProof ProveInclusion(string ledgerPath, string eventId, CancellationToken cancellationToken = default)
    {
        var checkpoint = ReadCheckpoint(ledgerPath);
        var search = new EventSearch(eventId);
        var tree = new MerkleTree();
        (long Index, byte[] Line, MerkleProofBuilder Path)? found = null;
        using var lines = new HashedLines(ledgerPath);
        while (tree.Size < checkpoint.Size && TryRead(ledgerPath, lines, tree, out var line, out var leaf, cancellationToken))
        {
            if (found is null && search.IsFoundIn(line)) found = (tree.Size, line.Bytes.ToArray(), MerkleProofBuilder.OfInclusion(tree, checkpoint.Size));
            else found?.Path.AddLeafHash(leaf);
            tree.AddLeafHash(leaf);
        }

        CheckRoot(ledgerPath, checkpoint, tree);
        if (found is var (index, bytes, path)) return new InclusionProof(index, path.Hashes(), checkpoint, bytes);
        while (lines.TryRead(out var line, out _) && line.HasLineFeed)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (search.IsFoundIn(line)) throw TooNew(ledgerPath, eventId, checkpoint, line.Number);
        }

        throw search.NotFound(ledgerPath);
    }

    /// <summary>Proves that the ledger still begins with the lines of an older checkpoint.</summary>
    /// <param name="ledgerPath">The ledger.</param>
    /// <param name="old">The older checkpoint. Its signature is the caller's to check.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FactoryException">
    /// There is no ledger or checkpoint, or the old one is of another ledger; BLOCKED when the ledger does not begin with
    /// those lines, or is not what was sealed.
    /// </exception>
    public static ConsistencyProof ProveConsistency(string ledgerPath, LedgerCheckpoint old, CancellationToken cancellationToken = default)
    {
        var checkpoint = ReadCheckpoint(ledgerPath);
        if (old.Origin != checkpoint.Origin)
            throw new FactoryException(BlockerKind.Config, $"the older checkpoint is of {old.Origin}, but {ledgerPath} is {checkpoint.Origin}", "Give a checkpoint of the same ledger.", ledgerPath);
        if (old.Size > checkpoint.Size)
            throw LedgerTampering.Found(ledgerPath, $"a checkpoint of {old.Size} lines was given, but the one beside the ledger has only {checkpoint.Size}: lines were removed and the checkpoint was put back, or the two were given in the wrong order");
        var tree = new MerkleTree();
        var path = old.Size == 0 ? MerkleProofBuilder.OfConsistency(tree, checkpoint.Size) : null;
        byte[]? oldRoot = old.Size == 0 ? tree.Root() : null;
        using var lines = new HashedLines(ledgerPath);
        while (tree.Size < checkpoint.Size && TryRead(ledgerPath, lines, tree, out _, out var leaf, cancellationToken))
        {
            path?.AddLeafHash(leaf);
            tree.AddLeafHash(leaf);
            if (tree.Size == old.Size) (path, oldRoot) = (MerkleProofBuilder.OfConsistency(tree, checkpoint.Size), tree.Root());
        }

        CheckRoot(ledgerPath, checkpoint, tree);
        return old.Root.Span.SequenceEqual(oldRoot)
            ? new ConsistencyProof(old.Size, path!.Hashes(), checkpoint)
            : throw LedgerTampering.Found(ledgerPath, $"its first {old.Size} lines are not those of the older checkpoint, and it was sealed again since");
    }

    private static LedgerCheckpoint ReadCheckpoint(string ledgerPath)
    {
        if (!File.Exists(ledgerPath)) throw LedgerFailure.Unreadable(ledgerPath, new FileNotFoundException());
        var path = LedgerPaths.OfFile(ledgerPath).Checkpoint;
        return LedgerCheckpoint.Read(path) ?? throw new FactoryException(
            BlockerKind.Config, $"the ledger {ledgerPath} has no checkpoint: there is no {path}", "Finish a run (each run's end seals the ledger), then ask again.", path);
    }

    private static bool TryRead(string ledgerPath, HashedLines lines, MerkleTree tree, out LedgerLine line, out ReadOnlySpan<byte> leaf, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!lines.TryRead(out line, out leaf) || !line.HasLineFeed) return false;
        return line.IsTooLong ? throw LedgerTampering.LineTooLong(ledgerPath, tree.Size + 1) : true;
    }

    private static void CheckRoot(string ledgerPath, LedgerCheckpoint checkpoint, MerkleTree tree)
    {
        if (tree.Size < checkpoint.Size)
            throw LedgerTampering.Found(ledgerPath, $"it has {tree.Size} lines, fewer than the {checkpoint.Size} of its checkpoint: lines were removed");
        if (!checkpoint.Root.Span.SequenceEqual(tree.Root()))
            throw LedgerTampering.Found(ledgerPath, $"the Merkle root of its first {checkpoint.Size} lines is not the one in its checkpoint: one of them was changed, removed, added or moved");
    }

    private static FactoryException TooNew(string ledgerPath, string eventId, LedgerCheckpoint checkpoint, long line) => new(
        BlockerKind.Config, $"the event {eventId} is line {line} of {ledgerPath}, after the {checkpoint.Size} lines of the checkpoint", "Finish the run (its end seals the ledger), then ask again.", ledgerPath);
}
