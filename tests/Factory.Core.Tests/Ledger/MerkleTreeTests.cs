using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger;

public sealed class MerkleTreeTests
{
    private static readonly string[] Leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Roots_are_those_published_for_certificate_transparency(int size, string root)
    {
        var tree = new MerkleTree();
        foreach (var leaf in Leaves.Take(size)) tree.Add(Convert.FromHexString(leaf));
        Assert.Equal(root, Convert.ToHexStringLower(tree.Root()));
        Assert.Equal(size, tree.Size);
    }

    [Fact]
    public void A_tree_grown_leaf_by_leaf_has_the_root_of_the_recursive_definition()
    {
        var tree = new MerkleTree();
        var leaves = new List<byte[]>();
        for (var size = 1; size <= 70; size++)
        {
            leaves.Add([(byte)size]);
            tree.Add(leaves[^1]);
            Assert.Equal(RootOf([.. leaves]), tree.Root());
        }

        static byte[] RootOf(byte[][] data)
        {
            if (data.Length == 1) return System.Security.Cryptography.SHA256.HashData([0, .. data[0]]);
            var split = 1;
            while (split * 2 < data.Length) split *= 2;
            return System.Security.Cryptography.SHA256.HashData([1, .. RootOf(data[..split]), .. RootOf(data[split..])]);
        }
    }

    [Fact]
    public void A_leaf_hash_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => new MerkleTree().AddLeafHash(new byte[31]));
}
