using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Workers.Processes;

/// <summary>
/// The three standard streams of a child: both ends. No end is inheritable by itself (close-on-exec on Unix), so that no
/// other child that starts meanwhile keeps them open.
/// </summary>
internal sealed class ChildStreams : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly List<SafeFileHandle> Placeholders = [];
    private static bool _areStandardHandlesOpen;
    private readonly SafeFileHandle _input;
    private readonly AnonymousPipeServerStream _output;
    private readonly AnonymousPipeServerStream _error;
    private bool _areTaken;

    private ChildStreams(SafeFileHandle input, AnonymousPipeServerStream output, AnonymousPipeServerStream error) =>
        (_input, _output, _error) = (input, output, error);

    /// <summary>The child's standard input.</summary>
    internal nint ChildInput => _input.DangerousGetHandle();

    /// <summary>The child's end of its standard output.</summary>
    internal nint ChildOutput => _output.ClientSafePipeHandle.DangerousGetHandle();

    /// <summary>The child's end of its standard error.</summary>
    internal nint ChildError => _error.ClientSafePipeHandle.DangerousGetHandle();

    internal static ChildStreams Open(string? inputFile)
    {
        EnsureStandardHandles();
        SafeFileHandle? input = null;
        AnonymousPipeServerStream? output = null;
        try
        {
            input = OpenInput(inputFile);
            output = NewPipe();
            return new ChildStreams(input, output, NewPipe());
        }
        catch
        {
            input?.Dispose();
            output?.Dispose();
            throw;
        }
    }

    /// <summary>Hands this side's ends to a caller, who closes them.</summary>
    internal (Stream Output, Stream Error) Take()
    {
        _areTaken = true;
        return (_output, _error);
    }

    /// <summary>Closes the child's ends, and this side's unless they were taken.</summary>
    public void Dispose()
    {
        _input.Dispose();
        _output.DisposeLocalCopyOfClientHandle();
        _error.DisposeLocalCopyOfClientHandle();
        if (_areTaken) return;
        _output.Dispose();
        _error.Dispose();
    }

    private static AnonymousPipeServerStream NewPipe() => new(PipeDirection.In, HandleInheritability.None);

    private static SafeFileHandle OpenInput(string? file) => File.OpenHandle(
        file ?? NullDevice,
        FileMode.Open,
        FileAccess.Read,
        FileShare.ReadWrite | FileShare.Delete);

    private static string NullDevice => OperatingSystem.IsWindows() ? @"\\.\NUL" : "/dev/null";

    /// <summary>
    /// When this process was started with a standard descriptor closed, the next one opened would take its number and be
    /// overwritten while the child's descriptors are put in place. So the numbers are taken, once and for good.
    /// </summary>
    private static void EnsureStandardHandles()
    {
        if (OperatingSystem.IsWindows()) return;
        lock (Gate)
        {
            while (!_areStandardHandlesOpen)
            {
                var handle = OpenInput(null);
                _areStandardHandlesOpen = handle.DangerousGetHandle() > 2;
                if (_areStandardHandlesOpen) handle.Dispose();
                else Placeholders.Add(handle);
            }
        }
    }
}
