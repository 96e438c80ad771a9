using System.Text;

namespace Factory.Core.Repository;

/// <summary>Tells plain files from what only looks like one: opening a pipe that nobody writes to never returns.</summary>
public static unsafe class RegularFile
{
    private const int ModeOffset = 28, TypeMask = 0xF000, Regular = 0x8000;

    /// <summary>Whether the path itself, not what a link points at, is a plain file. Opens nothing.</summary>
    /// <param name="path">The file; one that does not exist or cannot be looked at is none.</param>
    public static bool Is(string path)
    {
        if (OperatingSystem.IsLinux() && TypeOnLinux(path) is { } type) return type == Regular;
        var file = new FileInfo(path);
        return file is { Exists: true, LinkTarget: null } && (file.Attributes & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == 0;
    }

    // .NET has no name for pipes, sockets and devices on Unix.
    private static int? TypeOnLinux(string path)
    {
        var answer = stackalloc byte[LinuxStat.Size];
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            return LinuxStat.Read(LinuxStat.WorkingDirectory, name, LinuxStat.TypeOnly, answer) == 0 ? *(ushort*)(answer + ModeOffset) & TypeMask : null;
    }
}
