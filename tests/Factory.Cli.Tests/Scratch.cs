using System.Diagnostics;
using Factory.Core.Workers;

[assembly: AssemblyFixture(typeof(Factory.Cli.Tests.Scratch))]

namespace Factory.Cli.Tests;

/// <summary>The temporary folder of this run of the tests; gone when they end.</summary>
public sealed class Scratch : IDisposable
{
    public static string Root { get; } = Directory.CreateTempSubdirectory("factory-cli-tests-").FullName;

    public static string NewFolder() => Directory.CreateDirectory(Path.Combine(Root, Guid.NewGuid().ToString("N")[..12])).FullName;

    /// <summary>The demo's repository, with its configuration and its patches, on which nothing was run yet.</summary>
    public static async Task<string> NewRepositoryAsync()
    {
        var made = await DemoRepository.CreateAsync(CancellationToken.None);
        var folder = Path.Combine(Root, Path.GetFileName(made));
        if (made != folder) Directory.Move(made, folder);
        return folder;
    }

    public static string Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.TrimEnd('\n');
    }

    public void Dispose() => FolderRemoval.Delete(Root);
}
