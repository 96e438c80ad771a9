using BenchmarkDotNet.Attributes;
using Factory.Benchmarks.Comparison;

namespace Factory.Benchmarks;

/// <summary>
/// Rounds of 2,000 appends, one by one, to ledgers of two sizes, against a write and an fsync of the same bytes. The ledger
/// is cut back after each round, which both sides pay alike.
/// </summary>
[Config(typeof(WholeRuns))]
public class LedgerAppendBenchmarks
{
    private readonly LedgerStock _stock = new(kept: null);
    private AppendRounds _rounds = null!;

    [Params(1000, 100_000)]
    public long Events { get; set; }

    [GlobalSetup]
    public void Generate()
    {
        _rounds = new AppendRounds(_stock.OfSize(Events));
        _rounds.WithWriter();
    }

    [GlobalCleanup]
    public void Delete() => _stock.Dispose();

    [Benchmark(Baseline = true)]
    public double WriteAndFsync() => _rounds.WithBareLoop();

    [Benchmark]
    public double Factory() => _rounds.WithWriter();
}
