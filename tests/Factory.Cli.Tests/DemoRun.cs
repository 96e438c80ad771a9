using System.Text.Json;

namespace Factory.Cli.Tests;

/// <summary>One passing demo and one that is blocked, for tests that only look at them.</summary>
public sealed class DemoRun
{
    public DemoRun()
    {
        Passed = FactoryProcess.Run(Scratch.Root, "demo", "--json");
        Blocked = FactoryProcess.Run(Scratch.Root, "demo", "--json", "--blocked");
        Repository = RepositoryOf(Passed.Json);
        BlockedRepository = RepositoryOf(Blocked.Json);
    }

    internal FactoryProcess Passed { get; }

    internal FactoryProcess Blocked { get; }

    public string Repository { get; }

    public string BlockedRepository { get; }

    private static string RepositoryOf(JsonElement run) => Path.GetFullPath(Path.Combine(run.GetProperty("run_dir").GetString()!, "..", "..", "..", ".."));
}
