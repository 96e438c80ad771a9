using System.Diagnostics;

namespace Factory.Cli.Tests;

/// <summary>The program on a terminal of a given width, which <c>script</c> of util-linux makes.</summary>
internal static class Terminal
{
    /// <summary>The lines that it shows, without colours.</summary>
    public static IReadOnlyList<string> Run(int width, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "this system has no script of util-linux");
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var command = string.Join(' ', arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "factory.dll")).Prepend(dotnet).Select(word => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", $"stty cols {width} rows 20; {command}", "/dev/null"]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        // On any other, .NET itself begins by writing what sets the keypad.
        start.Environment["TERM"] = "dumb";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return [.. output.Split('\n').Select(line => line.TrimEnd('\r'))];
    }
}
