using System.Globalization;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Integration;

namespace Factory.Core.Reporting;

/// <summary>What the reports say about a finished run.</summary>
/// <param name="Result">The run's result.</param>
/// <param name="BaseRef">The name of the base.</param>
/// <param name="BranchName">The integrator's branch, without <c>refs/heads/</c>.</param>
/// <param name="IsDryRun">Whether nothing was run.</param>
/// <param name="Failure">The internal error, or null.</param>
/// <param name="Required">The required checks of the run.</param>
/// <param name="Optional">The optional checks of the run.</param>
/// <param name="Contributions">What the workers handed over.</param>
/// <param name="Overlaps">Paths that several workers changed.</param>
/// <param name="Merge">How the merge went, or null when none was tried.</param>
public sealed record ReportFacts(
    RunResult Result,
    string BaseRef,
    string BranchName,
    bool IsDryRun,
    string? Failure,
    IReadOnlyList<CheckRecord> Required,
    IReadOnlyList<CheckRecord> Optional,
    IReadOnlyList<Contribution> Contributions,
    IReadOnlyList<Overlap> Overlaps,
    MergeOutcome? Merge)
{
    /// <summary>What the configuration keeps from being examined or from blocking, one sentence each.</summary>
    public IReadOnlyList<string> Unexamined { get; init; } = [];

    /// <summary>How many changes of the user's checkout were not committed when the workers started.</summary>
    public int Uncommitted { get; init; }
}

