using Factory.Core.Ledger;
using Factory.Core.Ledger.Hashing;

namespace Factory.Core.Tests.Ledger.Hashing;

public sealed class HashedLinesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) - 1)]
    [InlineData(3_000_000)]
    [InlineData(LedgerLines.LongestLine + 1)]
    public void Every_line_comes_once_with_the_hash_that_it_has_alone(int longLine)
    {
        var random = new Random(longLine);
        using var folder = new LedgerFolder { Bytes = [.. Lines(random, 5000), .. new byte[longLine], (byte)'\n', .. Lines(random, 3000), .. "torn"u8] };
        using var expected = new LedgerLines(folder.Paths.Ledger);
        using var lines = new HashedLines(folder.Paths.Ledger);
        while (expected.TryRead(out var one))
        {
            Assert.True(lines.TryRead(out var line, out var leaf));
            Assert.Equal(one with { Bytes = default }, line with { Bytes = default });
            Assert.True(one.Bytes.Span.SequenceEqual(line.Bytes.Span));
            Assert.True(leaf.SequenceEqual(LedgerHash.Leaf(one.Bytes.Span)), $"line {one.Number}");
        }

        Assert.False(lines.TryRead(out _, out _));
        Assert.False(lines.TryRead(out _, out _));
    }

    private static byte[] Lines(Random random, int count)
    {
        var bytes = new List<byte>();
        for (; count > 0; count--) bytes.AddRange([.. Enumerable.Repeat((byte)('a' + random.Next(26)), random.Next(700)), (byte)'\n']);
        return [.. bytes];
    }
}
