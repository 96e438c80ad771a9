using Factory.Core.Guards.Escapes;
using FsCheck;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Escapes;

public sealed class LedgerMarkTests : IDisposable
{
    private const int Tail = 64 * 1024;
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Property(MaxTest = 60)]
    public void A_ledger_may_grow_and_nothing_else(PositiveInt size, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[(size.Get % 5 == 0 ? Tail : 0) + size.Get];
        random.NextBytes(bytes);
        File.WriteAllBytes(_file, bytes);
        var mark = LedgerMark.Take(_file);
        Assert.True(mark.Holds);
        var more = new byte[random.Next(3)];
        File.WriteAllBytes(_file, [.. bytes, .. more]);
        Assert.True(mark.Holds);
        Assert.Empty(mark.Compare());
        var changed = bytes.ToArray();
        changed[random.Next(Math.Max(0, bytes.Length - Tail), bytes.Length)] ^= (byte)(1 << random.Next(8));
        AssertFound(mark, [.. changed, .. more]);
        AssertFound(mark, bytes[..random.Next(bytes.Length)]);
        File.Delete(_file);
        Assert.Equal(EscapeArea.Ledger, Assert.Single(mark.Compare()).Area);
    }

    [Fact]
    public void A_ledger_that_begins_later_is_no_finding()
    {
        File.Delete(_file);
        var mark = LedgerMark.Take(_file);
        Assert.True(mark.Holds);
        File.WriteAllText(_file, "{}\n");
        Assert.Empty(mark.Compare());
    }

    private void AssertFound(LedgerMark mark, byte[] bytes)
    {
        File.WriteAllBytes(_file, bytes);
        Assert.Equal(EscapeArea.Ledger, Assert.Single(mark.Compare()).Area);
    }
}
