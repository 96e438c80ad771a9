using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Factory.Core.Workers.Processes;

/// <summary>The calls of the C library that start, watch and signal processes.</summary>
[UnsupportedOSPlatform("windows")]
internal static unsafe partial class Posix
{
    internal const int SigInt = 2, SigKill = 9, SigTerm = 15;
    internal const int NoEntry = 2, Interrupted = 4, TooBig = 7, BadFormat = 8, NoChild = 10, TryAgain = 11, NoMemory = 12, NoAccess = 13, TextBusy = 26;

    private const string Library = "libc";
    private const int ByPid = 1, Exited = 4, CodeExited = 1, MayExecute = 1, SignalExitBase = 128;

    // macOS values are from its headers; they have not been verified by a run.
    private static int NoWait => OperatingSystem.IsMacOS() ? 0x20 : 0x01000000;

    // siginfo_t puts si_status behind si_pid and si_uid; 64-bit Linux aligns that union to 8 bytes, others do not.
    private static int StatusOffset => OperatingSystem.IsLinux() && nint.Size == 8 ? 24 : 20;

    /// <summary>Whether this process may execute the file.</summary>
    internal static bool CanExecute(string path) => Access(path, MayExecute) == 0;

    /// <summary>
    /// Blocks until the child ended and leaves it a zombie, so that its id, which names the group and the session, cannot
    /// be given to another process before <see cref="Reap"/>.
    /// </summary>
    /// <returns>The exit code, 128 + N after signal N, or null when somebody else reaped the child.</returns>
    internal static int? WaitForExit(int pid)
    {
        const int SizeOfInfo = 128, CodeOffset = 8;
        var info = stackalloc byte[SizeOfInfo];
        while (WaitId(ByPid, (uint)pid, info, Exited | NoWait) != 0)
            if (Marshal.GetLastPInvokeError() != Interrupted) return null;

        var status = *(int*)(info + StatusOffset);
        return *(int*)(info + CodeOffset) == CodeExited ? status : SignalExitBase + status;
    }

    /// <summary>Removes the zombie; its id is free afterwards.</summary>
    internal static void Reap(int pid)
    {
        while (WaitPid(pid, out _, 0) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }
    }

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport(Library, EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport(Library, EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitId(int idType, uint id, byte* info, int options);

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int pid, out int status, int options);
}
