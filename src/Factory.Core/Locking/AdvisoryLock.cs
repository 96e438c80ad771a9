using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Locking;

/// <summary>
/// The lock that the runtime takes on Unix for <see cref="FileShare"/>, flock, on a handle that stays open: exclusive with
/// every <see cref="FileLock"/> on the same file.
/// </summary>
internal static partial class AdvisoryLock
{
    private const int Exclusive = 2, NonBlocking = 4, Unlock = 8;
    private const int Interrupted = 4, TryAgain = 11, TryAgainOnMac = 35;

    /// <summary>Takes the lock, or says that another handle holds it.</summary>
    /// <exception cref="IOException">The system refused for another reason.</exception>
    public static bool TryTake(SafeFileHandle file)
    {
        const int NoLocks = 37, NotImplemented = 38, NotSupported = 95;
        var errno = Change(file, Exclusive | NonBlocking);
        return errno switch
        {
            0 => true,
            TryAgain or TryAgainOnMac => false,
            // A file system without locks: the runtime lets such opens pass, and the doctor names it.
            NoLocks or NotImplemented or NotSupported => true,
            _ => throw new IOException($"flock failed: {Marshal.GetPInvokeErrorMessage(errno)}", errno),
        };
    }

    /// <summary>Frees the lock; false when the system refused, and only closing the handle can free it.</summary>
    public static bool TryFree(SafeFileHandle file) => Change(file, Unlock) == 0;

    private static int Change(SafeFileHandle file, int operation)
    {
        int errno;
        do errno = Flock((int)file.DangerousGetHandle(), operation) == 0 ? 0 : Marshal.GetLastPInvokeError();
        while (errno == Interrupted);
        GC.KeepAlive(file);
        return errno;
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(int descriptor, int operation);
}
