using Factory.Core.Configuration;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("factory-config-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_missing_file_is_an_error_whose_next_action_is_init()
    {
        var error = Assert.Throws<FactoryException>(() => ConfigLoader.Load(_root, null, ConfigSample.NoEnvironment, ConfigOverrides.None));
        Assert.Equal((BlockerKind.Config, "run `factory init`"), (error.Blocker.Kind, error.Blocker.NextAction));
    }

    [Fact]
    public void Load_throws_the_first_problem_and_counts_the_others()
    {
        File.WriteAllText(Path.Combine(_root, "factory.config.json"), """{"rnu": 1, "run": {"kind": 5, "base_ref": 5}}""");
        var error = Assert.Throws<FactoryException>(() => ConfigLoader.Load(_root, null, ConfigSample.NoEnvironment, ConfigOverrides.None));
        Assert.Equal("unknown key 'rnu'; did you mean 'run'? (and 2 more problems)", error.Message);
        Assert.Equal("factory.config.json:1:2", error.Blocker.Path);
    }

    [Fact]
    public void The_starter_file_loads_and_its_source_is_known()
    {
        var path = Path.Combine(_root, "factory.config.json");
        ConfigTemplate.Write(path);
        var config = ConfigLoader.Load(_root, null, ConfigSample.NoEnvironment, ConfigOverrides.None);
        Assert.Equal(["A_worker", "B_worker"], config.Workers.Select(worker => worker.Id.Name));
        Assert.All(config.Workers, worker => Assert.Equal(["git", "--version"], worker.Command));
        Assert.Equal(path, config.Source);
    }

    [Fact]
    public void The_starter_file_never_overwrites()
    {
        var path = Path.Combine(_root, "factory.config.json");
        File.WriteAllText(path, "mine");
        Assert.Contains("exists already", Assert.Throws<FactoryException>(() => ConfigTemplate.Write(path)).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(path));
    }

    [Fact]
    public void An_explicit_file_is_read_without_a_repository()
    {
        var path = Path.Combine(_root, "other.json");
        File.WriteAllText(path, """{"run": {"kind": "other"}}""");
        Assert.Equal("other", ConfigLoader.Load(null, path, ConfigSample.NoEnvironment, ConfigOverrides.None).Run.Kind);
    }

    [Fact]
    public void A_folder_in_the_file_s_place_is_a_problem_and_not_a_crash()
    {
        Directory.CreateDirectory(Path.Combine(_root, "factory.config.json"));
        Assert.Contains("cannot be read", Assert.Throws<FactoryException>(() => ConfigLoader.Load(_root, null, ConfigSample.NoEnvironment, ConfigOverrides.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_that_would_swallow_the_repository_are_refused()
    {
        File.WriteAllText(Path.Combine(_root, "factory.config.json"), "{}");
        var (_, problems) = ConfigLoader.Read(_root, null, ConfigSample.NoEnvironment, new() { RunsDir = Path.GetDirectoryName(_root), WorktreesDir = Path.GetFullPath("/factory-elsewhere") });
        Assert.Contains("holds the repository itself", Assert.Single(problems).Message, StringComparison.Ordinal);
    }
}
