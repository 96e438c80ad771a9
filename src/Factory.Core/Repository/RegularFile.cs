using System.Runtime.InteropServices;

namespace Factory.Core.Repository;

/// <summary>Tells plain files from what only looks like one: opening a pipe that nobody writes to never returns.</summary>
public static unsafe partial class RegularFile
{
    private const int WorkingDirectory = -100, DoNotFollow = 0x100;
    private const uint TypeOnly = 1;
    private const int SizeOfStatx = 256, ModeOffset = 28, TypeMask = 0xF000, Regular = 0x8000;

    /// <summary>Whether the path itself, not what a link points at, is a plain file. Opens nothing.</summary>
    /// <param name="path">The file; one that does not exist or cannot be looked at is none.</param>
    public static bool Is(string path)
    {
        if (OperatingSystem.IsLinux() && TypeOnLinux(path) is { } type) return type == Regular;
        var file = new FileInfo(path);
        return file is { Exists: true, LinkTarget: null } && (file.Attributes & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == 0;
    }

    // .NET has no name for pipes, sockets and devices on Unix. statx is laid out alike on every processor, stat is not.
    private static int? TypeOnLinux(string path)
    {
        var buffer = stackalloc byte[SizeOfStatx];
        try
        {
            return Statx(WorkingDirectory, path, DoNotFollow, TypeOnly, buffer) == 0 ? *(ushort*)(buffer + ModeOffset) & TypeMask : null;
        }
        catch (EntryPointNotFoundException)
        {
            // musl before 1.2.5 and glibc before 2.28 lack it.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* result);
}
