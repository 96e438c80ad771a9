using Factory.Cli.Output;

namespace Factory.Cli.Tests.Output;

public sealed class PlainTableTests
{
    [Fact]
    public void Columns_are_aligned_and_numbers_stand_to_the_right() => Assert.Equal(
        ["  worker  paths  duration", "  A           3    0.05 s", "  Büro        -   10.00 s"],
        PlainTable.Render(["worker", "paths", "duration"], [["A", "3", "0.05 s"], ["Büro", "-", "10.00 s"]]));

    [Theory]
    [InlineData(0, "0.00 s")]
    [InlineData(59_990, "59.99 s")]
    [InlineData(185_000, "3 min 05 s")]
    [InlineData(7_560_000, "2 h 06 min")]
    public void Durations_are_words(long milliseconds, string expected) => Assert.Equal(expected, Duration.Words(milliseconds));
}
