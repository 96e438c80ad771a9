using System.Runtime.InteropServices;

namespace Factory.Benchmarks.Comparison;

/// <summary>What a reader must know of the machine to judge a figure.</summary>
internal static class MachineFacts
{
    /// <summary>One line: processor, cores, system, runtime, and the file system below a folder.</summary>
    public static string Describe(string folder) => string.Join("; ",
        $"{Processor()}, {Environment.ProcessorCount} cores",
        RuntimeInformation.OSDescription.Trim(),
        RuntimeInformation.FrameworkDescription,
        $"{ComparisonTable.Number(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9)} GB of memory",
        $"file system {FileSystem(folder)}");

    private static string Processor()
    {
        const string Info = "/proc/cpuinfo", Key = "model name";
        var line = File.Exists(Info) ? File.ReadLines(Info).FirstOrDefault(text => text.StartsWith(Key, StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string FileSystem(string folder) => DriveInfo.GetDrives()
        .Where(drive => Path.GetFullPath(folder).StartsWith(drive.Name, StringComparison.Ordinal))
        .MaxBy(drive => drive.Name.Length)?.DriveFormat ?? "unknown";
}
