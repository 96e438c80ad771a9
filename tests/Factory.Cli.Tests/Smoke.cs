namespace Factory.Cli.Tests;

public sealed class Smoke
{
    [Fact]
    public void Test_runner_runs() => Assert.Equal(4, 2 + 2);
}
