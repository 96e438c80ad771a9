using BenchmarkDotNet.Attributes;
using Factory.Benchmarks.Comparison;
using Factory.Core.Ledger;

namespace Factory.Benchmarks;

/// <summary>The newest 50 blocked events of 100,000, against DuckDB over the same file. <c>-- ledger</c> measures larger ledgers.</summary>
[Config(typeof(WholeRuns))]
public class LedgerFilterBenchmarks
{
    private const long Events = 100_000;
    private readonly LedgerStock _stock = new(kept: null);
    private readonly DuckDbPeer _duck = new();
    private string _path = "", _query = "";

    [GlobalSetup]
    public void Generate() => (_path, _query) = (_stock.OfSize(Events), DuckDbPeer.Filters(_stock.OfSize(Events))[0].Sql);

    [GlobalCleanup]
    public void Delete()
    {
        _duck.Dispose();
        _stock.Dispose();
    }

    [Benchmark(Baseline = true)]
    public int DuckDb() => _duck.Query(_query).Count;

    [Benchmark]
    public int Factory() => LedgerReader.Read(_path, LedgerComparison.Blocked).Count();
}
