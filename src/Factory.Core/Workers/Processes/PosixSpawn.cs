using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Factory.Core.Workers.Processes;

/// <summary>posix_spawn with a session of its own, default signals and no descriptor but the standard three.</summary>
[UnsupportedOSPlatform("windows")]
internal static unsafe partial class PosixSpawn
{
    private const string Library = "libc";

    // Larger than posix_spawnattr_t, posix_spawn_file_actions_t and sigset_t of glibc, musl and macOS.
    private const int OpaqueSize = 512;
    private const int SetSignalDefaults = 0x04, SetSignalMask = 0x08;

    /// <summary>Whether the library has posix_spawn_file_actions_addclosefrom_np: not musl, nor glibc before 2.34.</summary>
    internal static bool HasCloseFrom { get; set; } = true;

    // macOS values are from its headers; they have not been verified by a run.
    private static int SetSession => OperatingSystem.IsMacOS() ? 0x0400 : 0x80;
    private static int CloseByDefault => OperatingSystem.IsMacOS() ? 0x4000 : 0;

    /// <summary>Starts a program.</summary>
    /// <param name="arguments">The absolute program and its arguments.</param>
    /// <param name="environment">NAME=VALUE strings.</param>
    /// <param name="workingDirectory">Where it starts.</param>
    /// <param name="descriptors">Three descriptors above 2, which become its 0, 1 and 2.</param>
    /// <param name="pid">The id of the child.</param>
    /// <returns>0, or the errno of the step that failed.</returns>
    internal static int Start(
        IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string workingDirectory, ReadOnlySpan<int> descriptors, out int pid)
    {
        pid = 0;
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        var error = ActionsInit(actions);
        if (error != 0) return error;
        try
        {
            error = AttributesInit(attributes);
            if (error != 0) return error;
            try
            {
                error = FillActions(actions, workingDirectory, descriptors);
                if (error == 0) error = FillAttributes(attributes);
                if (error != 0) return error;
                using NativeStrings argv = new(arguments), envp = new(environment);
                fixed (int* id = &pid) return Spawn(id, arguments[0], actions, attributes, argv.Pointers, envp.Pointers);
            }
            finally
            {
                _ = AttributesDestroy(attributes);
            }
        }
        finally
        {
            _ = ActionsDestroy(actions);
        }
    }

    private static int FillActions(byte* actions, string workingDirectory, ReadOnlySpan<int> descriptors)
    {
        var error = AddChangeDirectory(actions, workingDirectory);
        for (var target = 0; target < descriptors.Length && error == 0; target++)
            error = AddDuplicate(actions, descriptors[target], target);
        if (error != 0 || CloseByDefault != 0) return error;
        return AddCloseOthers(actions, descriptors.Length);
    }

    private static int FillAttributes(byte* attributes)
    {
        var signals = stackalloc byte[OpaqueSize];
        var error = SetFlags(attributes, (short)(SetSession | SetSignalDefaults | SetSignalMask | CloseByDefault));
        _ = SignalsEmpty(signals);
        if (error == 0) error = SetMask(attributes, signals);
        _ = SignalsFill(signals);
        if (error == 0) error = SetDefaults(attributes, signals);
        return error;
    }

    /// <summary>Closes what this process itself inherited without close-on-exec, or opened so through a native library.</summary>
    private static int AddCloseOthers(byte* actions, int first)
    {
        if (HasCloseFrom)
        {
            try
            {
                return AddCloseFrom(actions, first);
            }
            catch (EntryPointNotFoundException)
            {
                HasCloseFrom = false;
            }
        }

        return AddCloseOpen(actions, first);
    }

    private static int AddCloseOpen(byte* actions, int first)
    {
        var error = 0;
        foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor) && descriptor >= first && error == 0)
                error = AddClose(actions, descriptor);
        return error;
    }

    [LibraryImport(Library, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(int* pid, string path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(byte* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(byte* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int from, int to);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addclose")]
    private static partial int AddClose(byte* actions, int descriptor);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static partial int AddCloseFrom(byte* actions, int first);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddChangeDirectory(byte* actions, string path);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport(Library, EntryPoint = "sigemptyset")]
    private static partial int SignalsEmpty(byte* signals);

    [LibraryImport(Library, EntryPoint = "sigfillset")]
    private static partial int SignalsFill(byte* signals);
}
