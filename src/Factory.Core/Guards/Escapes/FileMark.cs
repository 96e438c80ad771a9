using System.Runtime.InteropServices;

namespace Factory.Core.Guards.Escapes;

/// <summary>What tells a file or folder from another one of its name.</summary>
/// <param name="Changed">When its content or its attributes were last changed, UTC. Unlike the time of writing, nobody can set it.</param>
/// <param name="Node">Its number in its file system.</param>
internal readonly unsafe partial record struct FileMark(DateTime Changed, ulong Node)
{
    private const int WorkingDirectory = -100, DoNotFollow = 0x100, Size = 256, Inode = 32, Seconds = 96, Nanoseconds = 104, NanosecondsInATick = 100;
    private const uint ChangeAndInode = 0x180;

    /// <summary>The mark of the path itself, links not followed; null where the system does not tell.</summary>
    public static FileMark? Of(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var answer = stackalloc byte[Size];
        try
        {
            if (Statx(WorkingDirectory, path, DoNotFollow, ChangeAndInode, answer) != 0) return null;
        }
        catch (EntryPointNotFoundException)
        {
            // musl before 1.2.5 and glibc before 2.28 lack it.
            return null;
        }

        return new FileMark(DateTime.UnixEpoch.AddSeconds(*(long*)(answer + Seconds)).AddTicks(*(uint*)(answer + Nanoseconds) / NanosecondsInATick), *(ulong*)(answer + Inode));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* result);
}
