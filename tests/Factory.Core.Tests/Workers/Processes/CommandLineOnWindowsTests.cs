using System.Runtime.InteropServices;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Tests.Workers.Processes;

public sealed unsafe partial class CommandLineOnWindowsTests
{
    private const string Program = @"C:\Program Files\tool\tool.exe";
    private const string Alphabet = "\\\\\"\"  a\tü\n";

    public CommandLineOnWindowsTests() => Assert.SkipUnless(OperatingSystem.IsWindows(), "calls shell32");

    [Fact]
    public void Windows_itself_reads_the_arguments_back()
    {
        string[] arguments = ["", " ", "a b", "\"", "\\", "\\\"", "a\\\\", "a b\\", "größe 漢字", "x\ny", "\t", "\"a\" b\\\\\"c\\"];
        Assert.Equal([Program, .. arguments], SplitByWindows(WindowsCommandLine.Join([Program, .. arguments])));
    }

    [Fact]
    public void Windows_itself_reads_random_backslashes_quotes_and_blanks_back()
    {
        var random = new Random(20_260);
        for (var i = 0; i < 2_000; i++)
        {
            string[] arguments = [.. Enumerable.Range(0, 4).Select(_ => string.Concat(random.GetItems<char>(Alphabet, random.Next(9))))];
            Assert.Equal([Program, .. arguments], SplitByWindows(WindowsCommandLine.Join([Program, .. arguments])));
        }
    }

    private static string[] SplitByWindows(string line)
    {
        var arguments = CommandLineToArgvW(line, out var count);
        var result = Enumerable.Range(0, count).Select(i => Marshal.PtrToStringUni(((nint*)arguments)[i])!).ToArray();
        LocalFree(arguments);
        return result;
    }

    [LibraryImport("shell32.dll", StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint CommandLineToArgvW(string line, out int count);

    [LibraryImport("kernel32.dll")]
    private static partial nint LocalFree(nint memory);
}
