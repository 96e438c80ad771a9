using System.Globalization;
using Factory.Core.Contracts;

namespace Factory.Core.Configuration;

/// <summary>Reads the configuration: defaults &lt; file &lt; environment &lt; parameters, strictly, with every problem of every layer (contract: Configuration).</summary>
public static class ConfigLoader
{
    /// <summary>The name of the file in the repository's root.</summary>
    public const string FileName = "factory.config.json";

    /// <summary>Reads the configuration.</summary>
    /// <param name="repositoryRoot">The repository's root, absolute; null when there is none.</param>
    /// <param name="explicitPath">The file to read instead of <see cref="FileName"/> in the root; resolved by the caller.</param>
    /// <param name="environment">The environment; only <c>FACTORY_&lt;SECTION&gt;__&lt;KEY&gt;</c> counts.</param>
    /// <param name="overrides">What the parameters say.</param>
    /// <exception cref="FactoryException">The first problem, with the number of others.</exception>
    public static FactoryConfig Load(string? repositoryRoot, string? explicitPath, IReadOnlyDictionary<string, string> environment, ConfigOverrides overrides)
    {
        var (config, problems) = Read(repositoryRoot, explicitPath, environment, overrides);
        if (config is not null) return config;
        var others = problems.Count - 1;
        var count = others == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" (and {others} more problem{(others == 1 ? "" : "s")})");
        throw new FactoryException(problems[0] with { Message = problems[0].Message + count });
    }

    /// <summary>Reads the configuration, or says everything that is wrong with it.</summary>
    /// <returns>A configuration and no problems, or null and at least one; a problem's path is <c>file:line:column</c>, a variable's name or <c>parameters</c>.</returns>
    /// <inheritdoc cref="Load" path="/param"/>
    public static (FactoryConfig? Config, IReadOnlyList<Blocker> Problems) Read(
        string? repositoryRoot, string? explicitPath, IReadOnlyDictionary<string, string> environment, ConfigOverrides overrides)
    {
        if (explicitPath is null && repositoryRoot is null)
            return (null, [new(BlockerKind.Config, null, null, "there is no repository here to read factory.config.json from", "run inside a git repository, or name the configuration file")]);
        var file = Path.GetFullPath(explicitPath ?? Path.Combine(repositoryRoot!, FileName));
        var name = DisplayName(file, repositoryRoot);
        try
        {
            return ReadBytes(File.ReadAllBytes(file), name, file, repositoryRoot, environment, overrides);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, [new(BlockerKind.Config, null, name, $"there is no configuration file {name}{(repositoryRoot is not null && name != file ? $" in {repositoryRoot}" : "")}", explicitPath is null ? "run `factory init`" : $"run `factory init --config {Quoted(file)}`")]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, [new(BlockerKind.Config, null, name, $"the configuration file cannot be read: {error.Message}", "make it a readable file")]);
        }
    }

    /// <summary>Reads a configuration whose bytes came from elsewhere, for example from the base commit.</summary>
    /// <param name="utf8">The file's bytes.</param>
    /// <param name="name">What problems call it, for example <c>factory.config.json</c>.</param>
    /// <param name="source">What <see cref="FactoryConfig.Source"/> becomes.</param>
    /// <param name="repositoryRoot">The repository's root, absolute; null when there is none.</param>
    /// <param name="environment">The environment; only <c>FACTORY_&lt;SECTION&gt;__&lt;KEY&gt;</c> counts.</param>
    /// <param name="overrides">What the parameters say.</param>
    /// <returns>As <see cref="Read"/>.</returns>
    public static (FactoryConfig? Config, IReadOnlyList<Blocker> Problems) ReadBytes(
        byte[] utf8, string name, string? source, string? repositoryRoot, IReadOnlyDictionary<string, string> environment, ConfigOverrides overrides)
    {
        var draft = new ConfigDraft();
        if (ConfigTreeReader.Read(utf8, name, draft.Problems) is { } root) ConfigDecoder.Decode(root, draft);
        ConfigEnvironment.Apply(environment, draft);
        foreach (var (section, key, value) in overrides.Scalars)
            if (value is not null) ScalarSettings.Find(section, key)!.Set(value, "parameters", $"{section}.{key}, given as a parameter", draft);
        ConfigCrossRules.Check(draft, repositoryRoot);
        if (overrides.Workers is { } ids) ConfigCrossRules.KeepWorkers(ids, draft);
        return draft.Problems.All.Count > 0 ? (null, draft.Problems.All) : (draft.Config with { Source = source }, []);
    }

    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;

    private static string DisplayName(string file, string? repositoryRoot)
    {
        if (repositoryRoot is null) return file;
        var relative = Path.GetRelativePath(repositoryRoot, file).Replace('\\', '/');
        return relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? file : relative;
    }
}
