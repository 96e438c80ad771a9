using System.Text;
using BenchmarkDotNet.Attributes;
using Factory.Core.Guards.Secrets;

namespace Factory.Benchmarks;

/// <summary>The search for secrets on one core: this repository's own sources, repeated, in megabytes a second; and a text that is all keywords.</summary>
[ShortRunJob]
public class SecretScanBenchmark
{
    private const int Size = 32 * 1024 * 1024;
    private byte[] _source = [];
    private byte[] _keywords = [];

    [GlobalSetup]
    public void SetUp()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Factory.sln"))) root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("run the benchmarks from a clone");
        var files = Directory.EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        _source = Fill([.. files.SelectMany(File.ReadAllBytes)]);
        _keywords = Fill(Encoding.ASCII.GetBytes(string.Join(' ', SecretRuleSet.BuiltIn.Rules.SelectMany(rule => rule.Keywords))));
    }

    /// <summary>32 MiB of C#.</summary>
    [Benchmark(Baseline = true)]
    public int Source() => Scan(_source);

    /// <summary>32 MiB of nothing but keywords.</summary>
    [Benchmark]
    public int Keywords() => Scan(_keywords);

    private static byte[] Fill(byte[] unit)
    {
        var all = new byte[Size];
        for (var at = 0; at < Size; at += unit.Length) unit.AsSpan(0, Math.Min(unit.Length, Size - at)).CopyTo(all.AsSpan(at));
        return all;
    }

    private static int Scan(byte[] bytes)
    {
        using var stream = new SecretStream(SecretScanner.BuiltIn, int.MaxValue);
        stream.Append(bytes);
        stream.Complete();
        return stream.Hits.Count;
    }
}
