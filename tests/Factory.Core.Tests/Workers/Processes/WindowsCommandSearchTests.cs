using Factory.Core.Contracts;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Tests.Workers.Processes;

public sealed class WindowsCommandSearchTests
{
    private const string Here = @"C:\work\tree";
    private readonly Dictionary<string, string> _files = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _environment = new() { ["Path"] = @"C:\one;""C:\two; x"";.;;relative\bin;D:\three\", ["PATHEXT"] = ".COM;.EXE;.BAT;.CMD;.JS" };

    [Theory]
    [InlineData("tool")]
    [InlineData("tool.exe")]
    [InlineData("TOOL")]
    public void A_bare_name_is_found_in_PATH_with_PATHEXT(string name) => Assert.Equal([@"D:\three\" + (name.Contains('.', StringComparison.Ordinal) ? name : name + ".exe")], Find(name, @"D:\three\tool.exe"));

    [Fact]
    public void The_order_of_PATHEXT_decides_within_a_folder() => Assert.Equal([@"C:\one\tool.com"], Find("tool", @"C:\one\tool.exe", @"C:\one\tool.com"));

    [Fact]
    public void The_order_of_PATH_decides_between_folders() => Assert.Equal([@"C:\one\tool.exe"], Find("tool", @"C:\two; x\tool.com", @"C:\one\tool.exe"));

    [Fact]
    public void Quotes_in_PATH_protect_a_semicolon() => Assert.Equal([@"C:\two; x\tool.exe"], Find("tool", @"C:\two; x\tool.exe"));

    [Theory]
    [InlineData(@"C:\work\tree\tool.exe")]
    [InlineData(@"C:\work\tree\relative\bin\tool.exe")]
    [InlineData(@"C:\one\tool")]
    [InlineData(@"C:\one\tool.js")]
    public void The_current_directory_relative_entries_and_what_is_no_program_are_not_searched(string file) =>
        Assert.Contains("PATH", Assert.Throws<FactoryException>(() => Find("tool", file)).Blocker.NextAction, StringComparison.Ordinal);

    [Fact]
    public void Without_PATHEXT_the_usual_extensions_hold()
    {
        _environment.Remove("PATHEXT");
        Assert.Equal([@"C:\one\tool.exe"], Find("tool", @"C:\one\tool.exe"));
    }

    [Theory]
    [InlineData(@".\bin\tool", @"C:\work\tree\bin\tool.exe")]
    [InlineData(@"bin/tool.exe", @"C:\work\tree\bin\tool.exe")]
    [InlineData(@"..\tool", @"C:\work\tool.exe")]
    [InlineData(@"\tool", @"C:\tool.exe")]
    [InlineData(@"D:\x\tool", @"D:\x\tool.exe")]
    [InlineData(@"\\server\share\tool", @"\\server\share\tool.exe")]
    public void A_path_is_relative_to_the_working_directory(string name, string file) => Assert.Equal([file], Find(name, file));

    [Fact]
    public void A_path_to_nothing_is_told() =>
        Assert.Contains(@"not found at 'C:\work\tree\bin\tool'", Assert.Throws<FactoryException>(() => Find(@"bin\tool")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_script_is_told_to_need_its_interpreter() =>
        Assert.Contains("interpreter", Assert.Throws<FactoryException>(() => Find(@".\do.ps1", Here + @"\do.ps1")).Blocker.NextAction, StringComparison.Ordinal);

    [Fact]
    public void A_batch_file_that_is_no_shim_is_refused()
    {
        _files[@"C:\one\build.cmd"] = "@echo off\r\nmsbuild %*\r\n";
        var error = Assert.Throws<FactoryException>(() => Find("build"));
        Assert.Contains("cannot be run safely without a shell", error.Message, StringComparison.Ordinal);
        Assert.Contains("[\"cmd\", \"/c\", ...]", error.Blocker.NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public void An_npm_shim_is_run_through_its_interpreter_in_PATH()
    {
        _files[@"C:\one\codex.cmd"] = NpmShimTests.Current;
        Assert.Equal(
            [@"D:\three\node.exe", @"C:\one\node_modules\@openai\codex\bin\codex.js"],
            Find("codex", @"C:\one\codex", @"D:\three\node.exe", @"C:\one\node_modules\@openai\codex\bin\codex.js"));
    }

    [Fact]
    public void An_interpreter_beside_the_shim_comes_first()
    {
        _files[@"C:\one\codex.cmd"] = NpmShimTests.Current;
        Assert.Equal(@"C:\one\node.exe", Find("codex", @"C:\one\node.exe", @"D:\three\node.exe", @"C:\one\node_modules\@openai\codex\bin\codex.js")[0]);
    }

    [Fact]
    public void A_shim_whose_target_is_gone_is_told()
    {
        _files[@"C:\one\codex.cmd"] = NpmShimTests.Current;
        Assert.Contains("does not exist", Assert.Throws<FactoryException>(() => Find("codex", @"D:\three\node.exe")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shim_of_a_program_runs_the_program()
    {
        _files[@"C:\one\esbuild.cmd"] = NpmShimTests.OfProgram;
        Assert.Equal([@"C:\one\node_modules\esbuild\bin\esbuild.exe"], Find("esbuild", @"C:\one\node_modules\esbuild\bin\esbuild.exe"));
    }

    private IReadOnlyList<string> Find(string name, params string[] files)
    {
        foreach (var file in files) _files.TryAdd(file, "");
        return new WindowsCommandSearch(_files.ContainsKey, path => _files[path], _environment).Find(name, Here);
    }
}
