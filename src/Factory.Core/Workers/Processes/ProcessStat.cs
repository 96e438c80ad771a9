using System.Globalization;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Workers.Processes;

/// <summary>What Linux says about one process in <c>/proc/PID/stat</c> (proc_pid_stat(5)).</summary>
/// <param name="Pid">The process.</param>
/// <param name="State">One letter; <c>Z</c> is a zombie.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Session">Its session.</param>
/// <param name="StartTime">When it started, in clock ticks since boot: with the id, it names one process.</param>
internal readonly record struct ProcessStat(int Pid, char State, int Group, int Session, ulong StartTime)
{
    private const string Root = "/proc";

    internal bool IsAlive => State is not ('Z' or 'X' or 'x');

    /// <summary>Every process that can be seen now.</summary>
    internal static IEnumerable<ProcessStat> All() => AllPids().Select(Read).OfType<ProcessStat>();

    /// <summary>The ids of every process that can be seen now.</summary>
    internal static IEnumerable<int> AllPids()
    {
        foreach (var folder in Directory.EnumerateDirectories(Root))
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                yield return pid;
    }

    /// <summary>One process, or null when it is gone.</summary>
    internal static ProcessStat? Read(int pid)
    {
        try
        {
            return Parse(pid, File.ReadAllBytes(PathOf(pid, "stat")));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What a process is called, with its id; only the id when it is gone.</summary>
    internal static string Describe(int pid)
    {
        try
        {
            return string.Create(CultureInfo.InvariantCulture, $"{VisibleText.Of(File.ReadAllText(PathOf(pid, "comm")).Trim())} (pid {pid})");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"pid {pid}");
        }
    }

    internal static string PathOf(int pid, string file) => string.Create(CultureInfo.InvariantCulture, $"{Root}/{pid}/{file}");

    internal static ProcessStat? Parse(int pid, ReadOnlySpan<byte> stat)
    {
        // The name stands in parentheses and may itself hold spaces and parentheses: the fields begin behind the last one.
        var fields = Encoding.ASCII.GetString(stat[(stat.LastIndexOf((byte)')') + 1)..]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int Group = 2, Session = 3, Start = 19;
        if (fields.Length <= Start) return null;
        return new ProcessStat(
            pid,
            fields[0][0],
            int.Parse(fields[Group], CultureInfo.InvariantCulture),
            int.Parse(fields[Session], CultureInfo.InvariantCulture),
            ulong.Parse(fields[Start], CultureInfo.InvariantCulture));
    }
}
