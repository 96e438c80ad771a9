using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Factory.Core.Repository;

/// <summary>
/// A git that was started and is ended with what it started itself, whatever becomes of the one who waits for it: also when
/// this process ends before git does.
/// </summary>
internal sealed class RunningGit : IDisposable
{
    private static readonly ConcurrentDictionary<RunningGit, byte> All = new();
    private readonly Process _process;

    static RunningGit() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var running in All.Keys) running.End();
    };

    /// <summary>Takes charge of a process.</summary>
    public RunningGit(Process process)
    {
        _process = process;
        All.TryAdd(this, 0);
    }

    /// <summary>Ends it, if it still runs.</summary>
    public void End()
    {
        try
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended already, or one of its own has.
        }
    }

    /// <summary>Ends it, if it still runs, and gives it out of hand.</summary>
    public void Dispose()
    {
        End();
        All.TryRemove(this, out _);
    }
}
