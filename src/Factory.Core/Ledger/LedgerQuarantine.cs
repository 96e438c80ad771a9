using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Ledger;

/// <summary>What was moved aside.</summary>
/// <param name="File">The name of the quarantine file, in the runs folder.</param>
/// <param name="Bytes">How many bytes it holds.</param>
/// <param name="Sha256">Their SHA-256, lower-case hex.</param>
internal sealed record QuarantinedBytes(string File, long Bytes, string Sha256);

/// <summary>
/// Keeps the torn end of a ledger. The bytes are durable in a file of their own before the ledger is made shorter, so a
/// crash in between leaves them twice rather than not at all. A complete quarantine file is never deleted.
/// </summary>
internal static class LedgerQuarantine
{
    private const int BlockSize = 64 * 1024;

    /// <summary>Moves everything after <paramref name="wholeLength"/> aside.</summary>
    public static QuarantinedBytes Move(LedgerPaths paths, SafeFileHandle ledger, long wholeLength, long length, DateTimeOffset foundAt, Action<SafeFileHandle> flush)
    {
        var path = CreateFile(paths, foundAt, out var file);
        string sha256;
        try
        {
            using (file)
            {
                sha256 = Copy(ledger, wholeLength, length, file);
                flush(file);
            }
        }
        catch (Exception error) when (error is IOException or NotSupportedException)
        {
            // The ledger still holds every byte; half a copy would only puzzle whoever finds it.
            File.Delete(path);
            throw;
        }

        DurableFile.FlushFolder(paths.RunsFolder);
        RandomAccess.SetLength(ledger, wholeLength);
        flush(ledger);
        return new QuarantinedBytes(Path.GetFileName(path), length - wholeLength, sha256);
    }

    private static string CreateFile(LedgerPaths paths, DateTimeOffset foundAt, out SafeFileHandle file)
    {
        for (var number = 1; ; number++)
        {
            var path = paths.Quarantine(foundAt, number);
            if (File.Exists(path)) continue;
            // The ledger's lock is held: nobody else can take the name in between.
            file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            return path;
        }
    }

    private static string Copy(SafeFileHandle ledger, long from, long to, SafeFileHandle quarantine)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = from; at < to; at += BlockSize)
        {
            var bytes = block.AsSpan(0, (int)Math.Min(BlockSize, to - at));
            LedgerTail.ReadExactly(ledger, bytes, at);
            RandomAccess.Write(quarantine, bytes, at - from);
            hash.AppendData(bytes);
        }

        ArrayPool<byte>.Shared.Return(block);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
