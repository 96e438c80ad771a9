using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Benchmarks.Comparison;

/// <summary>The ledger against its peers, in one process, each figure measured in turn with its peer's; printed as Markdown.</summary>
internal sealed class LedgerComparison : IDisposable
{
    private const long Small = 1000, Big = 10_000_000;
    private const int OneStream = 16 * 1024;
    private const double Mega = 1e6, Giga = 1e9;
    private readonly ComparisonOptions _options;
    private readonly LedgerStock _stock;
    private readonly string _path;
    private readonly long _bytes, _events;
    private readonly ComparisonTable _table = new(Console.Out);

    private LedgerComparison(ComparisonOptions options)
    {
        (_options, _stock) = (options, new LedgerStock(options.Folder));
        _path = _stock.Find(options.Target);
        (_bytes, _events) = (new FileInfo(_path).Length, CountLines(_path));
        Console.WriteLine(MachineFacts.Describe(Path.GetDirectoryName(_path)!) + "  ");
        Console.WriteLine(FormattableString.Invariant($"{_events:N0} events, {_bytes / Mega:N0} MB, mean line {_bytes / _events} bytes, warm cache; medians of {options.Repetitions} (least to most), both sides in turn.\n"));
        _table.Begin();
    }

    /// <summary>The selective filter: the newest 50 blocked events.</summary>
    public static LedgerFilter Blocked { get; } = new() { Status = "BLOCKED", Last = 50 };

