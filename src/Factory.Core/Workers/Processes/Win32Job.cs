using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Workers.Processes;

/// <summary>A job object whose processes die with the last handle to it.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe partial class Win32Job : SafeHandleZeroOrMinusOneIsInvalid
{
    private const string Library = "kernel32.dll";
    private const int BasicAccounting = 1, ExtendedLimits = 9;
    private const uint KillOnClose = 0x2000;

    /// <summary>Wraps no job yet; the marshaller fills it in.</summary>
    public Win32Job() : base(ownsHandle: true)
    {
    }

    /// <summary>A new job; invalid when it could not be made, with the reason in the last error.</summary>
    internal static Win32Job Create()
    {
        var job = CreateJobObject(0, 0);
        if (job.IsInvalid) return job;
        var limits = new ExtendedLimitInformation { LimitFlags = KillOnClose };
        if (SetInformation(job, ExtendedLimits, &limits, (uint)sizeof(ExtendedLimitInformation))) return job;
        var error = Marshal.GetLastPInvokeError();
        job.Dispose();
        Marshal.SetLastPInvokeError(error);
        return job;
    }

    /// <summary>Puts a process, and all that it will start, into the job.</summary>
    internal bool Assign(SafeProcessHandle process) => AssignProcessToJobObject(this, process);

    /// <summary>Ends every process of the job.</summary>
    internal void Terminate(uint exitCode) => TerminateJobObject(this, exitCode);

    /// <summary>How many processes of the job are alive.</summary>
    internal int CountAlive()
    {
        BasicAccountingInformation information;
        return QueryInformation(this, BasicAccounting, &information, (uint)sizeof(BasicAccountingInformation), 0) ? (int)information.ActiveProcesses : 0;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Win32Process.Close(handle);

    [LibraryImport(Library, EntryPoint = "CreateJobObjectW", SetLastError = true)]
    private static partial Win32Job CreateJobObject(nint attributes, nint name);

    [LibraryImport(Library, EntryPoint = "SetInformationJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetInformation(Win32Job job, int kind, void* information, uint size);

    [LibraryImport(Library, EntryPoint = "QueryInformationJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool QueryInformation(Win32Job job, int kind, void* information, uint size, nint returnSize);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AssignProcessToJobObject(Win32Job job, SafeProcessHandle process);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool TerminateJobObject(Win32Job job, uint exitCode);

    /// <summary>JOBOBJECT_BASIC_ACCOUNTING_INFORMATION.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct BasicAccountingInformation
    {
        internal long UserTime, KernelTime, PeriodUserTime, PeriodKernelTime;
        internal uint PageFaults, TotalProcesses, ActiveProcesses, TerminatedProcesses;
    }

    /// <summary>JOBOBJECT_EXTENDED_LIMIT_INFORMATION, its nested structures spelt out.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedLimitInformation
    {
        internal long ProcessUserTime, JobUserTime;
        internal uint LimitFlags;
        internal nuint MinimumWorkingSet, MaximumWorkingSet;
        internal uint ActiveProcessLimit;
        internal nuint Affinity;
        internal uint PriorityClass, SchedulingClass;
        internal ulong ReadOperations, WriteOperations, OtherOperations, ReadBytes, WrittenBytes, OtherBytes;
        internal nuint ProcessMemory, JobMemory, PeakProcessMemory, PeakJobMemory;
    }
}
