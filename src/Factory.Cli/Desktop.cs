using System.ComponentModel;
using System.Diagnostics;

namespace Factory.Cli;

/// <summary>The desktop's file manager.</summary>
internal static class Desktop
{
    /// <summary>Opens a folder where there is a desktop; else does nothing.</summary>
    public static void Open(string folder)
    {
        if (Program() is not { } program) return;
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program) { ArgumentList = { folder }, UseShellExecute = false });
        }
        catch (Win32Exception)
        {
            // The folder was printed; that no file manager is installed is no failure.
        }
    }

    private static string? Program()
    {
        if (OperatingSystem.IsWindows()) return "explorer.exe";
        if (OperatingSystem.IsMacOS()) return "open";
        return Has("DISPLAY") || Has("WAYLAND_DISPLAY") ? "xdg-open" : null;
    }

    private static bool Has(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
