using System.Text;
using BenchmarkDotNet.Attributes;
using Factory.Core.Guards.Secrets;

namespace Factory.Benchmarks;

/// <summary>
/// The search for secrets on one core in texts that are made to slow it: 4 MiB of one unit, repeated. The units are the slowest
/// that a climb from thousands of random texts came to, or that an engine of regular expressions is slow with.
/// </summary>
[ShortRunJob]
public class SecretScanHostileBenchmark
{
    private const int Size = 4 * 1024 * 1024, MixedSize = 256 * 1024;
    private byte[] _text = [];

    /// <summary>What is repeated; <c>mixed</c> is 256 KiB of keywords, separators and halves of tokens, as they come.</summary>
    [Params(
        "mixed",
        "-eyJ",
        "sk-T3BlbkFJ-",
        "token=",
        "mssql://a1",
        "=>awssecretawssecretawssecretawssecretawssecretawssecretawssecret",
        "secretaccesskeysecretaccesskeyamqp://xoxc-",
        "xoxe-xoxe-xoxe-xoxe-pypi-AgExoxe-xoxe-xoxe-xoxe-xoxe-xoxe-passphraseSKdaccesskeya1mysql://glsoat-xoxe-")]
    public string Unit { get; set; } = "";

    /// <summary>Makes the text.</summary>
    [GlobalSetup]
    public void SetUp() => _text = ScannedText.Fill(Encoding.ASCII.GetBytes(Unit == "mixed" ? Mix() : Unit), Size);

    /// <summary>4 MiB of the unit.</summary>
    [Benchmark]
    public int Hostile() => ScannedText.Scan(_text);

    private static string Mix()
    {
        const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        string[] keywords = [.. SecretRuleSet.BuiltIn.Rules.SelectMany(rule => rule.Keywords)];
        string[] separators = [" ", "=", ":", "=>", ":=", "\"", "'", "`", ";", "@", "/", ",", "-", "_", ".", "%3D", "bearer ", "sk-", "\n"];
        var random = new Random(1);
        var text = new StringBuilder();
        while (text.Length < MixedSize)
            text.Append(random.Next(5) switch { 0 or 1 => random.GetItems(keywords, 1)[0], 2 or 3 => random.GetItems(separators, 1)[0], _ => new string(random.GetItems<char>(Characters, random.Next(40))) });
        return text.ToString();
    }
}
