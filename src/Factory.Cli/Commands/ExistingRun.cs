using System.CommandLine;

namespace Factory.Cli.Commands;

/// <summary>The option that names a run which exists.</summary>
internal static class ExistingRun
{
    /// <summary><c>--run-id</c>, the newest run by default.</summary>
    public static Option<string?> Option() => new("--run-id") { Description = "The run; the newest one when left out.", HelpName = "ID" };
}
