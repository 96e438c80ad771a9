using System.Diagnostics;
using System.Text.Json;

namespace Factory.Cli.Tests;

/// <summary>One call of the built program: the only view of it that a user has.</summary>
internal sealed record FactoryProcess(int ExitCode, byte[] OutputBytes, string Error)
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "factory.dll");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public string Output => System.Text.Encoding.UTF8.GetString(OutputBytes);

    /// <summary>Standard output as exactly one JSON document.</summary>
    public JsonElement Json => JsonDocument.Parse(OutputBytes).RootElement;

    public static FactoryProcess Run(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        return Finish(process);
    }

    /// <summary>Runs it as a user who has no key yet.</summary>
    public static FactoryProcess RunWithoutKey(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments, Scratch.NewFolder());
        return Finish(process);
    }

    public static Process Start(string folder, params string[] arguments) => Start(folder, arguments, Scratch.Root);

    private static Process Start(string folder, string[] arguments, string home)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("FACTORY_", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(name);
        // Whatever the machine's user has configured, and whoever owns the temporary folder of another test.
        start.Environment["GIT_CONFIG_GLOBAL"] = Path.Combine(AppContext.BaseDirectory, "no-such-gitconfig");
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        foreach (var name in (string[])["XDG_DATA_HOME", "LOCALAPPDATA"]) start.Environment[name] = home;
        foreach (var name in (string[])["TMPDIR", "TMP", "TEMP"]) start.Environment[name] = Scratch.Root;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public static FactoryProcess Finish(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        Assert.True(process.WaitForExit(Patience), "factory did not end in time");
        return new FactoryProcess(process.ExitCode, output.ToArray(), error.Result);
    }
}
