using System.CommandLine;
using Factory.Cli.Output;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.Cli;

/// <summary>Runs the body of every verb in one way: errors become results, results go to machines and people.</summary>
internal static class Verb
{
    /// <summary>Makes a command of a body.</summary>
    public static Command Create(string name, string description, GlobalOptions globals, Func<VerbContext, Task<VerbResult>> body)
    {
        var command = new Command(name, description);
        command.SetAction((parsed, cancellation) => RunAsync(parsed, globals, body, cancellation));
        return command;
    }

    /// <summary>Makes a command of a body that does not wait for anything.</summary>
    public static Command Create(string name, string description, GlobalOptions globals, Func<VerbContext, VerbResult> body) =>
        Create(name, description, globals, context => Task.FromResult(body(context)));

    private static async Task<int> RunAsync(ParseResult parsed, GlobalOptions globals, Func<VerbContext, Task<VerbResult>> body, CancellationToken cancellation)
    {
        var output = new DocumentOutput(parsed.GetValue(globals.Json), parsed.GetValue(globals.JsonOut));
        using var screen = Screen.Open(output.IsJson);
        var result = output.FindProblem() is { } problem
            ? VerbResult.Refused([problem])
            : await GuardAsync(new VerbContext(parsed, globals, screen, cancellation), body).ConfigureAwait(false);
        var written = output.Write(result.WriteDocument, Screen.ErrorWriter);
        if (!output.IsJson) result.Show(screen);
        foreach (var warning in result.Warnings) screen.Error("warning: " + warning);
        result.Cleanup?.Invoke();
        return written ? result.ExitCode : Math.Max(result.ExitCode, RunStatus.Fail.ToExitCode());
    }

    private static async Task<VerbResult> GuardAsync(VerbContext context, Func<VerbContext, Task<VerbResult>> body)
    {
        try
        {
            return await body(context).ConfigureAwait(false);
        }
        catch (GroundException error)
        {
            return VerbResult.Refused(error.Blockers);
        }
        catch (FactoryException error)
        {
            return VerbResult.Refused([error.Blocker], error.Status);
        }
        catch (OperationCanceledException)
        {
            return VerbResult.Refused([new Blocker(BlockerKind.Check, null, null, "it was cancelled", "run it again")], RunStatus.Fail);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return VerbResult.Refused([new Blocker(BlockerKind.Check, null, null, error.Message, "free space or mend the access rights, then run it again")], RunStatus.Fail);
        }
        catch (Exception error)
        {
            return Defect(context, error);
        }
    }

    private static VerbResult Defect(VerbContext context, Exception error)
    {
        if (context.Parsed.GetValue(context.Globals.Debug)) context.Screen.Error(error.ToString());
        var message = $"{error.GetType().FullName}: {Untrusted.Line(error.Message)}; this is a defect of Factory";
        return VerbResult.Refused([new Blocker(BlockerKind.Check, null, null, message, "report it, with what you ran; --debug shows where it happened")], RunStatus.Fail);
    }
}
