using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes;

/// <summary>What tells one state of a file from another without reading it.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Mode">Its kind and rights.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">When its content was written, in nanoseconds since 1970; anybody may set it.</param>
/// <param name="Changed">When anything of it was changed, in nanoseconds since 1970; only the system sets it.</param>
internal readonly record struct FileStamp(ulong Device, ulong Inode, int Mode, long Size, long Modified, long Changed)
{
    private const int NoSuchEntry = 2, NotAFolder = 20;
    private const int ModeAt = 28, InodeAt = 32, SizeAt = 40, ChangedAt = 96, ModifiedAt = 112, DeviceAt = 136, NanosecondsAt = 8;
    private const long Second = 1_000_000_000;

    /// <summary>Looks at a path itself; what does not exist has the default stamp.</summary>
    /// <param name="path">In UTF-8, ended by a zero.</param>
    /// <returns>Null when the system does not let one look.</returns>
    public static unsafe FileStamp? Read(ReadOnlySpan<byte> path)
    {
        var answer = stackalloc byte[LinuxStat.Size];
        fixed (byte* name = path)
            return LinuxStat.Read(name, LinuxStat.Basic, answer) switch
            {
                0 => new FileStamp(*(ulong*)(answer + DeviceAt), *(ulong*)(answer + InodeAt), *(ushort*)(answer + ModeAt), *(long*)(answer + SizeAt), Time(answer + ModifiedAt), Time(answer + ChangedAt)),
                NoSuchEntry or NotAFolder => default(FileStamp),
                _ => null,
            };
    }

    private static unsafe long Time(byte* time) => (*(long*)time * Second) + *(uint*)(time + NanosecondsAt);
}
