using System.Diagnostics;
using Factory.Core.Attestation.Keys;

namespace Factory.Core.Tests.Attestation.Keys;

/// <summary>A temporary folder that stands in for a user's home.</summary>
public sealed class KeyFolder : IDisposable
{
    public KeyFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "factory-keys-" + Guid.NewGuid().ToString("N")[..12]);

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["HOME"] = Path, ["LOCALAPPDATA"] = Path };

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public KeyRequest Request(string? key) => new() { Key = key, Folder = Path, Environment = Environment };

    public OpenedKey Open(string? key) => KeyRing.Open(Request(key));

    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(At(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return At(name);
    }

    public static void SetMode(string path, int mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "modes are Unix's");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)mode);
    }

    /// <summary>Runs openssl, or skips the test where it is absent.</summary>
    public string OpenSsl(params string[] arguments)
    {
        Assert.SkipUnless(IsPresent.Value, "openssl is not on PATH");
        var start = new ProcessStartInfo("openssl", arguments) { WorkingDirectory = Path, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(output + error.Result);
    }

    public void Dispose() => Core.Workers.FolderRemoval.Delete(Path);

    private static readonly Lazy<bool> IsPresent = new(() =>
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("openssl", "version") { RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });
}
