using System.CommandLine;
using Factory.Cli.Output;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Pipeline.Records;

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
        var quick = new Option<bool>("--no-verify") { Description = "Do not verify the whole ledger beside the search: faster, and the signature's status is UNCHECKED." };
        var command = Verb.Create("ledger", "Find events in the ledger, in the order of time.", globals, async context =>
        {
            var ledger = await FindAsync(context, path).ConfigureAwait(false);
            var verify = !context.Parsed.GetValue(quick) && !ledger.IsExtract;
            var result = LedgerQuery.Find(ledger.Path, ledger.Narrow(filter.Read(context.Parsed)), strict: false, verify, context.Cancellation);
            return new VerbResult(result.Status.ToExitCode(), stream => FactoryJson.Write(stream, result), screen => LedgerView.Show(result, screen)) { Warnings = Words(result.Problems) };
        });
        command.Options.Add(path);
        command.Options.Add(quick);
        filter.AddTo(command);
        return command;
    }

    /// <summary><c>ledger-replay</c>.</summary>
    public static Command Replay(GlobalOptions globals)
    {
        var path = PathOption();
        var command = Verb.Create("ledger-replay", "Rebuild the state of every run from the ledger.", globals, async context =>
        {
            var ledger = await FindAsync(context, path).ConfigureAwait(false);
            var result = LedgerQuery.Replay(ledger.Path, ledger.Narrow(LedgerFilter.All), cancellationToken: context.Cancellation);
            return new VerbResult(result.Status.ToExitCode(), stream => FactoryJson.Write(stream, result), screen => LedgerView.Show(result, screen)) { Warnings = Words(result.Problems) };
        });
        command.Options.Add(path);
        return command;
    }

    /// <summary><c>ledger-verify</c>.</summary>
    public static Command Verify(GlobalOptions globals)
    {
        var path = PathOption();
        var keys = new PublicKeyOptions();
        var head = new Option<string?>("--head") { Description = "The line that a run printed as the ledger's head; the ledger must begin with the same lines.", HelpName = "LINE" };
        var command = Verb.Create("ledger-verify", "Check the ledger against its chain, the digest and the signed checkpoint.", globals, async context =>
        {
            var (key, isRequired) = keys.Read(context, await context.FindRunsAsync().ConfigureAwait(false));
            var kept = context.Parsed.GetValue(head) is { } text ? LedgerHead.Parse(text) : null;
            var result = LedgerVerifier.Verify(await FindWholeAsync(context, path).ConfigureAwait(false), key, isRequired, context.Cancellation);
            if (kept is not null) result = KeptHead.Judge(result, kept, context.Cancellation);
            return new VerbResult(result.Status.ToExitCode(), stream => FactoryJson.Write(stream, result), screen => LedgerView.Show(result, screen));
        });
        command.Options.Add(path);
        command.Options.Add(head);
        keys.AddTo(command);
        return command;
    }

    /// <summary><c>--path</c>.</summary>
    public static Option<string?> PathOption() => new("--path") { Description = "The ledger, or a folder that has one: of all runs, of one run (that run's events), or a repository; the repository's own when left out.", HelpName = "FILE" };

    /// <summary>The whole ledger that is meant. One that is named needs no repository.</summary>
    public static async Task<string> FindWholeAsync(VerbContext context, Option<string?> path) => context.Parsed.GetValue(path) is { } file
        ? await NamedLedger.FindWholeAsync(Path.GetFullPath(file), RunRequest.CurrentEnvironment(), context.Cancellation).ConfigureAwait(false)
        : await OfRepositoryAsync(context).ConfigureAwait(false);

    private static async Task<NamedLedger> FindAsync(VerbContext context, Option<string?> path) => context.Parsed.GetValue(path) is { } file
        ? await NamedLedger.FindAsync(Path.GetFullPath(file), RunRequest.CurrentEnvironment(), context.Cancellation).ConfigureAwait(false)
        : new NamedLedger(await OfRepositoryAsync(context).ConfigureAwait(false));

    private static async Task<string> OfRepositoryAsync(VerbContext context)
    {
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
