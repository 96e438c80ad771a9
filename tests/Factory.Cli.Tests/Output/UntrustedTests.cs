using Factory.Cli.Output;
using FsCheck.Xunit;

namespace Factory.Cli.Tests.Output;

public sealed class UntrustedTests
{
    [Property]
    public bool No_text_brings_a_control_character_to_the_screen(string? text) =>
        !Untrusted.Line(text ?? "").Any(char.IsControl) && !Untrusted.Lines(text ?? "").Any(line => line.Any(char.IsControl));

    [Theory]
    [InlineData("a\u001b[31mb", "a\\u001b[31mb")]
    [InlineData("a\r\nb", "a\\u000d\\u000ab")]
    [InlineData("gpj.\u202efile", "gpj.\\u202efile")]
    [InlineData("x ##vso[task.setvariable]y", "x # #vso[task.setvariable]y")]
    [InlineData("##[error]y", "# #[error]y")]
    public void What_terminals_and_build_services_obey_is_defused(string text, string expected) => Assert.Equal(expected, Untrusted.Line(text));

    [Fact]
    public void No_line_of_a_report_begins_with_a_command_of_github() =>
        Assert.Equal(["ok", "|   ::error::x"], Untrusted.Lines("ok\n  ::error::x\n"));
}
