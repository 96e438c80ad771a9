using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Repository;

namespace Factory.Core.Attestation;

/// <summary>What the ledger says of one worker.</summary>
/// <param name="Id">The worker.</param>
/// <param name="Command">Its argument vector, with placeholders as configured; empty when it was never started and no inputs were kept.</param>
/// <param name="ExitCode">What the command returned; null when it did not end by itself or was not started.</param>
/// <param name="StartedOn">When the command started, RFC 3339, or null.</param>
/// <param name="FinishedOn">When it ended, or null.</param>
/// <param name="DurationMs">How long it ran, in milliseconds, or null.</param>
/// <param name="HasTimedOut">Whether it was stopped for running too long.</param>
/// <param name="Commit">The commit that holds its work, or null.</param>
/// <param name="Tree">The tree of that commit, or null.</param>
/// <param name="Status">Its verdict when its bundle was written, or null.</param>
public sealed record WorkerFacts(
    string Id, IReadOnlyList<string> Command, long? ExitCode, string? StartedOn, string? FinishedOn, long? DurationMs, bool HasTimedOut, string? Commit, string? Tree, string? Status);

/// <summary>One check of the merged tree, as the ledger says.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rc">What it returned.</param>
/// <param name="IsRequired">Whether its failure blocks.</param>
/// <param name="DurationMs">How long it ran, in milliseconds.</param>
public sealed record CheckFacts(string Name, long? Rc, bool IsRequired, long? DurationMs);

/// <summary>
/// What a run's provenance is made of, all of it from the run's own folder: its inputs and its extract of the ledger. So a
/// run that ended long ago gets the same provenance again.
/// </summary>
public sealed record ProvenanceFacts
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>What the run was started with; null for a run of an older Factory, which kept none.</summary>
    public RunInputs? Inputs { get; init; }

    /// <summary>The name that the base commit was given by.</summary>
    public string? BaseRef { get; init; }

    /// <summary>The base commit.</summary>
    public string? BaseCommit { get; init; }

    /// <summary>When the run started, RFC 3339.</summary>
    public string? StartedOn { get; init; }

    /// <summary>When it ended, RFC 3339.</summary>
    public string? FinishedOn { get; init; }

    /// <summary>The verdict.</summary>
    public string? Status { get; init; }

    /// <summary>The integrated commit, or null when there is none.</summary>
    public string? IntegratedCommit { get; init; }

    /// <summary>Its tree.</summary>
    public string? IntegratedTree { get; init; }

    /// <summary>The workers, in ordinal order.</summary>
    public required IReadOnlyList<WorkerFacts> Workers { get; init; }

    /// <summary>The checks, in the order in which they ran.</summary>
    public required IReadOnlyList<CheckFacts> Checks { get; init; }

    /// <summary>Reads the facts.</summary>
    /// <param name="runFolder">The run's folder, absolute.</param>
    /// <param name="runId">The run.</param>
    /// <param name="workers">Its workers.</param>
    /// <exception cref="FactoryException">The extract cannot be read, or the inputs are not those that the ledger recorded.</exception>
    public static ProvenanceFacts Read(string runFolder, RunId runId, IEnumerable<string> workers)
    {
        var extract = Path.Combine(runFolder, RunAttestation.LedgerExtract);
        var events = LedgerReader.Read(extract, new LedgerFilter()).Where(one => one.RunId == runId.Text).ToList();
        var start = events.FirstOrDefault(one => Is(one, LedgerEventType.RunStart));
        var inputs = ReadInputs(runFolder, start?.Hashes.GetValueOrDefault(RunInputs.HashName));
        var result = events.LastOrDefault(one => Is(one, LedgerEventType.IntegrationResult));
        var end = events.LastOrDefault(one => Is(one, LedgerEventType.RunEnd));
        return new ProvenanceFacts
        {
            RunId = runId.Text,
            Inputs = inputs,
            BaseRef = start?.Details.GetValueOrDefault("base_ref") as string,
            BaseCommit = start?.Details.GetValueOrDefault("base_commit") as string,
            StartedOn = start?.TsUtc,
            FinishedOn = end?.TsUtc,
            Status = (end ?? result)?.Status,
            IntegratedCommit = result?.Details.GetValueOrDefault("integrated_commit") as string,
            IntegratedTree = result?.Details.GetValueOrDefault("integrated_tree") as string,
            Workers = [.. workers.Order(StringComparer.Ordinal).Select(worker => Of(worker, [.. events.Where(one => one.Actor == worker)], inputs))],
            Checks = [.. events.Where(one => Is(one, LedgerEventType.CheckResult)).Select(one => new CheckFacts(
                one.Details.GetValueOrDefault("check") as string ?? "", one.Rc, one.Details.GetValueOrDefault("required") is true, one.DurationMs))],
        };
    }

    private static WorkerFacts Of(string worker, IReadOnlyList<LedgerEvent> events, RunInputs? inputs)
    {
        var start = events.LastOrDefault(one => Is(one, LedgerEventType.WorkerStart));
        var end = events.LastOrDefault(one => Is(one, LedgerEventType.WorkerEnd));
        var bundle = events.LastOrDefault(one => Is(one, LedgerEventType.WorkerBundleDiscovered));
        return new WorkerFacts(
            worker,
            Texts(start?.Details.GetValueOrDefault("command")) ?? Configured(worker, inputs) ?? [],
            bundle?.Details.GetValueOrDefault("exit_code") as long?,
            start?.TsUtc,
            end?.TsUtc,
            end?.DurationMs,
            end?.Details.GetValueOrDefault("timed_out") is true,
            bundle?.Details.GetValueOrDefault("commit") as string,
            bundle?.Details.GetValueOrDefault("tree") as string,
            bundle?.Status);
    }

    private static IReadOnlyList<string>? Configured(string worker, RunInputs? inputs) =>
        (inputs?.Content.GetValueOrDefault("config") as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("workers") is IEnumerable<object?> workers
            ? Texts(workers.OfType<IReadOnlyDictionary<string, object?>>().FirstOrDefault(one => one.GetValueOrDefault("id") as string == worker)?.GetValueOrDefault("command"))
            : null;

    private static IReadOnlyList<string>? Texts(object? value) => value is IEnumerable<object?> list ? [.. list.OfType<string>()] : null;

    private static bool Is(LedgerEvent one, LedgerEventType type) => one.EventType == WireEnum<LedgerEventType>.NameOf(type);

    private static RunInputs? ReadInputs(string runFolder, string? expected)
    {
        if (expected is null) return null;
        var file = Path.Combine(runFolder, RunInputs.FileName);
        try
        {
            var bytes = RegularFile.Is(file) ? File.ReadAllBytes(file) : throw new FormatException("it is missing, or no plain file");
            return FileDigest.Of(bytes) == expected ? RunInputs.Parse(bytes) : throw new FormatException("it is not what the run's first event in the ledger recorded");
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new FactoryException(BlockerKind.Policy, $"{RunInputs.FileName} cannot be attested: {error.Message}", "find out who changed it, and restore it from a backup", file, inner: error);
        }
    }
}
