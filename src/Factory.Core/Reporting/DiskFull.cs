using Factory.Core.Contracts;

namespace Factory.Core.Reporting;

/// <summary>Tells a full disk from other trouble with files: it is never one worker's fault.</summary>
public static class DiskFull
{
    private const int NoSpaceOnUnix = 28;
    private const int QuotaOnLinux = 122;
    private const int HandleDiskFull = unchecked((int)0x80070027);
    private const int DiskIsFull = unchecked((int)0x80070070);

    // git's words for what it heard from the system.
    private static readonly string[] Words = ["No space left on device", "Disk quota exceeded"];

    /// <summary>Whether an error says that the disk or the quota is full.</summary>
    public static bool Is(Exception error) => error is FactoryException failed
        ? failed.Status == RunStatus.Fail && (Words.Any(words => failed.Message.Contains(words, StringComparison.Ordinal)) || (failed.InnerException is { } inner && Is(inner)))
        : OperatingSystem.IsWindows() ? error.HResult is HandleDiskFull or DiskIsFull
        : error.HResult is NoSpaceOnUnix or QuotaOnLinux;
}
