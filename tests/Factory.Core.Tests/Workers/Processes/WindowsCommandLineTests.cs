using Factory.Core.Workers.Processes;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Workers.Processes;

public sealed class WindowsCommandLineTests
{
    private const string Program = @"C:\Program Files\tool\tool.exe";

    [Property(MaxTest = 500)]
    public void Every_argument_survives_the_rules_of_CommandLineToArgvW(string[] arguments) => AssertSurvives(Clean(arguments));

    /// <summary>Random text rarely holds what the rules are about, so this one is made of nothing else.</summary>
    [Property(MaxTest = 500)]
    public void Backslashes_quotes_and_blanks_survive(byte[][] choices) =>
        AssertSurvives([.. choices.Select(choice => string.Concat((choice ?? []).Select(c => @"\\""  a	x"[c % 8])))]);

    [Fact]
    public void Plain_arguments_stay_readable() =>
        Assert.Equal($"\"{Program}\" exec --json \"two words\" \\path\\", WindowsCommandLine.Join([Program, "exec", "--json", "two words", "\\path\\"]));

    [Fact]
    public void The_environment_block_is_sorted_without_regard_to_case()
    {
        var block = WindowsCommandLine.Block(new Dictionary<string, string> { ["b"] = "2", ["C"] = "3", ["A"] = "1=" });
        Assert.Equal("A=1=\0b=2\0C=3\0\0", block);
        Assert.Equal("\0\0", WindowsCommandLine.Block(new Dictionary<string, string>()));
    }

    private static void AssertSurvives(string[] arguments) =>
        Assert.Equal([Program, .. arguments], Split(WindowsCommandLine.Join([Program, .. arguments])));

    private static string[] Clean(string[] arguments) => [.. arguments.Select(argument => (argument ?? "").Replace("\0", "", StringComparison.Ordinal))];

    /// <summary>The documented rules of CommandLineToArgvW.</summary>
    private static List<string> Split(string line)
    {
        var end = line.IndexOf('"', 1);
        var arguments = new List<string> { line[1..end] };
        var rest = line[(end + 1)..];
        for (var at = 0; ;)
        {
            while (at < rest.Length && rest[at] is ' ' or '\t') at++;
            if (at == rest.Length) return arguments;
            arguments.Add(NextArgument(rest, ref at));
        }
    }

    private static string NextArgument(string line, ref int at)
    {
        var text = "";
        var isQuoted = false;
        for (; at < line.Length && (isQuoted || line[at] is not (' ' or '\t')); at++)
        {
            var backslashes = 0;
            for (; at < line.Length && line[at] == '\\'; at++) backslashes++;
            var isQuote = at < line.Length && line[at] == '"';
            text += new string('\\', isQuote ? backslashes / 2 : backslashes);
            if (isQuote && backslashes % 2 == 1) text += '"';
            else if (isQuote && isQuoted && at + 1 < line.Length && line[at + 1] == '"') (text, at) = (text + '"', at + 1);
            else if (isQuote) isQuoted = !isQuoted;
            else if (backslashes > 0) at--;
            else text += line[at];
        }

        return text;
    }
}
