using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Factory.Benchmarks;

/// <summary>
/// The processor time of this process and of every child that has ended, user and system. Neighbours on the machine make a
/// run last longer, but they hardly change how much processor time it takes.
/// </summary>
internal static partial class ProcessorTime
{
    private const int OfSelf = 0, OfChildren = -1;

    /// <summary>Whether the children count; else only this process does.</summary>
    public static bool CountsChildren => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Seconds so far.</summary>
    public static double Seconds()
    {
        if (CountsChildren) return Seconds(OfSelf) + Seconds(OfChildren);
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }

    private static unsafe double Seconds(int who)
    {
        // Two times of two words each come first: user and system, in seconds and microseconds.
        var usage = stackalloc long[18];
        if (GetUsage(who, usage) != 0) throw new InvalidOperationException($"getrusage failed with {Marshal.GetLastPInvokeError()}");
        return usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6);
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static unsafe partial int GetUsage(int who, long* usage);
}
