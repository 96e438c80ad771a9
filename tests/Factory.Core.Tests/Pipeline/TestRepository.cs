using System.Diagnostics;
using System.Text.Json.Nodes;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.Core.Tests.Pipeline;

/// <summary>A real repository in a temporary folder whose name has spaces, non-ASCII letters and a single quote.</summary>
public sealed class TestRepository : IDisposable
{
    public TestRepository(string name = "ré po's", string? disk = null)
    {
        Home = Path.Combine(disk ?? Path.GetTempPath(), "factory-tests-" + Guid.NewGuid().ToString("N")[..12]);
        Root = Path.Combine(Home, name);
        Directory.CreateDirectory(Root);
        Git("init", "-q", "-b", "main");
        Git("config", "user.name", "Tester");
        Git("config", "user.email", "tester@example.invalid");
        Git("config", "core.autocrlf", "false");
        for (var i = 1; i <= 3; i++) Write($"src/file{i}.txt", string.Concat(Enumerable.Range(1, 30).Select(n => $"file {i} line {n}\n")));
        Write("docs/guide.md", "# Guide\n");
        Write("CHANGELOG.md", string.Concat(Enumerable.Range(1, 40).Select(n => $"entry {n}\n")));
        Write(".gitignore", "ignored/\n");
        // No two of them may have one first commit, not even when they are made in the same second.
        Commit("first\n\n" + Home);
    }

    public string Home { get; }

    public string Root { get; }

    public string Head => Git("rev-parse", "HEAD").Trim();

    public string Git(params string[] arguments) => Run(Root, "git", arguments);

    public void Write(string path, string text)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public void Commit(string message)
    {
        Git("add", "-A");
        Git("commit", "-q", "--allow-empty", "-m", message);
    }

    /// <summary>Writes a configuration with one worker for each script; each script is run by <c>sh</c> from a file.</summary>
    public JsonObject Configure(params (string Id, string Script)[] workers)
    {
        var definitions = new JsonArray();
        foreach (var (id, script) in workers)
        {
            var file = Path.Combine(Home, $"{id}.sh");
            File.WriteAllText(file, "set -e\n" + script + "\n");
            definitions.Add(new JsonObject { ["id"] = id, ["command"] = new JsonArray("sh", file) });
        }

        var config = new JsonObject { ["schema_version"] = 2, ["contract_version"] = 2, ["workers"] = new JsonObject { ["definitions"] = definitions } };
        Save(config);
        return config;
    }

    public void Save(JsonNode config) => File.WriteAllText(Path.Combine(Home, "factory.config.json"), config.ToJsonString());

    public RunRequest Request => new()
    {
        Repository = Root,
        ConfigFile = Path.Combine(Home, "factory.config.json"),
        // The signing key that is made on first use belongs to the test, not to whoever runs it.
        Environment = new Dictionary<string, string> { ["XDG_DATA_HOME"] = Home, ["LOCALAPPDATA"] = Home, ["HOME"] = Home },
    };

    /// <summary>Skips a test whose worker does what only Unix lets it do: links, pipes, modes, deleting its own folder.</summary>
    public static void RequireUnix() => Assert.SkipWhen(OperatingSystem.IsWindows(), "its worker does what only Unix lets it do");

    public static FactoryPipeline Pipeline => new(new RunServices(SilentObserver.Instance, TimeProvider.System));

    public Task<RunResult> OneshotAsync(CancellationToken cancellationToken = default) => Pipeline.OneshotAsync(Request, cancellationToken);

    public static string Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error.Result}");
    }

    public void Dispose() => Core.Workers.FolderRemoval.Delete(Home);
}
