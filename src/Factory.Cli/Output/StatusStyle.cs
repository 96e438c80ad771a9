using Spectre.Console;

namespace Factory.Cli.Output;

/// <summary>The colours of the five states.</summary>
internal static class StatusStyle
{
    /// <summary>The name of the colour of a state; null for any other text.</summary>
    public static string? NameOf(string text) => text switch
    {
        "PASS" => "green",
        "WARN" => "yellow",
        "BLOCKED" or "FAIL" => "red",
        "PENDING" => "grey",
        _ => null,
    };

    /// <summary>The style of a cell.</summary>
    public static Style Of(string text) => NameOf(text) is { } name ? Style.Parse(name) : Style.Plain;
}
