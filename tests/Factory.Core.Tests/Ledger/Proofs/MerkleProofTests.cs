using System.Security.Cryptography;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Proofs;

namespace Factory.Core.Tests.Ledger.Proofs;

public sealed class MerkleProofTests
{
    private const int Largest = 70;
    private const string Path1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", Path2 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        Path3 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4", Leaf5 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        Right = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", Left4 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";

    private static readonly byte[][] Published = [.. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }.Select(Convert.FromHexString)];
    private static readonly byte[][] Leaves = [.. Enumerable.Range(0, Largest).Select(static number => new[] { (byte)number, (byte)1 })];

    [Theory]
    [InlineData(0, 1, "")]
    [InlineData(0, 8, $"{Path1} {Path2} {Path3}")]
    [InlineData(5, 8, $"{Leaf5} {Right} {Left4}")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(1, 5, $"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d {Path2} {Leaf5}")]
    public void Audit_paths_are_those_published_for_certificate_transparency(int index, int size, string path) =>
        Assert.Equal(path, Hex(Include(Published, index, size)));

    [Theory]
    [InlineData(1, 1, "")]
    [InlineData(1, 8, $"{Path1} {Path2} {Path3}")]
    [InlineData(6, 8, $"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a {Right} {Left4}")]
    [InlineData(2, 5, $"{Path2} {Leaf5}")]
    public void Consistency_proofs_are_those_published_for_certificate_transparency(int old, int size, string proof) =>
        Assert.Equal(proof, Hex(Continue(Published, old, size)));

    [Fact]
    public void Every_audit_path_is_that_of_the_recursive_definition_and_leads_to_the_root_from_its_own_leaf_and_index_alone()
    {
        for (var size = 1; size <= Largest; size++)
        {
            var root = Root(Leaves[..size]);
            for (var index = 0; index < size; index++)
            {
                var proof = Include(Leaves, index, size);
                Assert.Equal(Hex(Path(index, Leaves[..size])), Hex(proof));
                Assert.Equal(root, MerkleProof.RootOf(index, size, Leaf(Leaves[index]), proof));
                Assert.NotEqual(root, MerkleProof.RootOf(index, size, Leaf([0xEE]), proof));
                if (size > 1) Assert.NotEqual(root, MerkleProof.RootOf((index + 1) % size, size, Leaf(Leaves[index]), proof));
                Assert.Null(MerkleProof.RootOf(index, size, Leaf(Leaves[index]), [.. proof, new byte[32]]));
                if (proof.Count > 0) Assert.Null(MerkleProof.RootOf(index, size, Leaf(Leaves[index]), [.. proof.Skip(1)]));
            }
        }

        Assert.Null(MerkleProof.RootOf(0, 0, new byte[32], []));
        Assert.Null(MerkleProof.RootOf(-1, 1, new byte[32], []));
        Assert.Null(MerkleProof.RootOf(1, 1, new byte[32], []));
    }

    [Fact]
    public void Every_consistency_proof_is_that_of_the_recursive_definition_and_fits_its_own_two_roots_alone()
    {
        var roots = Enumerable.Range(0, Largest + 1).Select(size => Root(Leaves[..size])).ToArray();
        for (var size = 0; size <= Largest; size++)
            for (var old = 0; old <= size; old++)
            {
                var proof = Continue(Leaves, old, size);
                if (old > 0) Assert.Equal(Hex(Subproof(old, Leaves[..size], isOldRoot: true)), Hex(proof));
                Assert.True(MerkleProof.IsConsistent(old, roots[old], size, roots[size], proof));
                Assert.False(MerkleProof.IsConsistent(old, Leaf([9]), size, roots[size], proof));
                if (old > 0) Assert.False(MerkleProof.IsConsistent(old, roots[old], size, Leaf([9]), proof));
                Assert.False(MerkleProof.IsConsistent(old, roots[old], size, roots[size], [.. proof, new byte[32]]));
                if (proof.Count > 0) Assert.False(MerkleProof.IsConsistent(old, roots[old], size, roots[size], [.. proof.SkipLast(1)]));
            }

        Assert.False(MerkleProof.IsConsistent(2, roots[2], 1, roots[1], []));
        Assert.False(MerkleProof.IsConsistent(-1, roots[0], 1, roots[1], []));
    }

    [Fact]
    public void A_proof_with_one_bit_changed_leads_elsewhere()
    {
        var (path, proof) = (Include(Leaves, 21, 43), Continue(Leaves, 21, 43));
        var (oldRoot, root) = (Root(Leaves[..21]), Root(Leaves[..43]));
        for (var at = 0; at < Math.Max(path.Count, proof.Count); at++)
            for (var bit = 0; bit < 256; bit++)
            {
                if (at < path.Count) Assert.NotEqual(root, MerkleProof.RootOf(21, 43, Leaf(Leaves[21]), Flip(path, at, bit)));
                if (at < proof.Count) Assert.False(MerkleProof.IsConsistent(21, oldRoot, 43, root, Flip(proof, at, bit)));
            }

        static ReadOnlyMemory<byte>[] Flip(IReadOnlyList<ReadOnlyMemory<byte>> hashes, int at, int bit)
        {
            ReadOnlyMemory<byte>[] changed = [.. hashes];
            var hash = changed[at].ToArray();
            hash[bit / 8] ^= (byte)(1 << (bit % 8));
            changed[at] = hash;
            return changed;
        }
    }

    [Fact]
    public void A_proof_is_not_given_before_all_leaves_were_seen() =>
        Assert.Throws<InvalidOperationException>(() => MerkleProofBuilder.OfInclusion(new MerkleTree(), 3).Hashes());

    private static IReadOnlyList<ReadOnlyMemory<byte>> Include(byte[][] leaves, int index, int size)
    {
        var builder = MerkleProofBuilder.OfInclusion(TreeOf(leaves[..index]), size);
        foreach (var leaf in leaves[(index + 1)..size]) builder.AddLeafHash(Leaf(leaf));
        return builder.Hashes();
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> Continue(byte[][] leaves, int old, int size)
    {
        var builder = MerkleProofBuilder.OfConsistency(TreeOf(leaves[..old]), size);
        foreach (var leaf in leaves[old..size]) builder.AddLeafHash(Leaf(leaf));
        return builder.Hashes();
    }

    // A tree that was put away and continued, as a seal does it.
    private static MerkleTree TreeOf(byte[][] leaves)
    {
        var tree = new MerkleTree();
        foreach (var leaf in leaves) tree = new MerkleTree(tree.Size, tree.Subtrees).With(leaf);
        return tree;
    }

    private static string Hex(IEnumerable<ReadOnlyMemory<byte>> hashes) => string.Join(' ', hashes.Select(static hash => Convert.ToHexStringLower(hash.Span)));

    private static string Hex(IEnumerable<byte[]> hashes) => string.Join(' ', hashes.Select(Convert.ToHexStringLower));

    private static byte[] Leaf(byte[] data) => SHA256.HashData([0, .. data]);

    // From here on the definitions of RFC 6962, section 2.1, word for word.
    private static byte[] Root(byte[][] data) => data.Length switch
    {
        0 => SHA256.HashData([]),
        1 => Leaf(data[0]),
        _ => SHA256.HashData([1, .. Root(data[..Split(data)]), .. Root(data[Split(data)..])]),
    };

    private static byte[][] Path(int m, byte[][] data)
    {
        if (data.Length == 1) return [];
        var k = Split(data);
        return m < k ? [.. Path(m, data[..k]), Root(data[k..])] : [.. Path(m - k, data[k..]), Root(data[..k])];
    }

    private static byte[][] Subproof(int m, byte[][] data, bool isOldRoot)
    {
        if (m == data.Length) return isOldRoot ? [] : [Root(data)];
        var k = Split(data);
        return m <= k ? [.. Subproof(m, data[..k], isOldRoot), Root(data[k..])] : [.. Subproof(m - k, data[k..], isOldRoot: false), Root(data[..k])];
    }

    private static int Split(byte[][] data)
    {
        var k = 1;
        while (k * 2 < data.Length) k *= 2;
        return k;
    }
}

internal static class MerkleTreeGrowth
{
    public static MerkleTree With(this MerkleTree tree, byte[] leaf)
    {
        tree.Add(leaf);
        return tree;
    }
}
