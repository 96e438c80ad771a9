using System.Diagnostics;
using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Benchmarks.Comparison;

/// <summary>What one piece of work cost in a process of its own.</summary>
/// <param name="Peak">The most that was resident, mapped parts of the ledger included, in bytes.</param>
/// <param name="Own">The most that belonged to the process alone; what a small machine must have. 0 where it is not known.</param>
/// <param name="IsConfined">Whether the kernel held the process to <see cref="MemoryMeasure.Limit"/>.</param>
internal sealed record MemoryUse(long Peak, long Own, bool IsConfined);

/// <summary>Runs a piece of work over a ledger in a child process of 512 MB, as far as the machine can confine one.</summary>
internal static class MemoryMeasure
{
    /// <summary>The memory that the child may use, its page cache included, in bytes.</summary>
    public const long Limit = 512L << 20;

    private const string GroupRoot = "/sys/fs/cgroup/memory";

    /// <summary>The pieces of work, by name.</summary>
    public static IReadOnlyDictionary<string, Func<string, long>> Works { get; } = new Dictionary<string, Func<string, long>>
    {
        ["read"] = path => LedgerReader.Read(path).LongCount(),
        ["filter"] = path => LedgerReader.Read(path, LedgerComparison.Blocked).LongCount(),
        ["replay"] = path => LedgerQuery.Replay(path).Count,
        ["verify"] = path => LedgerVerifier.Verify(path) is { Status: not RunStatus.Blocked } found ? found.Events : throw new InvalidOperationException("the ledger does not verify"),
    };

    /// <summary>The child's side: <c>ledger-work NAME PATH</c>.</summary>
    public static int RunChild(string work, string path)
    {
        var count = Works[work](path);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{self.PeakWorkingSet64} {count}"));
        return 0;
    }

    /// <summary>Runs a piece of work and watches it.</summary>
    /// <exception cref="InvalidOperationException">The child did not get through.</exception>
    public static MemoryUse Run(string work, string path)
    {
        using var group = MemoryGroup.TryCreate(GroupRoot, Limit);
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["ledger-work", work, path]) { RedirectStandardOutput = true };
        if (group is null) start.Environment["DOTNET_GCHeapHardLimit"] = "0x" + Limit.ToString("X", CultureInfo.InvariantCulture);
        else start = group.Confine(start);
        using var child = Process.Start(start)!;
        var output = child.StandardOutput.ReadToEndAsync();
        var own = 0L;
        while (!child.WaitForExit(20)) own = Math.Max(own, OwnMemory(child.Id));
        return child.ExitCode == 0
            ? new MemoryUse(long.Parse(output.Result.Split(' ')[0], CultureInfo.InvariantCulture), own, group is not null)
            : throw new InvalidOperationException($"{work} of {path} ended with {child.ExitCode} on {Limit >> 20} MB");
    }

    private static long OwnMemory(int process)
    {
        const string Key = "RssAnon:";
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(text => text.StartsWith(Key, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[Key.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) << 10;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}

/// <summary>A control group of Linux (version 1) that holds a process and its page cache to a size; needs root.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private readonly string _folder;

    private MemoryGroup(string folder) => _folder = folder;

    /// <summary>Makes a group, or null where the machine does not let us.</summary>
    public static MemoryGroup? TryCreate(string root, long limit)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(root)) return null;
        var folder = Path.Combine(root, $"factory-bench-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "memory.limit_in_bytes"), limit.ToString(CultureInfo.InvariantCulture));
            return new MemoryGroup(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The same command, which joins the group before it becomes the program.</summary>
    public ProcessStartInfo Confine(ProcessStartInfo start) =>
        new("/bin/sh", ["-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"", _folder, start.FileName, .. start.ArgumentList]) { RedirectStandardOutput = true };

    /// <inheritdoc/>
    public void Dispose()
    {
        // Some kernels count the page cache against the group until it is reclaimed; the folder goes when they let it.
        try
        {
            Directory.Delete(_folder);
        }
        catch (IOException)
        {
        }
    }
}
