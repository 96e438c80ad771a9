using System.Diagnostics;
using System.Globalization;
using Factory.Benchmarks.Comparison;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.Benchmarks;

/// <summary>
/// What the guards add to a oneshot: pairs of runs in one process, one with every guard and one without those that can be left
/// out. Run it with <c>-- guards [PAIRS] [FILES] [ROWS]</c>, where ROWS are some of <c>idle-cold idle-warm edit-cold edit-warm used-warm</c>.
/// </summary>
internal static class GuardCost
{
    // The runtime compiles what is called often once more, in the background; that is over when the pairs begin.
    private const int WarmUps = 12;
    private const int Workers = 4;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var pairs = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 25;
        var files = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 1000;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pairs} pairs, {Workers} workers, {files} files, {MachineFacts.Describe(Path.GetTempPath())}"));
        Console.WriteLine("Left out on one side: the search for secrets and programs, the limits of size and number, the watch over the checkout, bundles and ledger.");
        Console.WriteLine("On both sides, since they cannot be left out: paths, scope, protected paths, links, evidence against git and ledger, guarded writes.");
        Console.WriteLine("used: the workers of edit, in the checkout of somebody who works there: a changed file, an untracked one, as many ignored ones as there are files.");
        Console.WriteLine($"Medians without and with; the median of the pairs' shares and its 95 % bootstrap interval. Processor: user and system, {(ProcessorTime.CountsChildren ? "git's and the workers' too" : "this process only")}.");
        Console.WriteLine($"{"workers",-10} {"time",40} {"processor",44}");
        foreach (var name in (string[])["idle-cold", "idle-warm", "edit-cold", "edit-warm", "used-warm"])
        {
            if (arguments.Length > 2 && !arguments.Skip(2).Contains(name)) continue;
            using var repository = new BenchmarkRepository(files, Workers, edits: !name.StartsWith("idle", StringComparison.Ordinal), isUsed: name.StartsWith("used", StringComparison.Ordinal));
            await MeasureAsync(repository, name, name.EndsWith("warm", StringComparison.Ordinal), pairs);
        }

        return 0;
    }

    private static async Task MeasureAsync(BenchmarkRepository repository, string name, bool isWarm, int pairs)
    {
        for (var i = 0; i < WarmUps; i++) await OneAsync(repository, isWarm, i % 2 == 0);
        var (time, processor) = (new PairedShares(), new PairedShares());
        for (var pair = 0; pair < pairs; pair++)
        {
            // Which side goes first changes, so that neither always finds the disk as the other left it.
            var first = await OneAsync(repository, isWarm, pair % 2 == 0);
            var second = await OneAsync(repository, isWarm, pair % 2 != 0);
            var (with, without) = pair % 2 == 0 ? (first, second) : (second, first);
            time.Add(without.Time, with.Time);
            processor.Add(without.Processor, with.Processor);
        }

        Console.WriteLine($"{name,-10} {time} {processor}");
    }

    private static async Task<(double Time, double Processor)> OneAsync(BenchmarkRepository repository, bool isWarm, bool isGuarded)
    {
        repository.Reset();
        if (isWarm)
        {
            await RunAsync(repository, isGuarded);
            repository.SettleWorktrees();
        }

        await NextSecondAsync();
        GC.Collect();
        var (start, processor) = (Stopwatch.GetTimestamp(), ProcessorTime.Seconds());
        await RunAsync(repository, isGuarded);
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, ProcessorTime.Seconds() - processor);
    }

    // git reads a file again that is of the same second as its index, so it must not be chance where in a second a run begins.
    private static Task NextSecondAsync() => Task.Delay(TimeSpan.FromMilliseconds(1000 - DateTime.UtcNow.Millisecond));

    private static async Task RunAsync(BenchmarkRepository repository, bool isGuarded)
    {
        var pipeline = new FactoryPipeline(new RunServices(SilentObserver.Instance, TimeProvider.System) { LeavesOutGuards = !isGuarded });
        var result = await pipeline.OneshotAsync(new RunRequest { Repository = repository.Root }, CancellationToken.None);
        if (result.ExitCode != 0) throw new InvalidOperationException(string.Join('\n', result.Blockers));
    }
}
