using System.Collections;
using System.Text;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Tests.Workers.Processes;

/// <summary>Short ways to run real commands.</summary>
internal static class Commands
{
    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static Dictionary<string, string> Environment() =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);

    internal static ChildProcess Start(params IReadOnlyList<string> command) => StartIn(Path.GetTempPath(), null, command);

    internal static ChildProcess StartIn(string directory, string? input, params IReadOnlyList<string> command)
    {
        var environment = Environment();
        return ChildProcess.Start(new ChildProcessSpec(CommandResolver.Resolve(command, directory, environment), directory, environment, input));
    }

    /// <summary>Runs a child to its end.</summary>
    internal static async Task<(int Code, string Output, string Error)> FinishAsync(ChildProcess child)
    {
        await using (child)
        {
            var output = ReadAsync(child.Output);
            var error = ReadAsync(child.Error);
            return (await child.WaitForExitAsync(Token), await output, await error);
        }
    }

    internal static Task<(int Code, string Output, string Error)> RunAsync(params IReadOnlyList<string> command) => FinishAsync(Start(command));

    internal static async Task<string> ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(Token);
    }

    internal static WorkerCommandSpec Spec(ScratchFolder folder, params IReadOnlyList<string> command) =>
        new("step", command, folder.Path, Path.Combine(folder.Path, "logs")) { Timeout = TimeSpan.FromSeconds(30), Grace = TimeSpan.FromMilliseconds(200) };

    internal static string Log(ScratchFolder folder, string stream = "stdout") => File.ReadAllText(Path.Combine(folder.Path, "logs", $"step.{stream}.log"));

    /// <summary>A value no other test has, so that a sweep finds only this test's processes.</summary>
    internal static EnvironmentMarker NewMarker() => new("FACTORY_TEST_MARKER", Guid.NewGuid().ToString("N"));

    internal static async Task<bool> WaitUntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++) await Task.Delay(10, Token);
        return condition();
    }
}
