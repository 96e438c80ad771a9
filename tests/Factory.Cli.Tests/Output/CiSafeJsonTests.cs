using System.Text;
using System.Text.Json;
using Factory.Cli.Output;

namespace Factory.Cli.Tests.Output;

/// <summary>JSON on standard output holds nothing that a CI log obeys, and says the same.</summary>
public sealed class CiSafeJsonTests
{
    [Theory]
    [InlineData("##vso[task.setvariable variable=x]y")]
    [InlineData("a ##[group] b")]
    [InlineData("###[x] ####vso[")]
    [InlineData("\\##[x]")]
    [InlineData("# one, and two: ##")]
    [InlineData("plain")]
    public void What_is_read_back_is_what_was_written(string text)
    {
        var json = JsonSerializer.Serialize(new[] { text, "#", "#[" });
        for (var part = 1; part <= 7; part++)
        {
            var safe = Pass(json, part);
            Assert.DoesNotContain("##", safe, StringComparison.Ordinal);
            Assert.Equal([text, "#", "#["], JsonSerializer.Deserialize<string[]>(safe)!);
        }
    }

    private static string Pass(string json, int part)
    {
        using var output = new MemoryStream();
        using var safe = new CiSafeJson(output);
        foreach (var chunk in Encoding.UTF8.GetBytes(json).Chunk(part)) safe.Write(chunk);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
