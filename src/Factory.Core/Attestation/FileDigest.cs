using System.Security.Cryptography;

namespace Factory.Core.Attestation;

/// <summary>SHA-256 of files, for the hashes of ledger events.</summary>
public static class FileDigest
{
    /// <summary>SHA-256 of bytes, lower-case hex.</summary>
    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>One named digest, lower-case hex.</summary>
    /// <param name="name">The name it gets.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> Of(string name, string path)
    {
        using var stream = File.OpenRead(path);
        return new Dictionary<string, string> { [name] = Convert.ToHexStringLower(SHA256.HashData(stream)) };
    }
}
