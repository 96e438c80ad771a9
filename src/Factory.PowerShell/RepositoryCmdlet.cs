using System.Management.Automation;
using Factory.Core.Pipeline;

namespace Factory.PowerShell;

/// <summary>A cmdlet that works on repositories: where they are, and which configuration holds.</summary>
public abstract class RepositoryCmdlet : FactoryCmdlet
{
    private protected const string PathSet = "Path";
    private protected const string LiteralPathSet = "LiteralPath";

    /// <summary>Folders in the repositories to work in; the current location when left out.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>The same, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The configuration file; <c>factory.config.json</c> in the repository's root when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    /// <summary>What is asked of each repository. What names none is written as an error.</summary>
    private protected IEnumerable<RunRequest> Requests()
    {
        var configFile = ConfigPath is null ? null : Paths.Resolve(ConfigPath);
        if (ConfigPath is not null && configFile is null) return [];
        return Folders().Select(folder => new RunRequest { Repository = folder, ConfigFile = configFile });
    }

    private IEnumerable<string> Folders() => (LiteralPath, Path) switch
    {
        ({ } literal, _) => Paths.Literal(literal),
        (_, { } patterns) => Paths.Expand(patterns),
        _ => [Paths.Current],
    };
}
