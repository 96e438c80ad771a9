using System.Diagnostics;

namespace Factory.Core.Tests.OutsideVerifiers;

/// <summary>Runs verifiers that other people wrote; a test whose verifier is not on the machine is skipped and says why.</summary>
internal static class OutsideProgram
{
    /// <summary>The folder of the scripts and programs that ask them.</summary>
    public static string Folder
    {
        get
        {
            for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
                if (Directory.Exists(Path.Combine(folder, "tests", "outside-verifiers"))) return Path.Combine(folder, "tests", "outside-verifiers");
            Assert.Skip("tests/outside-verifiers is not here: the tests do not run in a clone");
            throw new InvalidOperationException();
        }
    }

    /// <summary>Runs a program over its standard input; it must end with 0.</summary>
    public static string Run(string program, IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var (code, output, errors) = TryRun(program, arguments, input, environment, folder);
        Assert.True(code == 0, $"{program} ended with {code}: {errors}{output}");
        return output;
    }

    /// <summary>Runs a program over its standard input.</summary>
    public static (int Code, string Output, string Errors) TryRun(string program, IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Start(start);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>Asks a program about many cases at once: one line in, one line out.</summary>
    public static IReadOnlyList<string> Ask(string program, IEnumerable<string> arguments, IReadOnlyCollection<string> cases)
    {
        var answers = Run(program, arguments, string.Concat(cases.Select(line => line + "\n"))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(cases.Count, answers.Length);
        return answers;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{start.FileName} is not on this machine");
            throw;
        }
    }
}
