using System.Text;

namespace Factory.Core.Repository;

/// <summary>What tells one state of a file from another without reading it.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Mode">Its kind and rights.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">When its content was written, in nanoseconds since 1970; anybody may set it.</param>
/// <param name="Changed">When anything of it was changed, in nanoseconds since 1970; only the system sets it.</param>
internal readonly record struct FileStamp(ulong Device, ulong Inode, int Mode, long Size, long Modified, long Changed)
{
    /// <summary>The part of <see cref="Mode"/> that is the kind, and some kinds.</summary>
    public const int TypeMask = 0xF000, RegularFile = 0x8000, Folder = 0x4000, Link = 0xA000, Pipe = 0x1000, CharacterDevice = 0x2000, BlockDevice = 0x6000;

    private const int NoSuchEntry = 2, NotAFolder = 20;
    private const int Kind = 28, Number = 32, Length = 40, ChangeTime = 96, WriteTime = 112, FileSystem = 136, FractionAt = 8;
    private const long Second = 1_000_000_000, Millisecond = 1_000_000;

    // A time is drawn from a clock that ticks every few milliseconds, or every two seconds on the file systems of cameras.
    private const long FineTick = 100 * Millisecond, CoarseTick = 2 * Second;

    /// <summary>Whether nothing was there.</summary>
    public bool IsNothing => Inode == 0;

    /// <summary>When anything of it was changed, UTC.</summary>
    public DateTime ChangedAt => DateTime.UnixEpoch.AddTicks(Changed / TimeSpan.NanosecondsPerTick);

    /// <summary>
    /// Whether it was so old at a time that its time of change tells of every later change: within one tick of the clock a file
    /// may be changed twice.
    /// </summary>
    /// <param name="time">Nanoseconds since 1970.</param>
    public bool IsSettledAt(long time) => Changed <= time - (Changed % Millisecond == 0 ? CoarseTick : FineTick);

    /// <summary>A time in nanoseconds since 1970.</summary>
    public static long Nanoseconds(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Looks at a path itself; null when it is not there, and where the system does not tell.</summary>
    public static FileStamp? Of(string path) => At(path) is { IsNothing: false } stamp ? stamp : null;

    /// <summary>As <see cref="Of"/>, but what does not exist has the default stamp.</summary>
    public static FileStamp? At(string path) => OperatingSystem.IsLinux() ? Read(Encoding.UTF8.GetBytes(path + '\0')) : null;

    /// <summary>Looks at a path itself; what does not exist has the default stamp.</summary>
    /// <param name="path">In UTF-8, ended by a zero.</param>
    /// <returns>Null when the system does not let one look.</returns>
    public static FileStamp? Read(ReadOnlySpan<byte> path) => Read(LinuxStat.WorkingDirectory, path);

    /// <summary>As <see cref="Read(ReadOnlySpan{byte})"/>, from an open folder.</summary>
    /// <param name="folder">The folder's descriptor.</param>
    /// <param name="path">In UTF-8, ended by a zero.</param>
    public static unsafe FileStamp? Read(int folder, ReadOnlySpan<byte> path)
    {
        var answer = stackalloc byte[LinuxStat.Size];
        fixed (byte* name = path)
            return LinuxStat.Read(folder, name, LinuxStat.Basic, answer) switch
            {
                0 => new FileStamp(*(ulong*)(answer + FileSystem), *(ulong*)(answer + Number), *(ushort*)(answer + Kind), *(long*)(answer + Length), Time(answer + WriteTime), Time(answer + ChangeTime)),
                NoSuchEntry or NotAFolder => default(FileStamp),
                _ => null,
            };
    }

    private static unsafe long Time(byte* time) => (*(long*)time * Second) + *(uint*)(time + FractionAt);
}
