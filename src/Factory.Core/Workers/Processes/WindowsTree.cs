using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Factory.Core.Contracts;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Workers.Processes;

/// <summary>A child in a job object: whatever it starts is in the job too, and dies with it.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsTree : IProcessTree
{
    private const uint StoppedExitCode = 1;
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettlingTime = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SafeProcessHandle _process;
    private readonly Win32Job _job;
    private readonly ProcessEnd _end;
    private readonly RegisteredWaitHandle _wait;

    internal WindowsTree(int id, SafeProcessHandle process, Win32Job job)
    {
        (Id, _process, _job) = (id, process, job);
        _end = new ProcessEnd(process);
        _wait = ThreadPool.RegisterWaitForSingleObject(_end, (_, _) => Ended(), null, Timeout.Infinite, executeOnlyOnce: true);
    }

    public int Id { get; }

    public Task<int> Exit => _exit.Task;

    public async Task StopAsync(TimeSpan grace)
    {
        _job.Terminate(StoppedExitCode);
        var clock = Stopwatch.StartNew();
        while ((_job.CountAlive() > 0 || !Exit.IsCompleted) && clock.Elapsed < KillPatience)
            await Task.Delay(Pause).ConfigureAwait(false);
    }

    public int KillLeftovers()
    {
        if (!Exit.IsCompleted) throw new InvalidOperationException("the main child has not ended: stop the tree instead");
        // The job may count the main child, and a console host, for a moment after they ended.
        var found = CountAliveAfter(SettlingTime);
        if (found == 0) return 0;
        _job.Terminate(StoppedExitCode);
        CountAliveAfter(KillPatience);
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        _job.Terminate(StoppedExitCode);
        await Task.WhenAny(Exit, Task.Delay(KillPatience)).ConfigureAwait(false);
        _wait.Unregister(null);
        _end.Dispose();
        _process.Dispose();
        _job.Dispose();
    }

    /// <summary>How many processes are alive when none is, or when the time is over.</summary>
    private int CountAliveAfter(TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        int alive;
        while ((alive = _job.CountAlive()) > 0 && clock.Elapsed < patience) Thread.Sleep(Pause);
        return alive;
    }

    private void Ended()
    {
        try
        {
            if (Win32Process.GetExitCode(_process, out var code)) _exit.TrySetResult(code);
            else _exit.TrySetException(Lost(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())));
        }
        catch (ObjectDisposedException)
        {
            // The callback was under way while this object was disposed of.
            _exit.TrySetException(Lost("it ended too late"));
        }
    }

    private FactoryException Lost(string reason) => new(
        BlockerKind.Worker, $"the exit code of process {Id} could not be read: {reason}", "run the command again");

    /// <summary>The process handle as something the thread pool can wait for.</summary>
    private sealed class ProcessEnd : WaitHandle
    {
        internal ProcessEnd(SafeProcessHandle process) => SafeWaitHandle = new SafeWaitHandle(process.DangerousGetHandle(), ownsHandle: false);
    }
}
