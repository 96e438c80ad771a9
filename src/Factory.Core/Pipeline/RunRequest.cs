using Factory.Core.Configuration;

namespace Factory.Core.Pipeline;

/// <summary>What a caller asks of the pipeline.</summary>
public sealed record RunRequest
{
    /// <summary>A folder in the repository, absolute.</summary>
    public required string Repository { get; init; }

    /// <summary>The configuration file, absolute; <c>factory.config.json</c> in the repository's root when null.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>The run: for a new run the id to take, for a later stage the run to go on with; null for a new id, or the newest run.</summary>
    public string? RunId { get; init; }

    /// <summary>Whether every stage and file is made, but no worktree and no command.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>What the caller sets over file and environment.</summary>
    public ConfigOverrides Overrides { get; init; } = new();

    /// <summary>The environment that configuration is read from.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = CurrentEnvironment();

    /// <summary>The variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> CurrentEnvironment()
    {
        var variables = new Dictionary<string, string>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }
}
