using System.CommandLine;

namespace Factory.Cli;

/// <summary>The options that every verb takes, before or after the verb.</summary>
internal sealed class GlobalOptions
{
    /// <summary>A folder in the repository.</summary>
    public Option<string> Repo { get; } = new("--repo")
    {
        Description = "A folder in the git repository to work on.",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".",
        Recursive = true,
    };

    /// <summary>The configuration file.</summary>
    public Option<string?> Config { get; } = new("--config")
    {
        Description = "The configuration file, instead of factory.config.json in the repository's root.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Whether standard output carries one JSON document.</summary>
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON document on standard output and nothing else.",
        Recursive = true,
    };

    /// <summary>A file that gets the JSON document as well.</summary>
    public Option<string?> JsonOut { get; } = new("--json-out")
    {
        Description = "Write the same JSON document to this file as well.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Whether an unexpected exception shows its stack trace.</summary>
    public Option<bool> Debug { get; } = new("--debug") { Hidden = true, Recursive = true };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [Repo, Config, Json, JsonOut, Debug];
}
