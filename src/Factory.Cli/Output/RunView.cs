using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Cli.Output;

/// <summary>A run's result as a person reads it.</summary>
internal static class RunView
{
    private const int ShortHash = 12;

    /// <summary>Shows a run: the verdict, the workers, what stands in the way, and where to look next.</summary>
    /// <param name="run">The run.</param>
    /// <param name="screen">Where to show it.</param>
    /// <param name="isKept">Whether its files and branches will still be there.</param>
    public static void Show(RunResult run, Screen screen, bool isKept = true)
    {
        if (run.RunId is null)
        {
            ShowRefusal(run, screen);
            return;
        }

        screen.Line($"{run.Status.ToWire()}  {run.RunId}  {Duration.Words(run.Stages.Sum(stage => stage.DurationMs))}", "bold " + StatusStyle.NameOf(run.Status.ToWire()));
        screen.Line();
        screen.Table(["worker", "status", "paths", "exit code", "duration"], [.. run.Workers.Select(worker => Row(run, worker))]);
        ShowBlockers(run.Blockers, screen);
        ShowWarnings(run.Warnings, screen);
        if (!isKept) return;
        screen.Line();
        ShowPlaces(run, screen);
    }

    /// <summary>Shows why nothing was done.</summary>
    public static void ShowRefusal(RunResult run, Screen screen)
    {
        foreach (var blocker in run.Blockers)
        {
            screen.Error($"factory: {blocker}");
            screen.Error($"  next: {blocker.NextAction}");
        }
    }

    /// <summary>Shows what stands in the way, each with what to do about it.</summary>
    public static void ShowBlockers(IReadOnlyList<Blocker> blockers, Screen screen)
    {
        if (blockers.Count == 0) return;
        screen.Line();
        screen.Line("Blockers:", "bold");
        foreach (var blocker in blockers)
        {
            screen.Line($"  {blocker}", "red");
            screen.Line($"    next: {blocker.NextAction}");
        }
    }

    private static void ShowWarnings(IReadOnlyList<string> warnings, Screen screen)
    {
        if (warnings.Count == 0) return;
        screen.Line();
        screen.Line("Warnings:", "bold");
        foreach (var warning in warnings) screen.Line($"  {warning}", "yellow");
    }

    private static void ShowPlaces(RunResult run, Screen screen)
    {
        if (run.Report is not null) screen.Line($"report: {run.Report}");
        else screen.Line($"folder: {run.RunDir}");
        if (run.Ledger is { } head) screen.Line($"ledger: {head}  (keep this line elsewhere: it is what the ledger will be held against)");
        if (run.IntegratedCommit is not null && !HasCheck(run)) screen.Line("note:   no integration check ran, so the merged tree was neither built nor tested");
        if (run.IntegratedCommit is null || Branch(run) is not { } branch) return;
        screen.Line($"branch: {branch} ({run.IntegratedCommit[..ShortHash]})");
        screen.Line($"look:   git diff {run.BaseCommit![..ShortHash]} {branch}");
        screen.Line($"take:   git merge --ff-only {branch}");
    }

    private static bool HasCheck(RunResult run)
    {
        var status = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(run.Report)!, BundleFile.Status)));
        return status.RootElement.GetProperty("required_checks").EnumerateArray().Any(check => check.GetProperty("name").GetString()!.StartsWith("check:", StringComparison.Ordinal));
    }

    // The result names the workers' branches; the integrator's is their neighbour.
    private static string? Branch(RunResult run) =>
        run.Workers.FirstOrDefault(worker => worker.Branch is not null) is { } worker ? worker.Branch![..^worker.Id.Length] + WorkerId.Integrator : null;

    private static string[] Row(RunResult run, WorkerResult worker) =>
    [
        worker.Id, worker.Status.ToWire(), ChangedPaths(run, worker), Number.Words(worker.ExitCode), worker.ExitCode is null && worker.DurationMs == 0 ? "-" : Duration.Words(worker.DurationMs),
    ];

    private static string ChangedPaths(RunResult run, WorkerResult worker)
    {
        try
        {
            var file = Path.Combine(run.RunDir!, worker.Id, BundleFile.FilesChanged);
            return worker.Commit is null ? "-" : Number.Words(FactoryJson.Read<FilesChangedDocument>(File.ReadAllBytes(file)).Changes.Count);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return "-";
        }
    }
}
