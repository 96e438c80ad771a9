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

    private LedgerCheckpointCheck(LedgerCheckpoint? checkpoint, VerifyingKey? key, bool requireSignature, string? trouble) =>
        (_checkpoint, _key, _requireSignature, _trouble) = (checkpoint, key, requireSignature, trouble);

    /// <summary>How many lines the checkpoint speaks of; 0 without one.</summary>
    public long Size => _checkpoint?.Size ?? 0;

    /// <summary>Reads the checkpoint beside a ledger. One that is no checkpoint is a finding, not an error.</summary>
    /// <exception cref="FactoryException">The file is there, but cannot be read.</exception>
    public static LedgerCheckpointCheck Open(string ledger, VerifyingKey? key, bool requireSignature)
    {
        if (Path.GetFileName(ledger) != LedgerPaths.LedgerName) return new LedgerCheckpointCheck(null, key, requireSignature, null);
        try
        {
            var file = LedgerPaths.OfFile(ledger).Checkpoint;
            return new LedgerCheckpointCheck(File.Exists(file) ? LedgerCheckpoint.Read(file) : null, key, requireSignature, null);
        }
        catch (FactoryException error) when (error.InnerException is FormatException or DecoderFallbackException)
        {
            return new LedgerCheckpointCheck(null, key, requireSignature, error.Message);
        }
    }

    /// <summary>Says what the checkpoint means, once every line was seen.</summary>
    public CheckpointVerdict Conclude(LedgerChainCheck chain)
    {
        if (_trouble is not null) return new CheckpointVerdict(new LedgerCheckpointFinding(LedgerCheckpointStatus.Bad, null, null, null, null), _trouble);
        if (_checkpoint is null)
            return Required(new LedgerCheckpointFinding(LedgerCheckpointStatus.None, null, null, null, null), "there is no checkpoint, but a signature is required");
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

    private CheckpointVerdict OfSignature(CheckpointSignature signature)
    {
        const string ByOther = "factory_ledger.checkpoint is not signed by the given key";
        return signature switch
        {
            CheckpointSignature.Valid => new CheckpointVerdict(Found(LedgerCheckpointStatus.Signed)),
            CheckpointSignature.OtherKey => new CheckpointVerdict(Found(LedgerCheckpointStatus.OtherKey), null, _requireSignature ? RunStatus.Blocked : RunStatus.Warn, ByOther),
            _ => new CheckpointVerdict(Found(LedgerCheckpointStatus.Bad), "factory_ledger.checkpoint bears the given key's id, but the key did not sign this text: it was changed"),
        };
    }

    private CheckpointVerdict Required(LedgerCheckpointFinding finding, string reason) =>
        _requireSignature ? new CheckpointVerdict(finding, null, RunStatus.Blocked, reason) : new CheckpointVerdict(finding);

    private LedgerCheckpointFinding Found(LedgerCheckpointStatus status) => new(
        status, _checkpoint!.Origin, _checkpoint.Size, Convert.ToHexStringLower(_checkpoint.Root.Span),
        _checkpoint.Signatures is [var first, ..] ? first.KeyId.ToString("x8", CultureInfo.InvariantCulture) : null);
}
