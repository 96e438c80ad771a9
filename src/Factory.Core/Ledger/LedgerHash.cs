using System.Buffers;
using System.Security.Cryptography;

namespace Factory.Core.Ledger;

/// <summary>The two hashes of RFC 6962, section 2.1, over SHA-256.</summary>
internal static class LedgerHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>The byte that is hashed before a leaf.</summary>
    public const byte LeafPrefix = 0;

    private const byte NodePrefix = 1;
    private const int OnStack = 4096;

    /// <summary>SHA-256(0x00 || data).</summary>
    public static byte[] Leaf(ReadOnlySpan<byte> data)
    {
        var rented = data.Length < OnStack ? null : ArrayPool<byte>.Shared.Rent(data.Length + 1);
        var input = (rented ?? stackalloc byte[OnStack])[..(data.Length + 1)];
        input[0] = LeafPrefix;
        data.CopyTo(input[1..]);
        var hash = SHA256.HashData(input);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    /// <summary>A leaf hash whose data comes in pieces.</summary>
    public static IncrementalHash BeginLeaf()
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([LeafPrefix]);
        return hash;
    }

    /// <summary>SHA-256(0x01 || left || right).</summary>
    public static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * Size)];
        input[0] = NodePrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Size)..]);
        return SHA256.HashData(input);
    }
}
