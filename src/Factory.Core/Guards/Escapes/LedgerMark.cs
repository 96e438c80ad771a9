using System.Security.Cryptography;

namespace Factory.Core.Guards.Escapes;

/// <summary>
/// How long the ledger was and what its end said. It only ever grows; the chain of hashes tells about the lines before.
/// </summary>
/// <param name="File">The ledger.</param>
/// <param name="Length">Its length in bytes, then.</param>
/// <param name="Digest">SHA-256 of its last 64 KiB, then.</param>
public sealed record LedgerMark(string File, long Length, string Digest)
{
    private const int TailLength = 64 * 1024;

    /// <summary>Takes the mark of a ledger; one that does not exist is empty.</summary>
    public static LedgerMark Take(string file)
    {
        var length = System.IO.File.Exists(file) ? new FileInfo(file).Length : 0;
        return new LedgerMark(file, length, DigestOf(file, length) ?? "");
    }

    /// <summary>Whether the ledger still holds what it held.</summary>
    public bool Holds => DigestOf(File, Length) == Digest;

    /// <summary>Says whether the ledger has lost or changed what it held.</summary>
    public IEnumerable<Escape> Compare()
    {
        if (!Holds) yield return new Escape(EscapeArea.Ledger, "the ledger " + Path.GetFileName(File), "was cut or changed before its end", "");
    }

    private static string? DigestOf(string file, long end)
    {
        if (end == 0) return "";
        if (!System.IO.File.Exists(file)) return null;
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length < end) return null;
        var tail = new byte[Math.Min(end, TailLength)];
        stream.Position = end - tail.Length;
        stream.ReadExactly(tail);
        return Convert.ToHexStringLower(SHA256.HashData(tail));
    }
}
