using System.Diagnostics;
using System.Runtime.Versioning;
using Factory.Core.Contracts;

namespace Factory.Core.Workers.Processes;

/// <summary>
/// A child that leads its own session and process group. It is reaped only when this object is disposed of: until then
/// its id stays taken, so that a signal to the group can never reach a stranger. The runtime's own SIGCHLD handling reaps
/// only what <see cref="Process"/> started, so the two do not meet.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class PosixTree : IProcessTree
{
    private const int WaiterStack = 128 * 1024;
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettlingTime = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private ProcessStat[] _living = [];
    private bool _isReaped;

    internal PosixTree(int pid)
    {
        Id = pid;
        new Thread(AwaitExit, WaiterStack) { IsBackground = true, Name = "child waiter" }.Start();
    }

    public int Id { get; }

    public Task<int> Exit => _exit.Task;

    public IReadOnlyList<string> Leftovers { get; private set; } = [];

    public async Task StopAsync(TimeSpan grace)
    {
        foreach (var signal in (int[])[Posix.SigInt, Posix.SigTerm])
        {
            Signal(signal);
            if (await IsGoneWithinAsync(grace, resend: null).ConfigureAwait(false)) return;
        }

        Signal(Posix.SigKill);
        await IsGoneWithinAsync(KillPatience, resend: Posix.SigKill).ConfigureAwait(false);
    }

    public int KillLeftovers()
    {
        if (!Exit.IsCompleted) throw new InvalidOperationException("the main child has not ended: stop the tree instead");
        // The last of a pipeline may still be on its way out. They are nobody's children here, and the system tells of the
        // end of such processes to nobody: they have to be looked for.
        var clock = Stopwatch.StartNew();
        int found;
        while ((found = CountAlive()) > 0 && clock.Elapsed < SettlingTime) Thread.Sleep(FirstPause);
        if (found == 0) return 0;
        Leftovers = [.. _living.Select(process => ProcessStat.Describe(process.Pid))];
        clock.Restart();
        do
        {
            Signal(Posix.SigKill);
            Thread.Sleep(FirstPause);
        }
        while (CountAlive() > 0 && clock.Elapsed < KillPatience);
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        Signal(Posix.SigKill);
        // A child in uninterruptible sleep outlives even this; whenever it ends, it is reaped.
        var reaped = Exit.ContinueWith(_ => Reap(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await Task.WhenAny(reaped, Task.Delay(KillPatience)).ConfigureAwait(false);
    }

    private void AwaitExit()
    {
        if (Posix.WaitForExit(Id) is { } code)
        {
            _exit.SetResult(code);
            return;
        }

        lock (_gate) _isReaped = true;
        _exit.SetException(new FactoryException(
            BlockerKind.Worker,
            $"the exit code of process {Id} was lost: something else in this process reaped it",
            "start Factory from a parent that does not ignore SIGCHLD, and run no code in the same process that waits for every child"));
    }

    private void Reap()
    {
        lock (_gate)
        {
            if (!_isReaped) Posix.Reap(Id);
            _isReaped = true;
        }
    }

    private void Signal(int signal)
    {
        lock (_gate)
        {
            if (_isReaped) return;
            _ = Posix.Kill(-Id, signal);
            if (!OperatingSystem.IsLinux()) return;
            // Shells with job control put their jobs into groups of their own, in the same session.
            foreach (var member in Members())
                if (member.Group != Id) _ = Posix.Kill(member.Pid, signal);
            // And one that was seen in the session may have left it since.
            foreach (var known in _living)
                if (ProcessStat.Read(known.Pid) is { IsAlive: true } now && now.StartTime == known.StartTime && now.Session != Id) _ = Posix.Kill(known.Pid, signal);
        }
    }

    private async Task<bool> IsGoneWithinAsync(TimeSpan patience, int? resend)
    {
        var clock = Stopwatch.StartNew();
        var pause = FirstPause;
        while (CountAlive() > 0)
        {
            if (clock.Elapsed >= patience) return false;
            await Task.Delay(pause).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            if (resend is { } signal) Signal(signal);
        }

        return true;
    }

    /// <summary>How many processes of the tree are alive, the main child included.</summary>
    private int CountAlive()
    {
        lock (_gate)
        {
            if (_isReaped) return 0;
            // Without /proc, the group can only be asked whether it has a member that is not a zombie (not verified on macOS).
            if (!OperatingSystem.IsLinux()) return Posix.Kill(-Id, 0) == 0 ? 1 : 0;
            // Looking at those seen before is much cheaper than looking at every process of the machine.
            _living = [.. _living.Where(known => ProcessStat.Read(known.Pid) is { IsAlive: true } now && now.StartTime == known.StartTime)];
            if (_living.Length == 0) _living = [.. Members()];
            return _living.Length;
        }
    }

    private IEnumerable<ProcessStat> Members() => ProcessStat.All().Where(process => process.Session == Id && process.IsAlive);
}
