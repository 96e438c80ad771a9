using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Factory.Core.Contracts;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Workers.Processes;

/// <summary>Starts a child on Windows: suspended, put into a job, then resumed.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class WindowsLaunch
{
    private const int NotFound = 2, PathNotFound = 3, AccessDenied = 5, BadProgram = 193, NameTooLong = 206, NeedsElevation = 740;

    // While three handles of one child are inheritable, no other child is created here.
    private static readonly Lock Gate = new();

    internal static IProcessTree Start(ChildProcessSpec spec, ChildStreams streams)
    {
        var commandLine = WindowsCommandLine.Join(spec.Command);
        if (commandLine.Length >= WindowsCommandLine.LongestCommandLine) throw Problem(spec, NameTooLong);
        var job = Win32Job.Create();
        try
        {
            if (job.IsInvalid || job.IsClosed) throw Problem(spec, Marshal.GetLastPInvokeError());
            var created = CreateSuspended(spec, commandLine, streams);
            return Release(spec, created, job);
        }
        catch
        {
            job.Dispose();
            throw;
        }
    }

    private static WindowsTree Release(ChildProcessSpec spec, Win32Process.ProcessInformation created, Win32Job job)
    {
        var process = new SafeProcessHandle(created.Process, ownsHandle: true);
        try
        {
            if (!job.Assign(process) || Win32Process.ResumeThread(created.Thread) == uint.MaxValue)
            {
                var error = Marshal.GetLastPInvokeError();
                Win32Process.Terminate(process, 1);
                throw Problem(spec, error);
            }

            return new WindowsTree(created.ProcessId, process, job);
        }
        catch
        {
            process.Dispose();
            throw;
        }
        finally
        {
            Win32Process.Close(created.Thread);
        }
    }

    private static Win32Process.ProcessInformation CreateSuspended(ChildProcessSpec spec, string commandLine, ChildStreams streams)
    {
        nuint size = 0;
        Win32Process.InitializeAttributes(null, 1, 0, &size);
        var attributes = NativeMemory.AllocZeroed(size);
        try
        {
            if (!Win32Process.InitializeAttributes(attributes, 1, 0, &size)) throw Problem(spec, Marshal.GetLastPInvokeError());
            try
            {
                return CreateWith(attributes, spec, commandLine, streams);
            }
            finally
            {
                Win32Process.DeleteAttributes(attributes);
            }
        }
        finally
        {
            NativeMemory.Free(attributes);
        }
    }

    private static Win32Process.ProcessInformation CreateWith(void* attributes, ChildProcessSpec spec, string commandLine, ChildStreams streams)
    {
        var handles = stackalloc nint[] { streams.ChildInput, streams.ChildOutput, streams.ChildError };
        if (!Win32Process.UpdateAttribute(attributes, 0, Win32Process.AttributeHandleList, handles, (nuint)(3 * sizeof(nint)), 0, 0))
            throw Problem(spec, Marshal.GetLastPInvokeError());
        var startup = new Win32Process.StartupInfoEx
        {
            Size = (uint)sizeof(Win32Process.StartupInfoEx),
            Flags = Win32Process.UseStandardHandles,
            Input = handles[0],
            Output = handles[1],
            Error = handles[2],
            Attributes = attributes,
        };
        const uint Flags = Win32Process.CreateSuspended | Win32Process.CreateUnicodeEnvironment
            | Win32Process.CreateNoWindow | Win32Process.ExtendedStartupInfoPresent;
        Win32Process.ProcessInformation created;
        lock (Gate)
        {
            for (var i = 0; i < 3; i++)
                if (!Win32Process.SetHandleInformation(handles[i], Win32Process.HandleFlagInherit, Win32Process.HandleFlagInherit))
                    throw Problem(spec, Marshal.GetLastPInvokeError());
            // CreateProcessW writes into the line it is given.
            fixed (char* line = (commandLine + '\0').ToCharArray(), block = WindowsCommandLine.Block(spec.Environment))
                if (!Win32Process.Create(spec.Command[0], line, 0, 0, true, Flags, block, spec.WorkingDirectory, &startup, &created))
                    throw Problem(spec, Marshal.GetLastPInvokeError());
        }

        return created;
    }

    private static FactoryException Problem(ChildProcessSpec spec, int error) => LaunchProblem.CannotStart(spec, error, error switch
    {
        NotFound or PathNotFound => "check that the program exists and that nothing removed it meanwhile",
        AccessDenied => "check the program's permissions, and whether a virus scanner or a policy blocks it",
        BadProgram => "name a program built for this system, or the interpreter of the script first in the command",
        NameTooLong => "hand long texts over in the prompt file, not as arguments",
        NeedsElevation => "name a program that does not ask for administrator rights",
        _ => "start the same command by hand in that directory",
    });
}
