using System.Diagnostics;

namespace Factory.Benchmarks;

/// <summary>The peer: git itself, called the way a person's script would call it.</summary>
internal static class GitProgram
{
    public static string Run(string folder, params string[] arguments) => RunAsync(folder, arguments).GetAwaiter().GetResult();

    public static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {await error.ConfigureAwait(false)}");
    }
}