    /// <summary>The command <c>ledger PATH_OR_COUNT</c>.</summary>
    public static int Run(string[] arguments)
    {
        if (ComparisonOptions.Parse(arguments) is not { } options)
        {
            Console.Error.WriteLine(ComparisonOptions.Usage);
            return 1;
        }

        using var comparison = new LedgerComparison(options);
        comparison.Run();
        return 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _stock.Dispose();

    private void Run()
    {
        if (Wants("filter") || Wants("replay"))
        {
            using var duck = new DuckDbPeer();
            if (Wants("filter")) Filter(duck);
            if (Wants("replay")) Replay(duck);
        }

        if (Wants("verify")) Verify();
        if (Wants("append")) Append();
        if (Wants("memory")) Memory();
        _table.End();
    }

    private bool Wants(string part) => _options.Parts.Contains(part);

    private void Filter(DuckDbPeer duck)
    {
        var best = duck.Best(DuckDbPeer.Filters(_path), text => _table.Note($"Filter in DuckDB, ways tried: {text}."));
        var slim = DuckDbPeer.SlimFilter(_path);
        Agreement.OfFilter(LedgerReader.Read(_path, Blocked), duck.Query(best.Sql));
        var measured = Alternately.Measure(
            _options.Repetitions,
            Alternately.Seconds(() => _ = LedgerReader.Read(_path, Blocked).ToList()),
            Alternately.Seconds(() => duck.Query(best.Sql)),
            Alternately.Seconds(() => duck.Query(slim.Sql)));
        _table.AddTimes("filter: status BLOCKED, last 50", measured[0], $"DuckDB {duck.Version}, {best.Name}", measured[1], 0.1);
        _table.AddTimes("the same", measured[0], $"DuckDB, {slim.Name}", measured[2], null);
    }

    private void Replay(DuckDbPeer duck)
    {
        var best = duck.Best(DuckDbPeer.Replays(_path), text => _table.Note($"Replay in DuckDB, ways tried: {text}."));
        var slim = DuckDbPeer.SlimReplay(_path);
        Agreement.OfReplay(LedgerQuery.Replay(_path).Runs, duck.Query(best.Sql));
        var measured = Alternately.Measure(
            _options.Repetitions,
            Alternately.Seconds(() => LedgerQuery.Replay(_path)),
            Alternately.Seconds(() => duck.Query(best.Sql)),
            Alternately.Seconds(() => duck.Query(slim.Sql)));
        _table.AddTimes("replay by run", measured[0], $"DuckDB {duck.Version}, the same facts, {best.Name}", measured[1], 1.0 / 3);
        _table.AddTimes("the same", measured[0], $"DuckDB, {slim.Name}", measured[2], null);
    }

    private void Verify()
    {
        if (!OpenSslPeer.IsPresent)
        {
            _table.AddText("verify", "not measured", "openssl is not on this machine");
            return;
        }

        // Only by the states that the last seal left can cores share the digest. Each of the others does without something.
        using var withoutDigest = new BareLedger(_path);
        using var withoutStates = new BareLedger(_path, LedgerPaths.OfFile(_path).Digest);
        var mean = (int)(_bytes / _events);
        var measured = Alternately.Measure(
            _options.Repetitions, VerifyRate(_path), VerifyRate(withoutStates.Path), VerifyRate(withoutDigest.Path),
            () => OpenSslPeer.Sha256(mean), () => OpenSslPeer.Sha256(OneStream, 1));
        var peer = $"{OpenSslPeer.Version}, SHA-256 of {mean}-byte pieces on all cores";
        AddVerify("verify: chain, root, digest, every line", measured[0], peer, measured[3], 0.9);
        AddVerify("the same without the seal's states: one core must compute the digest", measured[1], peer, measured[3], null);
        AddVerify("the same without factory_ledger.sha256: each byte hashed once", measured[2], peer, measured[3], null);
        AddVerify($"the most that one stream allows: {OpenSslPeer.Version}, {OneStream}-byte pieces on one core", measured[4], peer, measured[3], null);
    }

    private Func<double> VerifyRate(string path)
    {
        var seconds = Alternately.Seconds(() =>
        {
            if (LedgerVerifier.Verify(path) is { Status: RunStatus.Blocked } bad) throw new InvalidOperationException($"{path}: {bad.Reason}");
        });
        return () => _bytes / seconds();
    }

    private void AddVerify(string what, Samples rate, string peer, Samples other, double? least) => _table.AddRates(what, rate, peer, other, "GB/s", Giga, least);

    private void Append()
    {
        var sizes = _options.IsBig ? new[] { Small, Big } : [Small, _events];
        var rounds = sizes.Select(size => new AppendRounds(size == _events ? _path : _stock.OfSize(size))).ToList();
        var measured = Alternately.Measure(_options.Repetitions, [.. rounds.SelectMany(round => new Func<double>[] { round.WithWriter, round.WithBareLoop })]);
        for (var i = 0; i < sizes.Length; i++)
            _table.AddRates(FormattableString.Invariant($"append one by one to {sizes[i]:N0} events"), measured[2 * i], "write and fsync of the same bytes to the same file", measured[(2 * i) + 1], "thousand/s", 1e3, 0.8);
        _table.AddRates(FormattableString.Invariant($"append to {sizes[1]:N0} events against {sizes[0]:N0}"), measured[2], FormattableString.Invariant($"the writer at {sizes[0]:N0}"), measured[0], "thousand/s", 1e3, 1);
        _table.AddRates("the bare loop, the same two sizes", measured[3], FormattableString.Invariant($"the loop at {sizes[0]:N0}"), measured[1], "thousand/s", 1e3, null);
        _table.Note(FormattableString.Invariant($"Append: rounds of {AppendRounds.Events:N0} events, cut off again after each round; all four in turn."));
    }

    private void Memory()
    {
        var path = _options.IsBig ? _stock.OfSize(Big) : _path;
        var size = ComparisonTable.Number(new FileInfo(path).Length / Giga);
        foreach (var work in MemoryMeasure.Works.Keys)
        {
            var use = MemoryMeasure.Run(work, path);
            var confined = use.IsConfined ? "confined to 512 MB by the kernel, page cache included" : "heap limited to 512 MB";
            _table.AddText($"memory: {work} {size} GB", $"{use.Peak >> 20} MB resident at most, {use.Own >> 20} MB of its own", confined, "", "runs on 512 MB");
        }
    }

    private static long CountLines(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var block = new byte[1 << 20];
        var (lines, at) = (0L, 0L);
        while (RandomAccess.Read(file, block, at) is var read and > 0)
        {
            lines += block.AsSpan(0, read).Count((byte)'\n');
            at += read;
        }

        return lines;
    }
}
