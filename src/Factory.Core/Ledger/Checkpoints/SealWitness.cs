using System.Text;
using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Ledger.Proofs;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>
/// A checkpoint that this key signed at a run's end, from the proof in that run's folder. Where the ledger's own checkpoint
/// is gone, or is another key's, it still says what was sealed.
/// </summary>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="Path">The proof that holds it.</param>
internal sealed record SealWitness(LedgerCheckpoint Checkpoint, string Path)
{
    // A proof holds one line, at most 63 hashes and a note; those of Factory have a few kilobytes.
    private const int LongestProof = 1024 * 1024;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Looks through all runs, which takes time when there are many; what is no proof, or not signed by this key, is passed over.
    /// </summary>
    /// <returns>The greatest that speaks of this ledger, and the greatest that speaks of another; null where there is none.</returns>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static (SealWitness? Own, SealWitness? Other) Find(LedgerPaths paths, string origin, VerifyingKey key, CancellationToken cancellationToken)
    {
        SealWitness? own = null, other = null;
        foreach (var run in Directory.EnumerateDirectories(paths.RunsFolder).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = System.IO.Path.Combine(run, RunAttestation.LedgerProofName);
            if (TryRead(path) is not { } found) continue;
            var isOwn = found.Origin == origin;
            // Checking a signature takes far longer than reading it.
            if (found.Size <= (isOwn ? own : other)?.Checkpoint.Size || found.Check(key) != CheckpointSignature.Valid) continue;
            if (isOwn) own = new SealWitness(found, path);
            else other = new SealWitness(found, path);
        }

        return (own, other);
    }

    private static LedgerCheckpoint? TryRead(string path)
    {
        try
        {
            return SideFile.TryRead(path, LongestProof) is { } bytes ? InclusionProof.Parse(StrictUtf8.GetString(bytes)).Checkpoint : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DecoderFallbackException or FactoryException)
        {
            return null;
        }
    }
}
