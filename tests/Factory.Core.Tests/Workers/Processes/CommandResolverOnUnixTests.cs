using Factory.Core.Contracts;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Tests.Workers.Processes;

public sealed class CommandResolverOnUnixTests : UnixOnly, IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_bare_name_is_found_in_the_childs_PATH()
    {
        var tool = _folder.WriteScript("tool", "");
        Assert.Equal([tool, "a", ""], Resolve(_folder.Path, "tool", "a", ""));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(":relative::")]
    public void A_bare_name_is_never_found_through_a_relative_entry(string path)
    {
        _folder.WriteScript("tool", "");
        Assert.Contains("PATH", Assert.Throws<FactoryException>(() => Resolve(path, "tool")).Blocker.NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_is_relative_to_the_working_directory()
    {
        var tool = _folder.WriteScript("tool", "");
        Assert.Equal([tool], Resolve("", "./tool"));
    }

    [Fact]
    public void A_folder_is_no_program() => Assert.Throws<FactoryException>(() => Resolve("/usr", "bin"));

    [Fact]
    public void An_executable_later_in_PATH_wins_over_a_file_that_is_not()
    {
        _folder.Write("true", "");
        Assert.NotEqual(Path.Combine(_folder.Path, "true"), Resolve($"{_folder.Path}:/usr/bin:/bin", "true")[0]);
    }

    [Fact]
    public void An_empty_command_is_refused() => Assert.Throws<FactoryException>(() => Resolve("/bin"));

    private IReadOnlyList<string> Resolve(string path, params string[] command) =>
        CommandResolver.Resolve(command, _folder.Path, new Dictionary<string, string> { ["PATH"] = path });
}
