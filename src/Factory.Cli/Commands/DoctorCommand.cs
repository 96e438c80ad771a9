using System.CommandLine;
using Factory.Cli.Output;
using Factory.Core.Contracts;
using Factory.Core.Diagnostics;

namespace Factory.Cli.Commands;

/// <summary><c>doctor</c>: finds what would keep a run from working here.</summary>
internal static class DoctorCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create(GlobalOptions globals) =>
        Verb.Create("doctor", "Find what would keep a run from working on this machine and in this repository.", globals, RunAsync);

    private static async Task<VerbResult> RunAsync(VerbContext context)
    {
        var findings = await Doctor.RunAsync(context.Request(), context.Cancellation).ConfigureAwait(false);
        var status = Doctor.Worst(findings);
        var document = new DoctorDocument(status, status.ToExitCode(), findings);
        return new VerbResult(document.ExitCode, stream => CliJson.Write(stream, document), screen => Show(document, screen));
    }

    private static void Show(DoctorDocument document, Screen screen)
    {
        foreach (var check in document.Checks)
        {
            var word = check.Status.ToWire();
            screen.Line($"{word,-7}  {check.Name}: {check.Message}", StatusStyle.NameOf(word));
            if (check.NextAction.Length > 0) screen.Line($"         next: {check.NextAction}");
        }

        screen.Line();
        screen.Line(document.ExitCode == 0 ? "Ready: factory oneshot" : "Not ready: mend what is marked, then run the doctor again.");
    }
}
