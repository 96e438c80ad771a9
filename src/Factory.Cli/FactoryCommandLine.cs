using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Factory.Cli.Commands;
using Factory.Cli.Output;
using Factory.Core.Contracts;

namespace Factory.Cli;

/// <summary>The command line: every verb and every global option, put together.</summary>
internal static class FactoryCommandLine
{
    // A worker that is stopped gets 5 s after INT and 5 s after TERM; then its work is captured and the report written.
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(60);

    /// <summary>Parses and runs; the result is the process's exit code.</summary>
    public static Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        Utf8Console.Use();
        var globals = new GlobalOptions();
        // A base ref may begin with '@', which would otherwise name a file of further arguments.
        var parsed = Build(globals).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        // Help lists what every verb takes, and the demo takes less.
        if (parsed.CommandResult.Command.Name == DemoCommand.Name)
            foreach (var option in DemoCommand.Ignored(globals)) option.Hidden = true;
        return parsed.Action is ParseErrorAction || UsageError.HasEmpty(arguments)
            ? Task.FromResult(UsageError.Report(parsed, globals, arguments))
            : parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeToEnd });
    }

    /// <summary>The root with all its verbs.</summary>
    public static RootCommand Build(GlobalOptions globals)
    {
        var root = new RootCommand("Runs many coding agents in parallel against one git repository and turns what they did into one branch that can be trusted.");
        root.Options.Remove(root.Options.OfType<VersionOption>().Single());
        root.Options.Add(VersionWords.Option());
        foreach (var option in globals.All) root.Options.Add(option);
        foreach (var verb in Verbs(globals)) root.Subcommands.Add(verb);
        root.SetAction(parsed =>
        {
            if (parsed.GetValue(globals.Json)) return UsageError.Report(parsed, globals, []);
            new HelpAction().Invoke(parsed);
            return RunStatus.Fail.ToExitCode();
        });
        return root;
    }

    private static IEnumerable<Command> Verbs(GlobalOptions globals) =>
    [
        DemoCommand.Create(globals),
        InitCommand.Create(globals),
        RunCommands.Oneshot(globals),
        RunCommands.Preflight(globals),
        RunCommands.Launch(globals),
        RunCommands.Validate(globals),
        RunCommands.Integrate(globals),
        LedgerCommands.Query(globals),
        LedgerCommands.Replay(globals),
        LedgerCommands.Verify(globals),
        ProveCommand.Create(globals),
        DoctorCommand.Create(globals),
        ReportCommands.Print(globals),
        ReportCommands.Open(globals),
        ReportCommands.Attest(globals),
        VerifyCommand.Create(globals),
        ReportCommands.Contracts(globals),
        KeyCommand.Create(globals),
        WorktreesCommand.Create(globals),
    ];
}
