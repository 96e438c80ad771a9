namespace Factory.Core.Configuration;

/// <summary>A configuration while its layers are laid over each other.</summary>
internal sealed class ConfigDraft
{
    public FactoryConfig Config { get; set; } = FactoryConfig.Default;

    public ConfigProblems Problems { get; } = new();

    /// <summary>Which place gave each setting its value: <c>file:line:column</c>, a variable, or <c>parameters</c>.</summary>
    public Dictionary<string, string> Origins { get; } = new(StringComparer.Ordinal);

    /// <summary>Every command of the file; whether shells are allowed is known only when all layers are in.</summary>
    public List<CommandUse> Commands { get; } = [];

    public string OriginOf(string setting, string otherwise) => Origins.GetValueOrDefault(setting, otherwise);
}

/// <summary>A command and where it stands.</summary>
internal sealed record CommandUse(IReadOnlyList<string> Command, ConfigNode Node, string? Worker);
