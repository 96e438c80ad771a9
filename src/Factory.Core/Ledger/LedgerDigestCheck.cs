using System.Security.Cryptography;

namespace Factory.Core.Ledger;

/// <summary>
/// Finds how many lines the digest on record covers. A digest is refreshed when a run ends, so lines appended since are
/// no mismatch: the digest must be that of the whole ledger or of its first lines.
/// </summary>
internal sealed class LedgerDigestCheck : IDisposable
{
    private readonly byte[] _digest;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private LedgerDigestCheck(byte[] digest)
    {
        _digest = digest;
        CompareAfter(0);
    }

    /// <summary>How many lines are covered, or null while no match was found.</summary>
    public long? CoveredLines { get; private set; }

    /// <summary>Reads the digest beside a ledger; null when there is none, or when it is another file's.</summary>
    public static LedgerDigestCheck? Open(string ledger)
    {
        if (Path.GetFileName(ledger) != LedgerPaths.LedgerName) return null;
        var file = LedgerPaths.OfFile(ledger).Digest;
        try
        {
            return LedgerDigest.Read(file) is { } digest ? new LedgerDigestCheck(digest) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerFailure.Unreadable(file, error);
        }
    }

    /// <summary>Takes the next line in.</summary>
    public void Add(LedgerLine line)
    {
        if (CoveredLines is not null) return;
        _hash.AppendData(line.Bytes.Span);
        _hash.AppendData("\n"u8);
        CompareAfter(line.Number);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void CompareAfter(long lines)
    {
        Span<byte> current = stackalloc byte[LedgerHash.Size];
        _hash.GetCurrentHash(current);
        if (current.SequenceEqual(_digest)) CoveredLines = lines;
    }
}
