using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Factory.Cli;

/// <summary>What <c>--version</c> says.</summary>
internal static class VersionWords
{
    /// <summary>The version of this build.</summary>
    public static string Number { get; } =
        typeof(VersionWords).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>The option.</summary>
    public static Option<bool> Option() => new("--version") { Description = "Show the version.", Action = new Saying() };

    private sealed class Saying : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine("factory " + Number);
            return 0;
        }
    }
}
