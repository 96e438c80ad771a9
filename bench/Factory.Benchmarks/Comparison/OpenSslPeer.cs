using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Factory.Benchmarks.Comparison;

/// <summary>The <c>openssl</c> program: how fast this machine can hash lines when it does nothing else.</summary>
internal static partial class OpenSslPeer
{
    private const int Seconds = 3;

    /// <summary>Whether the program is here.</summary>
    public static bool IsPresent
    {
        get
        {
            try
            {
                return Run("version").StartsWith("OpenSSL", StringComparison.Ordinal);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }

    /// <summary>The program's own words for its version.</summary>
    public static string Version => string.Join(' ', Run("version").Split(' ').Take(2));

    /// <summary>SHA-256 of pieces of one length on all cores, in bytes a second.</summary>
    public static double Sha256(int bytes) => Sha256(bytes, Environment.ProcessorCount);

    /// <summary>SHA-256 of pieces of one length by so many processes, in bytes a second.</summary>
    public static double Sha256(int bytes, int processes)
    {
        // openssl for Windows has no -multi, which needs fork.
        string[] multi = OperatingSystem.IsWindows() || processes == 1 ? [] : ["-multi", Text(processes)];
        var output = Run(["speed", .. multi, "-bytes", Text(bytes), "-seconds", Text(Seconds), "sha256"]);
        var found = Rate().Matches(output);
        return found.Count > 0
            ? double.Parse(found[^1].Groups[1].Value, CultureInfo.InvariantCulture) * 1000
            : throw new InvalidOperationException($"openssl speed printed no rate: {output}");
    }

    private static string Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"openssl {string.Join(' ', arguments)}: {errors.Result}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^sha256\s+([0-9.]+)k", RegexOptions.Multiline)]
    private static partial Regex Rate();
}
