using System.Security.Cryptography;
using Factory.Core.Ledger.Hashing;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Ledger.Hashing;

public sealed class ResumableSha256Tests
{
    [Fact]
    public void Every_length_up_to_300_gives_the_digest_of_the_platform()
    {
        var data = Bytes(300, seed: 1);
        for (var length = 0; length <= data.Length; length++)
        {
            var hash = new ResumableSha256();
            hash.Append(data.AsSpan(0, length));
            Assert.Equal(SHA256.HashData(data.AsSpan(0, length)), hash.Digest());
            Assert.Equal(length, hash.Length);
        }
    }

    [Property]
    public void However_the_bytes_are_cut_every_prefix_has_its_digest(byte[][] pieces)
    {
        var hash = new ResumableSha256();
        var all = new List<byte>();
        foreach (var piece in pieces)
        {
            all.AddRange(piece);
            hash.Append(piece);
            // Asking for a digest must not disturb what follows.
            Assert.Equal(SHA256.HashData(all.ToArray()), hash.Digest());
        }
    }

    [Fact]
    public void A_state_taken_out_anywhere_is_resumed_by_another_instance()
    {
        var data = Bytes(400, seed: 2);
        for (var cut = 0; cut <= data.Length; cut++)
        {
            var first = new ResumableSha256();
            first.Append(data.AsSpan(0, cut));
            var state = first.BlockState(out var at);
            Assert.Equal(cut / 64 * 64, at);
            var second = ResumableSha256.Resume(state, at);
            second.Append(data.AsSpan((int)at));
            Assert.Equal(SHA256.HashData(data), second.Digest());
            Assert.Equal(data.Length, second.Length);
        }
    }

    [Fact]
    public void The_state_before_the_first_block_is_the_published_one() =>
        Assert.Equal("6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19", Convert.ToHexStringLower(new ResumableSha256().BlockState(out _)));

    [Theory]
    [InlineData(31, 0)]
    [InlineData(32, 1)]
    [InlineData(32, -64)]
    public void What_cannot_be_a_state_is_refused(int stateSize, long bytesBefore) =>
        Assert.Throws<ArgumentException>(() => ResumableSha256.Resume(new byte[stateSize], bytesBefore));

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
