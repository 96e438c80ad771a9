using System.Runtime.InteropServices;

namespace Factory.Core.Repository;

/// <summary>What Linux knows of a file, by statx: it is laid out alike on every processor, and stat is not.</summary>
internal static unsafe partial class LinuxStat
{
    /// <summary>The size of the answer, in bytes; <c>struct statx</c> of linux/stat.h.</summary>
    internal const int Size = 256;

    internal const uint TypeOnly = 1, Basic = 0x7FF;
    internal const int WorkingDirectory = -100;
    private const int DoNotFollow = 0x100;

    /// <summary>Asks for a path itself, never for what a link points at.</summary>
    /// <param name="folder">The folder that a relative path begins in: a descriptor, or <see cref="WorkingDirectory"/>.</param>
    /// <param name="path">The path in UTF-8, ended by a zero.</param>
    /// <param name="mask">Which fields are wanted.</param>
    /// <param name="answer"><see cref="Size"/> bytes.</param>
    /// <returns>0, or the error's number; -1 where the call does not exist: musl before 1.2.5 and glibc before 2.28 lack it.</returns>
    internal static int Read(int folder, byte* path, uint mask, byte* answer)
    {
        try
        {
            return Statx(folder, path, DoNotFollow, mask, answer) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        catch (EntryPointNotFoundException)
        {
            return -1;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int Statx(int folder, byte* path, int flags, uint mask, byte* result);
}
