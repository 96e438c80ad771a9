using System.Diagnostics;

namespace Factory.Benchmarks;

/// <summary>The command line, published for this machine as the README says, in a folder that is deleted afterwards.</summary>
internal sealed class PublishedCommand : IDisposable
{
    private readonly string _folder;

    private PublishedCommand(string folder) => _folder = folder;

    public static PublishedCommand Publish()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Factory.sln"))) root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("run the benchmarks from a clone");
        var folder = Directory.CreateTempSubdirectory("factory-bench-cli-").FullName;
        Execute("dotnet", "publish", Path.Combine(root, "src", "Factory.Cli"), "-c", "Release", "-o", folder);
        return new PublishedCommand(folder);
    }

    public void Run(params string[] arguments) => Execute(Path.Combine(_folder, "factory"), arguments);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Execute(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output} {error.GetAwaiter().GetResult()}");
    }
}
