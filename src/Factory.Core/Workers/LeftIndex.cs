using System.Security.Cryptography;
using Factory.Core.Repository;

namespace Factory.Core.Workers;

/// <summary>An index as a capture left it, to be told from another one.</summary>
public sealed class LeftIndex
{
    // Comparing is faster than hashing, and of a few thousand files the whole index may as well be kept.
    private const int LargestKept = 1024 * 1024;
    private readonly int _length;
    private readonly byte[] _known;

    /// <summary>Takes what was written.</summary>
    public LeftIndex(byte[] bytes) => (_length, _known) = (bytes.Length, bytes.Length <= LargestKept ? bytes : SHA256.HashData(bytes));

    /// <summary>Whether a file holds the same, byte for byte; one that cannot be read does not.</summary>
    public bool IsIn(string file)
    {
        try
        {
            if (!RegularFile.Is(file) || new FileInfo(file).Length != _length) return false;
            var bytes = File.ReadAllBytes(file);
            return (_length <= LargestKept ? bytes : SHA256.HashData(bytes)).AsSpan().SequenceEqual(_known);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