/// <summary>FINAL_REPORT.txt and MERGE_PLAN.md.</summary>
public static class Reports
{
    /// <summary>A count with its noun, for example <c>1 path</c> or <c>3 paths</c>.</summary>
    public static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>The report: verdict first, then what stands in the way, then the facts.</summary>
    public static string FinalReport(ReportFacts facts)
    {
        var result = facts.Result;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"FACTORY FINAL REPORT\n\nstatus:            {result.Status.ToWire()}\nexit_code:         {result.ExitCode}\n");
        text.Append(CultureInfo.InvariantCulture, $"run_id:            {result.RunId}\nbase_ref:          {OneLine(facts.BaseRef)}\nbase_commit:       {result.BaseCommit}\n");
        text.Append(CultureInfo.InvariantCulture, $"integrated_commit: {result.IntegratedCommit ?? "none"}\nintegrated_tree:   {result.IntegratedTree ?? "none"}\n");
        text.Append(CultureInfo.InvariantCulture, $"branch:            {(result.IntegratedCommit is null ? "not moved" : facts.BranchName)}\n");
        if (facts.Uncommitted > 0) text.Append(CultureInfo.InvariantCulture, $"not_seen:          {Count(facts.Uncommitted, "uncommitted change")} of your checkout; workers start from the base commit\n");
        if (facts.IsDryRun) text.Append("dry_run:           true (no worktree was made and no command was run)\n");
        if (facts.Failure is not null) text.Append(CultureInfo.InvariantCulture, $"failure:           {OneLine(facts.Failure)}\n");
        AppendBlockers(text, result.Blockers);
        AppendList(text, "WARNINGS", result.Warnings);
        AppendChecks(text, facts);
        AppendWorkers(text, facts);
        AppendOverlaps(text, facts.Overlaps);
        return text.ToString();
    }

    /// <summary>The plan: what was merged, or what would be and what stands in the way.</summary>
    public static string MergePlan(ReportFacts facts)
    {
        var text = new StringBuilder();
        var merged = facts.Result.IntegratedCommit;
        text.Append(CultureInfo.InvariantCulture, $"# Merge plan of {facts.Result.RunId}\n\n");
        text.Append(merged is null
            ? $"Nothing was merged: the run is {facts.Result.Status.ToWire()}. `{facts.BranchName}` was not made.\n\n"
            : $"Merged into `{facts.BranchName}` as `{merged}` (tree `{facts.Result.IntegratedTree}`).\n\n");
        text.Append(CultureInfo.InvariantCulture, $"## {(merged is null ? "What would be merged" : "What was merged")}, in this order, onto `{facts.Result.BaseCommit}`\n\n");
        AppendSteps(text, facts);
        AppendPlanBlockers(text, facts.Result.Blockers);
        text.Append(merged is null
            ? "\n## Next\n\nMend what stands in the way and run again. Every worker's commit above stays on its branch.\n"
            : $"\n## Next\n\n```\ngit diff {facts.Result.BaseCommit} {facts.BranchName}\ngit merge --ff-only {facts.BranchName}\n```\n");
        return text.ToString();
    }

    private static void AppendSteps(StringBuilder text, ReportFacts facts)
    {
        if (facts.Contributions.Count == 0) text.Append("Nothing: no worker handed over a commit.\n");
        foreach (var contribution in facts.Contributions)
        {
            var step = facts.Merge?.Steps.FirstOrDefault(one => one.Worker == contribution.Worker);
            var outcome = step switch
            {
                null => "left out",
                { IsClean: false } => $"conflict in {string.Join(", ", step.ConflictedPaths.Select(Quoted))}",
                _ when contribution.Changes.Count == 0 => "no change",
                _ => "clean",
            };
            text.Append(CultureInfo.InvariantCulture, $"- {contribution.Worker} `{contribution.Commit.Hex}`: {Count(contribution.Changes.Count, "path")}, {outcome}\n");
            foreach (var line in (step?.Messages ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)) text.Append(CultureInfo.InvariantCulture, $"  - {OneLine(line)}\n");
        }
    }

    private static void AppendPlanBlockers(StringBuilder text, IReadOnlyList<Blocker> blockers)
    {
        if (blockers.Count == 0) return;
        text.Append("\n## What stands in the way\n\n");
        foreach (var blocker in blockers) text.Append(CultureInfo.InvariantCulture, $"- {OneLine(blocker.ToString())}\n  - next: {OneLine(blocker.NextAction)}\n");
    }

    private static void AppendBlockers(StringBuilder text, IReadOnlyList<Blocker> blockers)
    {
        text.Append(CultureInfo.InvariantCulture, $"\nBLOCKERS ({blockers.Count})\n");
        if (blockers.Count == 0) text.Append("  none\n");
        foreach (var blocker in blockers) text.Append(CultureInfo.InvariantCulture, $"  {OneLine(blocker.ToString())}\n    next: {OneLine(blocker.NextAction)}\n");
    }

    private static void AppendList(StringBuilder text, string title, IReadOnlyList<string> lines)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{title} ({lines.Count})\n");
        if (lines.Count == 0) text.Append("  none\n");
        foreach (var line in lines) text.Append(CultureInfo.InvariantCulture, $"  {OneLine(line)}\n");
    }

    private static void AppendChecks(StringBuilder text, ReportFacts facts)
    {
        text.Append("\nCHECKS\n");
        foreach (var (kind, checks) in (IEnumerable<(string, IReadOnlyList<CheckRecord>)>)[("required", facts.Required), ("optional", facts.Optional)])
            foreach (var check in checks)
                text.Append(CultureInfo.InvariantCulture, $"  {kind} {OneLine(check.Name)}: {Outcome(check)}{(check is { Name: "merge", Rc: 0 } && facts.Result.IntegratedCommit is null ? " (tried only: nothing was merged)" : "")}\n");
        if (!facts.Required.Any(check => check.Name.StartsWith("check:", StringComparison.Ordinal)))
            text.Append("  integration.checks names no required check, so the merged tree was neither built nor tested\n");
        foreach (var line in facts.Unexamined) text.Append(CultureInfo.InvariantCulture, $"  {line}\n");
        text.Append("  not examined: what is inside archives, ignored files of your checkout, and anything outside the repository\n");
    }

    private static string Outcome(CheckRecord check) => check.Rc switch
    {
        null => "did not run",
        0 => "rc 0",
        { } rc => string.Create(CultureInfo.InvariantCulture, $"rc {rc}{(check.Log is null ? "" : ", see " + check.Log)}"),
    };

    private static void AppendWorkers(StringBuilder text, ReportFacts facts)
    {
        text.Append("\nWORKERS\n");
        foreach (var worker in facts.Result.Workers)
        {
            var changes = facts.Contributions.FirstOrDefault(one => one.Worker == worker.Id)?.Changes.Count ?? 0;
            text.Append(CultureInfo.InvariantCulture, $"  {worker.Id} {worker.Status.ToWire()} exit_code={worker.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "none"} paths={changes} commit={worker.Commit ?? "none"} branch={worker.Branch ?? "none"}\n");
        }
    }

    private static void AppendOverlaps(StringBuilder text, IReadOnlyList<Overlap> overlaps)
    {
        text.Append(CultureInfo.InvariantCulture, $"\nOVERLAPS ({overlaps.Count})\n");
        if (overlaps.Count == 0) text.Append("  none\n");
        foreach (var overlap in overlaps)
            text.Append(CultureInfo.InvariantCulture, $"  {OneLine(overlap.Path)}: {string.Join(", ", overlap.Workers)}{(overlap.IsShared ? " (shared)" : "")}{(overlap.IsIdentical ? " (identical)" : "")}\n");
    }

    private static string Quoted(string path) => $"`{OneLine(path)}`";

    /// <summary>Text from outside on one line, with everything in it to be seen.</summary>
    public static string OneLine(string text) => VisibleText.Of(text.Trim());
}
