using System.Collections;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Tests.Workers.Processes;

public sealed class WorkerEnvironmentTests
{
    [Fact]
    public void Variables_that_point_git_into_another_repository_are_not_inherited()
    {
        string[] names = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_ALTERNATE_OBJECT_DIRECTORIES"];
        var inherited = new Hashtable { ["KEPT"] = "1", ["GIT_SSH_COMMAND"] = "ssh" };
        foreach (var name in names) inherited[name] = "elsewhere";
        var environment = WorkerEnvironment.Of(inherited, new Dictionary<string, string?>(), null);
        Assert.Equal(["GIT_SSH_COMMAND", "KEPT"], environment.Keys.Where(name => !name.StartsWith("GIT_CONFIG_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_override_may_still_set_them()
    {
        var environment = WorkerEnvironment.Of(new Hashtable(), new Dictionary<string, string?> { ["GIT_DIR"] = "/mine" }, null);
        Assert.Equal("/mine", environment["GIT_DIR"]);
    }

    [Fact]
    public void The_marker_wins_over_an_override()
    {
        var environment = WorkerEnvironment.Of(new Hashtable(), new Dictionary<string, string?> { ["M"] = "other" }, new EnvironmentMarker("M", "mine"));
        Assert.Equal("mine", environment["M"]);
    }
}
