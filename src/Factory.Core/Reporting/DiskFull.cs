namespace Factory.Core.Reporting;

/// <summary>Tells a full disk from other trouble with files: it is never one worker's fault.</summary>
public static class DiskFull
{
    private const int NoSpaceOnUnix = 28;
    private const int QuotaOnLinux = 122;
    private const int HandleDiskFull = unchecked((int)0x80070027);
    private const int DiskIsFull = unchecked((int)0x80070070);

    /// <summary>Whether an error says that the disk or the quota is full.</summary>
    public static bool Is(Exception error) => OperatingSystem.IsWindows()
        ? error.HResult is HandleDiskFull or DiskIsFull
        : error.HResult is NoSpaceOnUnix or QuotaOnLinux;
}
