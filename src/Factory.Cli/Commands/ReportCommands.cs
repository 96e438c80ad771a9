using System.CommandLine;
using Factory.Cli.Output;
using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Records;

namespace Factory.Cli.Commands;

/// <summary>The verbs that look at a run, and the one that attests it again.</summary>
internal static class ReportCommands
{
    /// <summary><c>print-report</c>: its exit code is the run's.</summary>
    public static Command Print(GlobalOptions globals) => Create("print-report", "Print a run's FINAL_REPORT.txt; the exit code is the run's.", globals, async (context, request) =>
    {
        var run = await RunRecord.FindAsync(request, context.Cancellation).ConfigureAwait(false);
        if (run.Report is null)
            throw new FactoryException(new Blocker(BlockerKind.Config, null, run.Folder.Path, $"the run {run.Folder.Id} has no report yet", $"factory integrate --run-id {run.Folder.Id}"), RunStatus.Pending);
        var text = await File.ReadAllTextAsync(run.Report, context.Cancellation).ConfigureAwait(false);
        var document = new ReportDocument(run.Status, run.Status.ToExitCode(), run.Folder.Id.Text, run.Report, text);
        return new VerbResult(document.ExitCode, stream => CliJson.Write(stream, document), screen => screen.Text(text));
    });

    /// <summary><c>open-run</c>.</summary>
    public static Command Open(GlobalOptions globals) => Create("open-run", "Print a run's folder, and open it where there is a desktop.", globals, async (context, request) =>
    {
        var run = await RunRecord.FindAsync(request, context.Cancellation).ConfigureAwait(false);
        var document = new RunPlaceDocument(RunStatus.Pass, RunStatus.Pass.ToExitCode(), run.Folder.Id.Text, run.Status, run.Folder.Path, run.Report);
        return new VerbResult(document.ExitCode, stream => CliJson.Write(stream, document), screen =>
        {
            screen.Line(run.Folder.Path);
            if (screen.IsTerminal) Desktop.Open(run.Folder.Path);
        });
    });

    /// <summary><c>attest</c>.</summary>
    public static Command Attest(GlobalOptions globals)
    {
        var key = new Option<string?>("--key") { Description = "The signing key, a PEM file or cert:THUMBPRINT; the configuration's or your own when left out.", HelpName = "KEY" };
        var command = Create("attest", "Write the manifests and the signed provenance of a finished run again.", globals, async (context, request) =>
        {
            using var opened = await SigningKeys.OpenAsync(request.Repository, request.ConfigFile, context.Parsed.GetValue(key), null, request.Environment, context.Cancellation).ConfigureAwait(false);
            var run = await RunRecord.FindAsync(request, context.Cancellation).ConfigureAwait(false);
            var result = await AttestationRenewal.RunAsync(run, opened.Key, request.Environment, TimeProvider.System, context.Cancellation).ConfigureAwait(false);
            var document = AttestDocument.Of(result);
            return new VerbResult(document.ExitCode, stream => CliJson.Write(stream, document), screen => Show(result, screen)) { Warnings = [.. opened.Warnings, .. result.Warnings] };
        });
        command.Options.Add(key);
        return command;
    }

    /// <summary><c>contracts-check</c>.</summary>
    public static Command Contracts(GlobalOptions globals) => Create("contracts-check", "Hold the configuration and a run's documents against their schemas.", globals, async (context, request) =>
    {
        var result = await ContractsCheck.RunAsync(request, context.Cancellation).ConfigureAwait(false);
        return new VerbResult(result.ExitCode, stream => CliJson.Write(stream, result), screen => Show(result, screen));
    });

    private static void Show(AttestationResult result, Screen screen)
    {
        screen.Line($"attested {Number.Words(result.Files)} files of {result.RunId}", "green");
        foreach (var file in (string?[])[result.Bundles, result.Report, result.Ledger, result.Provenance])
            if (file is not null) screen.Line($"  {file}");
        screen.Line($"signed by key {result.KeyFingerprint}");
        if (result.Head is { } head) screen.Line($"head:   {head}");
        screen.Line($"check:  factory verify --run-id {result.RunId}");
        screen.Line($"        cd \"{result.RunDir}\" && sha256sum --strict -c attestations/*.sha256");
    }

    private static void Show(ContractsResult result, Screen screen)
    {
        foreach (var document in result.Documents)
        {
            var word = document.Status.ToWire();
            screen.Line($"{word,-7}  {document.Path}", StatusStyle.NameOf(word));
            foreach (var problem in document.Problems) screen.Line($"         {problem}");
        }

        if (result.RunId is null) screen.Line("there is no run yet, so only the configuration was checked");
    }

    private static Command Create(string name, string description, GlobalOptions globals, Func<VerbContext, RunRequest, Task<VerbResult>> body)
    {
        var runId = ExistingRun.Option();
        var command = Verb.Create(name, description, globals, context => body(context, context.Request(context.Parsed.GetValue(runId))));
        command.Options.Add(runId);
        return command;
    }
}
