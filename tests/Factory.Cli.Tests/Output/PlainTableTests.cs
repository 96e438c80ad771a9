using Factory.Cli.Output;

namespace Factory.Cli.Tests.Output;

public sealed class PlainTableTests
{
    [Fact]
    public void Columns_are_aligned_and_numbers_stand_to_the_right() => Assert.Equal(
        ["  worker  paths  duration", "  A           3    0.05 s", "  Büro        -   10.00 s"],
        PlainTable.Render(["worker", "paths", "duration"], [["A", "3", "0.05 s"], ["Büro", "-", "10.00 s"]]));

    [Fact]
    public void On_a_narrow_terminal_a_row_takes_as_many_lines_as_it_needs_and_no_cell_is_broken() => Assert.Equal(
        ["  time: 12:00  run: abc", "    event: RUN_END  rc: 0", "  time: 12:01  run: def", "    event: A_VERY_LONG_NAME_INDEED", "    rc: -"],
        PlainTable.Stack(["time", "run", "event", "rc"], [["12:00", "abc", "RUN_END", "0"], ["12:01", "def", "A_VERY_LONG_NAME_INDEED", "-"]], 25));

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    public void A_terminal_folds_no_line_of_a_table_and_a_file_has_a_row_a_line(int width)
    {
        var ledger = Path.Combine(AppContext.BaseDirectory, "TestData", "two-generations.jsonl");
        var shown = Terminal.Run(width, "ledger", "--path", ledger, "--last", "5");
        Assert.NotEmpty(shown);
        Assert.All(shown, line => Assert.InRange(line.Length, 0, width));
        Assert.Equal(5, shown.Count(line => line.StartsWith("  time: ", StringComparison.Ordinal)));
        var file = FactoryProcess.Run(Scratch.Root, "ledger", "--path", ledger, "--last", "5").Output.Split('\n');
        Assert.StartsWith("  time ", file[0], StringComparison.Ordinal);
        Assert.Equal(5, file.Skip(1).TakeWhile(line => line.Length > 0).Count());
    }

    [Theory]
    [InlineData(0, "0.00 s")]
    [InlineData(59_990, "59.99 s")]
    [InlineData(185_000, "3 min 05 s")]
    [InlineData(7_560_000, "2 h 06 min")]
    public void Durations_are_words(long milliseconds, string expected) => Assert.Equal(expected, Duration.Words(milliseconds));
}
