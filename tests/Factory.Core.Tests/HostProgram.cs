using System.Diagnostics;

namespace Factory.Core.Tests;

/// <summary>Runs a program of the machine; a test whose program is missing is skipped.</summary>
internal static class HostProgram
{
    public static (int Code, string Output) Run(string program, string folder, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not on this machine");
            throw;
        }
    }
}
