using System.Diagnostics;
using Factory.Core.Contracts;

namespace Factory.Core.Workers.Processes;

/// <summary>A started command: its logs, its limits, and what it left behind.</summary>
internal sealed class WorkerExecution(WorkerCommandSpec spec, ChildProcess child, Stopwatch clock)
{
    private const int SweepRounds = 3, ErrorEndSize = 16 * 1024;
    private static readonly TimeSpan PipePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(int.MaxValue);

    private readonly List<string> _leftovers = [];

    internal async Task<WorkerCommandResult> RunAsync(CancellationToken cancellationToken)
    {
        using var endOfReading = new CancellationTokenSource();
        var errorEnd = new TailRing(ErrorEndSize);
        var output = PumpAsync("stdout", child.Output, null, endOfReading.Token);
        var error = PumpAsync("stderr", child.Error, errorEnd, endOfReading.Token);
        var end = await AwaitEndAsync(cancellationToken).ConfigureAwait(false);
        var both = Task.WhenAll(output, error);
        // Somebody may hold the pipes although the command ended; it gets a moment to finish what it writes.
        await Task.WhenAny(both, Task.Delay(PipePatience, CancellationToken.None)).ConfigureAwait(false);
        var leftovers = await StopLeftoversAsync().ConfigureAwait(false);
        await Task.WhenAny(both, Task.Delay(PipePatience, CancellationToken.None)).ConfigureAwait(false);
        await endOfReading.CancelAsync().ConfigureAwait(false);
        var logs = new[] { await EndAsync("stdout", output).ConfigureAwait(false), await EndAsync("stderr", error).ConfigureAwait(false) };
        return new WorkerCommandResult(
            end.ExitCode, end.TimedOut, end.Cancelled, end.Lost?.Message, end.Lost, clock.ElapsedMilliseconds, leftovers, logs)
        {
            // Whoever still reads still writes there.
            Leftovers = _leftovers,
            ErrorEnd = error.IsCompletedSuccessfully ? (byte[])[.. errorEnd.First, .. errorEnd.Second] : [],
        };
    }

    private async Task<End> AwaitEndAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (spec.Timeout != Timeout.InfiniteTimeSpan) limit.CancelAfter(spec.Timeout < LongestTimer ? spec.Timeout : LongestTimer);
        try
        {
            return new End(await child.WaitForExitAsync(limit.Token).ConfigureAwait(false), false, false, null);
        }
        catch (OperationCanceledException)
        {
            var isCancelled = cancellationToken.IsCancellationRequested;
            await child.StopAsync(spec.Grace).ConfigureAwait(false);
            return new End(null, !isCancelled, isCancelled, null);
        }
        catch (FactoryException error)
        {
            return new End(null, false, false, error.Blocker);
        }
    }

    private async Task<int> StopLeftoversAsync()
    {
        // After a stop that even KILL did not finish, the main child has not ended; disposing of it tries again.
        var stopped = child.HasEnded ? child.KillLeftovers() : 0;
        _leftovers.AddRange(child.Leftovers);
        if (spec.Marker is not { } marker) return stopped;
        for (var round = 0; round < SweepRounds; round++)
        {
            var strays = ProcessSweep.FindByEnvironment(marker.Name, marker.Value);
            if (strays.Count == 0) break;
            _leftovers.AddRange(strays.Select(stray => ProcessStat.Describe(stray.Pid)).Except(_leftovers, StringComparer.Ordinal).ToList());
            stopped += await ProcessSweep.StopAsync(strays, spec.Grace).ConfigureAwait(false);
        }

        return stopped;
    }

    private Task<OutputLogResult> PumpAsync(string stream, Stream source, TailRing? end, CancellationToken endOfReading) =>
        // Started on the pool: where pipes are read synchronously, the first read must not hold up this method.
        Task.Run(
            () => spec.CreateLog is { } create
                ? OutputLog.PumpAsync(source, () => create(FileOf(stream)), spec.LogCapBytes, end, endOfReading)
                : OutputLog.PumpAsync(source, () => OutputLog.OpenNew(Path.Combine(spec.LogDirectory, FileOf(stream))), spec.LogCapBytes, end, endOfReading),
            CancellationToken.None);

    private async Task<WorkerLog> EndAsync(string stream, Task<OutputLogResult> pump)
    {
        var name = $"{spec.Name}.{stream}";
        await Task.WhenAny(pump, Task.Delay(PipePatience, CancellationToken.None)).ConfigureAwait(false);
        if (!pump.IsCompleted) return new WorkerLog(name, FileOf(stream), 0, true, "the output was still open when reading it was given up");
        var result = await pump.ConfigureAwait(false);
        return new WorkerLog(name, FileOf(stream), result.BytesSeen, result.Truncated, result.Error);
    }

    private string FileOf(string stream) => $"{spec.Name}.{stream}.log";

    private readonly record struct End(int? ExitCode, bool TimedOut, bool Cancelled, Blocker? Lost);
}
