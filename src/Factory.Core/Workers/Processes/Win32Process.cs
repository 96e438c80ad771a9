using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Workers.Processes;

/// <summary>The calls of kernel32 that create a process.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Win32Process
{
    internal const uint CreateSuspended = 0x4, CreateUnicodeEnvironment = 0x400, ExtendedStartupInfoPresent = 0x80000, CreateNoWindow = 0x8000000;
    internal const uint UseStandardHandles = 0x100, HandleFlagInherit = 1;
    internal const nuint AttributeHandleList = 0x20002;

    private const string Library = "kernel32.dll";

    [LibraryImport(Library, EntryPoint = "CreateProcessW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool Create(
        string program, char* commandLine, nint processAttributes, nint threadAttributes, [MarshalAs(UnmanagedType.Bool)] bool inheritHandles,
        uint flags, char* environment, string workingDirectory, StartupInfoEx* startup, ProcessInformation* created);

    [LibraryImport(Library, EntryPoint = "InitializeProcThreadAttributeList", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool InitializeAttributes(void* list, int count, uint flags, nuint* size);

    [LibraryImport(Library, EntryPoint = "UpdateProcThreadAttribute", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool UpdateAttribute(void* list, uint flags, nuint attribute, void* value, nuint size, nint previous, nint returnSize);

    [LibraryImport(Library, EntryPoint = "DeleteProcThreadAttributeList")]
    internal static partial void DeleteAttributes(void* list);

    [LibraryImport(Library, EntryPoint = "SetHandleInformation", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool SetHandleInformation(nint handle, uint mask, uint flags);

    [LibraryImport(Library, EntryPoint = "ResumeThread", SetLastError = true)]
    internal static partial uint ResumeThread(nint thread);

    [LibraryImport(Library, EntryPoint = "TerminateProcess", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool Terminate(SafeProcessHandle process, uint exitCode);

    [LibraryImport(Library, EntryPoint = "GetExitCodeProcess", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool GetExitCode(SafeProcessHandle process, out int exitCode);

    [LibraryImport(Library, EntryPoint = "CloseHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool Close(nint handle);

    /// <summary>STARTUPINFOEXW.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct StartupInfoEx
    {
        internal uint Size;
        internal nint Reserved, Desktop, Title;
        internal uint X, Y, XSize, YSize, XCountChars, YCountChars, FillAttribute, Flags;
        internal ushort ShowWindow, Reserved2Size;
        internal nint Reserved2, Input, Output, Error;
        internal void* Attributes;
    }

    /// <summary>PROCESS_INFORMATION.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ProcessInformation
    {
        internal nint Process, Thread;
        internal int ProcessId, ThreadId;
    }
}
