using System.Text;
using Factory.Core.Configuration;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Configuration;

/// <summary>Reads texts as configurations.</summary>
internal static class ConfigSample
{
    public static readonly IReadOnlyDictionary<string, string> NoEnvironment = new Dictionary<string, string>();

    public static (FactoryConfig? Config, IReadOnlyList<Blocker> Problems) Read(string text, ConfigOverrides? overrides = null, params (string Name, string Value)[] environment) =>
        ConfigLoader.ReadBytes(
            Encoding.UTF8.GetBytes(text), ConfigLoader.FileName, null, null,
            environment.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal), overrides ?? ConfigOverrides.None);

    public static FactoryConfig Accept(string text, ConfigOverrides? overrides = null, params (string Name, string Value)[] environment)
    {
        var (config, problems) = Read(text, overrides, environment);
        Assert.Empty(problems);
        return config!;
    }

    public static Blocker Refuse(string text, ConfigOverrides? overrides = null, params (string Name, string Value)[] environment)
    {
        var (config, problems) = Read(text, overrides, environment);
        Assert.Null(config);
        return Assert.Single(problems);
    }

    /// <summary>A file with one worker, A_worker, whose definition has these further members.</summary>
    public static string Worker(string members, string lists = "") =>
        $$$"""{"workers": {"definitions": [{"id": "A_worker", {{{members}}} }]{{{lists}}} }}""";
}
