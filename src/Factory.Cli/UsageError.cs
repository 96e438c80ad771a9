using System.CommandLine;
using System.CommandLine.Parsing;
using Factory.Cli.Output;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;
using Factory.Core.Pipeline;

namespace Factory.Cli;

/// <summary>What is said about a command line that cannot be understood: nothing was run, exit code 1.</summary>
internal static class UsageError
{
    /// <summary>Whether an argument is empty, as a variable that is not set leaves it; no option takes one.</summary>
    public static bool HasEmpty(IReadOnlyList<string> arguments) => arguments.Contains("");

    /// <summary>Reports it on standard error, and as one JSON document when that was asked for.</summary>
    public static int Report(ParseResult parsed, GlobalOptions globals, IReadOnlyList<string> arguments)
    {
        var verb = Path(parsed.CommandResult);
        var hint = Nearest(parsed) is { } nearest ? $"did you mean '{nearest}'? 'factory {verb}--help' shows what there is" : $"'factory {verb}--help' shows what there is";
        var messages = parsed.Errors.Select(error => Untrusted.Line(new SecretRedactor().Redact(error.Message))).Distinct(StringComparer.Ordinal).ToList();
        if (HasEmpty(arguments)) messages.Add("an argument is empty: is it a variable that is not set?");
        if (messages.Count == 0) messages.Add("no verb was given");
        foreach (var message in messages) Console.Error.WriteLine("factory: " + message);
        Console.Error.WriteLine("hint: " + hint);
        var blockers = messages.Select(message => new Blocker(BlockerKind.Config, null, null, message, hint)).ToList();
        var output = new DocumentOutput(IsJson(parsed, globals, arguments), parsed.GetResult(globals.JsonOut)?.Tokens is [{ Value.Length: > 0 } file] ? file.Value : null);
        output.Write(stream => stream.Write(FactoryJson.Write(RunResults.Refused(blockers, RunStatus.Fail))), Console.Error);
        return RunStatus.Fail.ToExitCode();
    }

    // A verb below another is none without it.
    private static string Path(CommandResult result) =>
        result.Command is RootCommand ? "" : (result.Parent is CommandResult above ? Path(above) : "") + result.Command.Name + " ";

    // A line that does not parse may hide the option from the parser; what the caller typed counts.
    private static bool IsJson(ParseResult parsed, GlobalOptions globals, IReadOnlyList<string> arguments) =>
        parsed.GetResult(globals.Json) is { Implicit: false } || arguments.Contains("--json");

    private static string? Nearest(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var wrong, ..]) return null;
        var command = parsed.CommandResult.Command;
        var known = wrong.StartsWith('-')
            ? command.Options.Concat(parsed.RootCommandResult.Command.Options).Where(option => !option.Hidden).Select(option => option.Name)
            : command.Subcommands.Select(verb => verb.Name);
        return NearestName.Find(wrong, known);
    }
}
