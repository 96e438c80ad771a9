using System.Collections.Concurrent;
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

    // A process that is just changing into another program has no environment for a moment, longer on a busy machine.
    private const int ExecRounds = 10;
    private static readonly TimeSpan ExecPause = TimeSpan.FromMilliseconds(2);
    private static readonly ConcurrentDictionary<ProcessIdentity, bool> WithoutEnvironment = [];

    /// <summary>The live processes, this one excepted, whose initial environment has exactly NAME=VALUE.</summary>
    public static IReadOnlyList<ProcessIdentity> FindByEnvironment(string name, string value)
    {
        if (!OperatingSystem.IsLinux()) return [];
        var entry = Encoding.UTF8.GetBytes($"{name}={value}");
        var found = new List<ProcessIdentity>();
        var changing = new List<ProcessIdentity>();
        foreach (var pid in ProcessStat.AllPids())
        {
            // The identity is read first: if the id changes hands in between, the stranger's start time will not match.
            if (pid == Environment.ProcessId || ProcessStat.Read(pid) is not { IsAlive: true } stat) continue;
            var process = new ProcessIdentity(pid, stat.StartTime);
            if (HasEntry(pid, entry) is not { } has)
            {
                // The kernel's own threads are in no session, and never have an environment.
                if (stat.Session != 0 && !WithoutEnvironment.ContainsKey(process)) changing.Add(process);
            }
            else if (has) found.Add(process);
        }

        found.AddRange(AwaitChanging(changing, entry));
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

    private static List<ProcessIdentity> AwaitChanging(List<ProcessIdentity> changing, byte[] entry)
    {
        var found = new List<ProcessIdentity>();
        for (var round = 0; changing.Count > 0; round++)
        {
            if (round == ExecRounds)
            {
                // Started with none, as by env -i: the next search does not wait for them.
                foreach (var process in changing) WithoutEnvironment.TryAdd(process, true);
                break;
            }

            // Nothing tells when a process has its new environment.
            Thread.Sleep(ExecPause);
            foreach (var process in changing.ToList())
            {
                var has = IsAlive(process) ? HasEntry(process.Pid, entry) : false;
                if (has is null) continue;
                changing.Remove(process);
                if (has == true) found.Add(process);
            }
        }

        return found;
    }

    // Null when there is no environment at all.
    private static bool? HasEntry(int pid, ReadOnlySpan<byte> entry)
    {
        try
        {
            ReadOnlySpan<byte> environment = File.ReadAllBytes(ProcessStat.PathOf(pid, "environ"));
            if (environment.IsEmpty) return null;
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
