using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Hashing;

namespace Factory.Core.Tests.Ledger.Hashing;

public sealed unsafe class LaneHashesTests
{
    private readonly LeafHashes _leaves = new();

    [Fact]
    public void Lines_of_every_length_up_to_300_and_around_the_longest_have_the_leaf_hashes_of_the_platform()
    {
        Check([.. Enumerable.Range(0, 301)]);
        Check([65535, 65536, 65537, 200_000, 5, 1, 0, 1_000_000]);
        for (var length = 0; length < 130; length++) Check([.. Enumerable.Repeat(length, 17)]);
    }

    [Fact]
    public void Whatever_lengths_meet_in_the_lanes_every_leaf_hash_is_right()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var longest = 1 << random.Next(1, 13);
            Check([.. Enumerable.Range(0, random.Next(0, 50)).Select(_ => random.Next(longest))]);
        }
    }

    [Fact]
    public void Parents_of_any_number_of_pairs_are_those_of_the_definition()
    {
        var nodes = new NodeHashes();
        for (var pairs = 0; pairs <= 70; pairs++)
        {
            var hashes = new byte[pairs * 64];
            new Random(pairs).NextBytes(hashes);
            byte[] expected = [.. Enumerable.Range(0, pairs).SelectMany(i => SHA256.HashData([1, .. hashes[(64 * i)..(64 * (i + 1))]]))];
            nodes.Halve(hashes);
            Assert.Equal(expected, hashes[..(pairs * 32)]);
        }
    }

    private void Check(int[] lengths)
    {
        var buffer = GC.AllocateArray<byte>(lengths.Sum() + lengths.Length + 1 + LeafHashes.Slack, pinned: true);
        new Random(lengths.Length).NextBytes(buffer);
        var lines = new List<LineSpan>();
        var at = 1;
        foreach (var length in lengths)
        {
            lines.Add(new LineSpan(at, length));
            at += length + 1;
        }

        byte[] expected = [.. lines.SelectMany(line => SHA256.HashData([0, .. buffer.AsSpan(line.Start, line.Length)]))];
        var actual = new byte[lengths.Length * LedgerHash.Size];
        _leaves.Compute((byte*)Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0), CollectionsMarshal.AsSpan(lines), actual);
        Assert.Equal(expected, actual);
    }
}
