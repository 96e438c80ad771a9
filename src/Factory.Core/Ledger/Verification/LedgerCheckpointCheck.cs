using System.Globalization;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Ledger.Verification;

/// <summary>What the checkpoint means for the verdict.</summary>
/// <param name="Finding">What is told about the checkpoint.</param>
/// <param name="Tampering">Why the ledger or the checkpoint was tampered with, or null.</param>
/// <param name="Status">The least status that remains, or null when the checkpoint changes none.</param>
/// <param name="Reason">Why that status.</param>
internal readonly record struct CheckpointVerdict(LedgerCheckpointFinding Finding, string? Tampering = null, RunStatus? Status = null, string? Reason = null);

/// <summary>Holds the checkpoint beside a ledger against the ledger and a key.</summary>
internal sealed class LedgerCheckpointCheck
{
    private readonly LedgerCheckpoint? _checkpoint;
    private readonly VerifyingKey? _key;
    private readonly bool _requireSignature;
    private readonly string? _trouble;

    private readonly LedgerFrontier? _frontier;

    private LedgerCheckpointCheck(LedgerCheckpoint? checkpoint, VerifyingKey? key, bool requireSignature, string? trouble, LedgerFrontier? frontier = null) =>
        (_checkpoint, _key, _requireSignature, _trouble, _frontier) = (checkpoint, key, requireSignature, trouble, frontier);

    /// <summary>How many lines the checkpoint speaks of; 0 without one.</summary>
    public long Size => _checkpoint?.Size ?? 0;

    /// <summary>Reads the checkpoint beside a ledger. One that is no checkpoint is a finding, not an error.</summary>
    /// <exception cref="FactoryException">The file is there, but cannot be read.</exception>
    public static LedgerCheckpointCheck Open(string ledger, VerifyingKey? key, bool requireSignature)
    {
        if (Path.GetFileName(ledger) != LedgerPaths.LedgerName) return new LedgerCheckpointCheck(null, key, requireSignature, null);
        try
        {
            var paths = LedgerPaths.OfFile(ledger);
            var checkpoint = LedgerCheckpoint.ReadBeside(paths.Checkpoint);
            // Every seal writes a frontier after the checkpoint: alone, it still remembers how long the ledger was.
            return new LedgerCheckpointCheck(checkpoint, key, requireSignature, null, checkpoint is null ? LedgerFrontier.Read(paths) : null);
        }
        catch (FactoryException error) when (error.InnerException is FormatException or DecoderFallbackException or NotPlainFileException)
        {
            return new LedgerCheckpointCheck(null, key, requireSignature, error.Message);
        }
    }

    /// <summary>Says what the checkpoint means, once every line was seen.</summary>
    /// <param name="chain">What was found in the lines.</param>
    /// <param name="bytes">How many bytes the whole lines have.</param>
    public CheckpointVerdict Conclude(LedgerChainCheck chain, long bytes)
    {
        if (_trouble is not null) return new CheckpointVerdict(new LedgerCheckpointFinding(LedgerCheckpointStatus.Bad, null, null, null, null), _trouble);
        if (_checkpoint is null) return WithoutCheckpoint(chain, bytes);
        if (chain.Lines < Size)
            return new CheckpointVerdict(
                Found(LedgerCheckpointStatus.Short), $"it is shorter than its checkpoint: {chain.Lines} lines instead of at least {Size}; lines were removed at the end");
        if (!_checkpoint.Root.Span.SequenceEqual(chain.RootAtCheckpoint))
            return new CheckpointVerdict(
                Found(LedgerCheckpointStatus.Mismatch), $"the root over its first {Size} lines is not that of factory_ledger.checkpoint: a line was changed, or the checkpoint is not this ledger's");
        return _key is null
            ? Required(Found(LedgerCheckpointStatus.Unverified), "a signature is required, but no key was given to check it with")
            : OfSignature(_checkpoint.Check(_key));
    }

    private CheckpointVerdict WithoutCheckpoint(LedgerChainCheck chain, long bytes)
    {
        var none = new LedgerCheckpointFinding(LedgerCheckpointStatus.None, null, null, null, null);
        if (_frontier is { } sealedAt && (chain.Lines < sealedAt.Lines || bytes < sealedAt.Bytes))
            return new CheckpointVerdict(
                none, $"it is shorter than its frontier: {chain.Lines} lines in {bytes} bytes instead of at least {sealedAt.Lines} in {sealedAt.Bytes}; lines were removed at the end, and factory_ledger.checkpoint is gone");
        if (_requireSignature) return Required(none, "there is no checkpoint, but a signature is required");
        // Nothing can be signed before a run with chained lines ended.
        return _key is not null && chain.FirstChained is not null
            ? new CheckpointVerdict(none, null, RunStatus.Warn, "no checkpoint is there, so nothing signed speaks for the ledger; a run writes one when it ends")
            : new CheckpointVerdict(none);
    }

    private CheckpointVerdict OfSignature(CheckpointSignature signature)
    {
        var by = Found(LedgerCheckpointStatus.OtherKey).KeyId;
        var byOther = $"factory_ledger.checkpoint is not signed by the given key, but by another (id {by})";
        return signature switch
        {
            CheckpointSignature.Valid => new CheckpointVerdict(Found(LedgerCheckpointStatus.Signed)),
            CheckpointSignature.OtherKey => new CheckpointVerdict(Found(LedgerCheckpointStatus.OtherKey), null, _requireSignature ? RunStatus.Blocked : RunStatus.Warn, byOther),
            _ => new CheckpointVerdict(Found(LedgerCheckpointStatus.Bad), "factory_ledger.checkpoint bears the given key's id, but the key did not sign this text: it was changed"),
        };
    }

    private CheckpointVerdict Required(LedgerCheckpointFinding finding, string reason) =>
        _requireSignature ? new CheckpointVerdict(finding, null, RunStatus.Blocked, reason) : new CheckpointVerdict(finding);

    private LedgerCheckpointFinding Found(LedgerCheckpointStatus status) => new(
        status, _checkpoint!.Origin, _checkpoint.Size, Convert.ToHexStringLower(_checkpoint.Root.Span),
        _checkpoint.Signatures is [var first, ..] ? first.KeyId.ToString("x8", CultureInfo.InvariantCulture) : null);
}
