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
        _source = ScannedText.Fill([.. files.SelectMany(File.ReadAllBytes)], Size);
        _keywords = ScannedText.Fill(Encoding.ASCII.GetBytes(string.Join(' ', SecretRuleSet.BuiltIn.Rules.SelectMany(rule => rule.Keywords))), Size);
    }

    /// <summary>32 MiB of C#.</summary>
    [Benchmark(Baseline = true)]
    public int Source() => ScannedText.Scan(_source);

    /// <summary>32 MiB of nothing but keywords.</summary>
    [Benchmark]
    public int Keywords() => ScannedText.Scan(_keywords);
}
