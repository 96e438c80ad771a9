using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;

namespace Factory.Core.Workers.Processes;

/// <summary>
/// Finds processes by the environment they were started with: those that left their session, and those that a killed run
/// left behind. Linux only, from <c>/proc</c>; elsewhere nothing is found (Windows needs none: a job object holds them all).
/// Processes of other users and those that overwrote their environment are not found.
/// </summary>
public static class ProcessSweep
{
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>The live processes, this one excepted, whose initial environment has exactly NAME=VALUE.</summary>
    public static IReadOnlyList<ProcessIdentity> FindByEnvironment(string name, string value)
    {
        if (!OperatingSystem.IsLinux()) return [];
        var entry = Encoding.UTF8.GetBytes($"{name}={value}");
        var found = new List<ProcessIdentity>();
        foreach (var pid in ProcessStat.AllPids())
        {
            // The identity is read first: if the id changes hands in between, the stranger's start time will not match.
            if (pid == Environment.ProcessId || ProcessStat.Read(pid) is not { IsAlive: true } stat) continue;
            if (HasEntry(pid, entry)) found.Add(new ProcessIdentity(pid, stat.StartTime));
        }

        return found;
    }

    /// <summary>Ends processes: TERM, and KILL for those alive after <paramref name="grace"/>. An id that now names another process is left alone.</summary>
    /// <returns>How many were alive and are gone.</returns>
    public static async Task<int> StopAsync(IEnumerable<ProcessIdentity> processes, TimeSpan grace)
    {
        if (!OperatingSystem.IsLinux()) return 0;
        var alive = processes.Where(IsAlive).ToArray();
        var left = await SignalAsync(alive, Posix.SigTerm, grace).ConfigureAwait(false);
        left = await SignalAsync(left, Posix.SigKill, KillPatience).ConfigureAwait(false);
        return alive.Length - left.Length;
    }

    [SupportedOSPlatform("linux")]
    private static async Task<ProcessIdentity[]> SignalAsync(ProcessIdentity[] processes, int signal, TimeSpan patience)
    {
        var alive = processes.Where(IsAlive).ToArray();
        foreach (var process in alive) _ = Posix.Kill(process.Pid, signal);
        var clock = Stopwatch.StartNew();
        while ((alive = [.. alive.Where(IsAlive)]).Length > 0 && clock.Elapsed < patience)
            await Task.Delay(Pause).ConfigureAwait(false);
        return alive;
    }

    private static bool IsAlive(ProcessIdentity process) =>
        ProcessStat.Read(process.Pid) is { IsAlive: true } now && now.StartTime == process.StartTime;

    private static bool HasEntry(int pid, ReadOnlySpan<byte> entry)
    {
        try
        {
            ReadOnlySpan<byte> environment = File.ReadAllBytes(ProcessStat.PathOf(pid, "environ"));
            foreach (var range in environment.Split((byte)0))
                if (environment[range].SequenceEqual(entry)) return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Gone, or another user's: not one of ours.
        }

        return false;
    }
}

/// <summary>One process, told apart from a later one that gets the same id.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTime">When it started, in clock ticks since boot.</param>
public readonly record struct ProcessIdentity(int Pid, ulong StartTime);
