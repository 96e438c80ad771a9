using System.CommandLine;
using Factory.Cli.Output;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Pipeline;

namespace Factory.Cli.Commands;

/// <summary>The verbs that read a ledger.</summary>
internal static class LedgerCommands
{
    private const int MostProblems = 10;

    /// <summary><c>ledger</c>.</summary>
    public static Command Query(GlobalOptions globals)
    {
        var path = PathOption();
        var filter = new LedgerFilterOptions();
        var command = Verb.Create("ledger", "Find events in the ledger, in the order of time.", globals, async context =>
        {
            var file = await FindAsync(context, path).ConfigureAwait(false);
            var result = LedgerQuery.Find(file, filter.Read(context.Parsed), strict: false, cancellationToken: context.Cancellation);
            return new VerbResult(result.Status.ToExitCode(), stream => FactoryJson.Write(stream, result), screen => LedgerView.Show(result, screen)) { Warnings = Words(result.Problems) };
        });
        command.Options.Add(path);
        filter.AddTo(command);
        return command;
    }

    /// <summary><c>ledger-replay</c>.</summary>
    public static Command Replay(GlobalOptions globals)
    {
        var path = PathOption();
        var command = Verb.Create("ledger-replay", "Rebuild the state of every run from the ledger.", globals, async context =>
        {
            var file = await FindAsync(context, path).ConfigureAwait(false);
            var result = LedgerQuery.Replay(file, cancellationToken: context.Cancellation);
            return new VerbResult(result.Status.ToExitCode(), stream => FactoryJson.Write(stream, result), screen => LedgerView.Show(result, screen)) { Warnings = Words(result.Problems) };
        });
        command.Options.Add(path);
        return command;
    }

    /// <summary><c>ledger-verify</c>.</summary>
    public static Command Verify(GlobalOptions globals)
    {
        var path = PathOption();
        var command = Verb.Create("ledger-verify", "Check the ledger against its chain and the digest on record.", globals, async context =>
        {
            var file = await FindAsync(context, path).ConfigureAwait(false);
            var result = LedgerVerifier.Verify(file, context.Cancellation);
            return new VerbResult(result.Status.ToExitCode(), stream => FactoryJson.Write(stream, result), screen => LedgerView.Show(result, file, screen));
        });
        command.Options.Add(path);
        return command;
    }

    private static Option<string?> PathOption() => new("--path") { Description = "The ledger; the repository's own when left out.", HelpName = "FILE" };

    // A ledger that is named needs no repository.
    private static async Task<string> FindAsync(VerbContext context, Option<string?> path)
    {
        if (context.Parsed.GetValue(path) is { } file) return Path.GetFullPath(file);
        var request = context.Request();
        return (await RunsLocation.FindAsync(request.Repository, request.ConfigFile, request.Environment, context.Cancellation).ConfigureAwait(false)).Ledger;
    }

    private static List<string> Words(IReadOnlyList<LedgerProblem> problems)
    {
        var words = problems.Take(MostProblems).Select(problem => $"line {problem.LineNumber}: {problem.Reason}{(problem.IsSkipped ? "; it is skipped" : "")}").ToList();
        if (problems.Count > MostProblems) words.Add($"and {problems.Count - MostProblems} more lines");
        return words;
    }
}
