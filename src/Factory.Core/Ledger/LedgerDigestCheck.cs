using System.Security.Cryptography;
using Factory.Core.Ledger.Verification;

namespace Factory.Core.Ledger;

/// <summary>
/// Finds how many lines the digest on record covers. A digest is refreshed when a run ends, so lines appended since are
/// no mismatch: the digest must be that of the whole ledger or of its first lines.
/// </summary>
internal sealed class LedgerDigestCheck : IDisposable
{
    private readonly string _ledger;
    private readonly byte[] _digest;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _hashed;

    private LedgerDigestCheck(string ledger, byte[] digest)
    {
        (_ledger, _digest) = (ledger, digest);
        CompareAfter(0);
    }

    /// <summary>How many lines are covered, or null while no match was found.</summary>
    public long? CoveredLines { get; private set; }

    /// <summary>The digest on record; empty when the file holds none.</summary>
    public ReadOnlySpan<byte> Expected => _digest;

    /// <summary>Why no digest could be read from what has its name; null when one was looked for in a plain file.</summary>
    public string? Trouble { get; private init; }

    /// <summary>How many bytes are thought to be covered; only saves time. 0 for no idea.</summary>
    public long LikelyBytes { get; set; }

    /// <summary>Reads the digest beside a ledger; null when there is none, or when it is another file's.</summary>
    public static LedgerDigestCheck? Open(string ledger)
    {
        if (Path.GetFileName(ledger) != LedgerPaths.LedgerName) return null;
        var file = LedgerPaths.OfFile(ledger).Digest;
        try
        {
            return LedgerDigest.Read(file) is { } digest ? new LedgerDigestCheck(ledger, digest) : null;
        }
        catch (NotPlainFileException error)
        {
            return new LedgerDigestCheck(ledger, []) { Trouble = error.Message };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerFailure.Unreadable(file, error);
        }
    }

    /// <summary>Takes the next whole lines in.</summary>
    public void Add(ReadOnlySpan<byte> lines, long position, long number)
    {
        // A gap: a line too long to be kept. Find goes over the file once more.
        if (CoveredLines is not null || position != _hashed) return;
        _hashed += lines.Length;
        var likely = LikelyBytes - position;
        if (likely > 0 && likely < lines.Length && lines[(int)likely - 1] == '\n')
        {
            _hash.AppendData(lines[..(int)likely]);
            CompareAfter(number - 1 + lines[..(int)likely].Count((byte)'\n'));
            lines = lines[(int)likely..];
        }

        _hash.AppendData(lines);
    }

    /// <summary>
    /// Compares at the end of all lines; and if that is not it, reads the ledger again and compares after every line.
    /// </summary>
    /// <param name="length">Bytes of all whole lines.</param>
    /// <param name="lines">How many lines that is.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public void Conclude(long length, long lines, CancellationToken cancellationToken)
    {
        if (_hashed == length) CompareAfter(lines);
        if (CoveredLines is not null || _digest.Length == 0) return;
        try
        {
            Search(length, cancellationToken);
        }
        catch (IOException error)
        {
            throw LedgerFailure.Unreadable(_ledger, error);
        }
    }

    /// <summary>Takes what was proven otherwise.</summary>
    public void Accept(long? coveredLines) => CoveredLines ??= coveredLines;

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Search(long length, CancellationToken cancellationToken)
    {
        const int BlockSize = 256 * 1024;
        using var file = LedgerSegments.Open(_ledger);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockSize];
        Span<byte> current = stackalloc byte[LedgerHash.Size];
        var line = 0L;
        for (var position = 0L; position < length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rest = block.AsSpan(0, (int)Math.Min(BlockSize, length - position));
            LedgerTail.ReadExactly(file, rest, position);
            position += rest.Length;
            while (rest.IndexOf((byte)'\n') is var end and >= 0)
            {
                hash.AppendData(rest[..(end + 1)]);
                hash.GetCurrentHash(current);
                line++;
                if (current.SequenceEqual(_digest))
                {
                    CoveredLines = line;
                    return;
                }

                rest = rest[(end + 1)..];
            }

            hash.AppendData(rest);
        }
    }

    private void CompareAfter(long lines)
    {
        Span<byte> current = stackalloc byte[LedgerHash.Size];
        _hash.GetCurrentHash(current);
        if (current.SequenceEqual(_digest)) CoveredLines ??= lines;
    }
}
