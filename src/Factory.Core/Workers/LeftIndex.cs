using System.Buffers;
using System.Security.Cryptography;
using Factory.Core.Repository;

namespace Factory.Core.Workers;

/// <summary>An index as a capture left it, to be told from another one.</summary>
public sealed class LeftIndex
{
    // Comparing is faster than hashing, and of a few thousand files the whole index may as well be kept.
    private const int LargestKept = 1024 * 1024, BlockSize = 32 * 1024;
    private readonly int _length;
    private readonly byte[] _known;

    /// <summary>Takes what was written.</summary>
    public LeftIndex(byte[] bytes) => (_length, _known) = (bytes.Length, bytes.Length <= LargestKept ? bytes : SHA256.HashData(bytes));

    /// <summary>Whether a file holds the same, byte for byte; one that cannot be read does not.</summary>
    public bool IsIn(string file)
    {
        try
        {
            if (!RegularFile.Is(file)) return false;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return stream.Length == _length && (_length <= LargestKept ? Holds(stream) : SHA256.HashData(stream).AsSpan().SequenceEqual(_known));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private bool Holds(FileStream stream)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            var at = 0;
            for (int read; (read = stream.Read(block)) > 0; at += read)
                if (!_known.AsSpan(at, Math.Min(read, _length - at)).SequenceEqual(block.AsSpan(0, read))) return false;
            return at == _length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
