using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>The digest of the whole ledger, as coreutils' <c>sha256sum --strict -c</c> reads it.</summary>
public static class LedgerDigest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Writes <c>factory_ledger.sha256</c> anew, in one step, while nobody can append.</summary>
    /// <returns>The digest in lower-case hex.</returns>
    /// <exception cref="FactoryException">There is no ledger, it ends in a torn line, or the disk refused.</exception>
    public static string Refresh(string runsFolder, CancellationToken cancellationToken = default)
    {
        var paths = new LedgerPaths(runsFolder);
        if (!File.Exists(paths.Ledger)) throw LedgerFailure.Unreadable(paths.Ledger, new FileNotFoundException());
        using var held = LedgerLock.Acquire(paths, Patience, cancellationToken);
        try
        {
            var digest = Compute(paths);
            DurableFile.Replace(paths.Digest, Encoding.ASCII.GetBytes(Format(digest)));
            return Convert.ToHexStringLower(digest);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerFailure.Of(paths.Ledger, "could not be given its digest", error);
        }
    }

    /// <summary>The digest on record; null when there is none, empty when the file holds no digest.</summary>
    /// <exception cref="NotPlainFileException">No plain file lies there.</exception>
    internal static byte[]? Read(string digestFile)
    {
        const int HexDigits = 64, LongestFile = 64 * 1024;
        if (SideFile.TryRead(digestFile, LongestFile) is not { } bytes) return null;
        var text = Encoding.UTF8.GetString(bytes);
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        var digest = new byte[HexDigits / 2];
        return end == HexDigits && Convert.FromHexString(text.AsSpan(0, end), digest, out _, out _) == OperationStatus.Done ? digest : [];
    }

    /// <summary>The text of the digest file.</summary>
    internal static string Format(ReadOnlySpan<byte> digest) => $"{Convert.ToHexStringLower(digest)}  {LedgerPaths.LedgerName}\n";

    /// <summary>A ledger whose last line a crash left torn.</summary>
    internal static FactoryException Torn(string ledger) => new(
        BlockerKind.Check, $"the ledger {ledger} ends in a torn line, left by a crash", "Append to it (any run does): the torn end is moved to quarantine. Then try again.", ledger);

    private static byte[] Compute(LedgerPaths paths)
    {
        using var stream = new FileStream(paths.Ledger, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        // A digest over a torn end would look like tampering once the next append moves that end to quarantine.
        if (LedgerTail.Find(stream.SafeFileHandle, stream.Length).WholeLength != stream.Length)
            throw Torn(paths.Ledger);
        return SHA256.HashData(stream);
    }
}
