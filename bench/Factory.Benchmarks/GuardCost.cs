using System.Globalization;
using Factory.Benchmarks.Comparison;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.Benchmarks;

/// <summary>
/// What the guards add to a oneshot: pairs of runs, one with every guard and one without the search for secrets, without the
/// search for programs and without the watch over the checkout. Scope, paths and guarded writes cannot be left out; they are
/// on both sides. Run it with <c>-- guards [PAIRS] [FILES]</c>.
/// </summary>
internal static class GuardCost
{
    private const int WarmUps = 3;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var pairs = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 25;
        var files = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 1000;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pairs} pairs, 4 workers, {files} files, {MachineFacts.Describe(Path.GetTempPath())}"));
        Console.WriteLine("workers       without guards      with guards   median of the pairs");
        foreach (var edits in (bool[])[false, true])
            foreach (var isWarm in (bool[])[false, true])
            {
                using var repository = new BenchmarkRepository(files, workers: 4, edits);
                await MeasureAsync(repository, $"{(edits ? "edit" : "idle")}, {(isWarm ? "warm" : "cold")}", isWarm, pairs);
            }

        return 0;
    }

    private static async Task MeasureAsync(BenchmarkRepository repository, string name, bool isWarm, int pairs)
    {
        for (var i = 0; i < WarmUps; i++) await OneAsync(repository, isWarm, i % 2 == 0);
        var (off, on, shares) = (new List<double>(), new List<double>(), new List<double>());
        for (var pair = 0; pair < pairs; pair++)
        {
            // Which side goes first changes, so that neither always finds the disk as the other left it.
            var first = await OneAsync(repository, isWarm, pair % 2 == 0);
            var second = await OneAsync(repository, isWarm, pair % 2 != 0);
            var (with, without) = pair % 2 == 0 ? (first, second) : (second, first);
            off.Add(without);
            on.Add(with);
            shares.Add((with / without) - 1);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-12} {new Samples(off).Median * 1000,12:0.0} ms {new Samples(on).Median * 1000,13:0.0} ms {new Samples(shares).Median * 100,+19:+0.0;-0.0} %"));
    }

    private static async Task<double> OneAsync(BenchmarkRepository repository, bool isWarm, bool isGuarded)
    {
        repository.Reset();
        if (isWarm) await RunAsync(repository, isGuarded);
        GC.Collect();
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        await RunAsync(repository, isGuarded);
        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task RunAsync(BenchmarkRepository repository, bool isGuarded)
    {
        var environment = new Dictionary<string, string>(RunRequest.CurrentEnvironment());
        if (!isGuarded) (environment["FACTORY_SECURITY__SECRET_SCAN_ENABLED"], environment["FACTORY_SECURITY__ALLOW_EXECUTABLE_ARTIFACTS"]) = ("false", "true");
        var pipeline = new FactoryPipeline(new RunServices(SilentObserver.Instance, TimeProvider.System) { LeavesOutEscapeChecks = !isGuarded });
        var result = await pipeline.OneshotAsync(new RunRequest { Repository = repository.Root, Environment = environment }, CancellationToken.None);
        if (result.ExitCode != 0) throw new InvalidOperationException(string.Join('\n', result.Blockers));
    }
}
