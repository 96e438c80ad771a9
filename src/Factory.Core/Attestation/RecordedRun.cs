using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Attestation;

/// <summary>A place where a document of a run does not say what the ledger recorded.</summary>
/// <param name="Document">The document, relative to the run's folder.</param>
/// <param name="Field">What it is about.</param>
/// <param name="Said">What the document says.</param>
/// <param name="Recorded">What the ledger recorded.</param>
public sealed record RecordDifference(string Document, string Field, string Said, string Recorded)
{
    /// <summary>Both values, in a sentence.</summary>
    public override string ToString() => $"{Document} says {Field} {VisibleText.Of(Said)}; the ledger recorded {VisibleText.Of(Recorded)}";
}

/// <summary>
/// What the ledger recorded of a run as a whole. The run's documents are ordinary files that anybody may have changed, so they
/// must say the same, and the ledger decides.
/// </summary>
/// <param name="Start">Its RUN_START.</param>
/// <param name="Bundles">Its WORKER_BUNDLE_DISCOVERED events.</param>
public sealed record RecordedRun(LedgerEvent Start, IReadOnlyList<LedgerEvent> Bundles)
{
    /// <summary>The last INTEGRATION_RESULT, or null.</summary>
    public LedgerEvent? Result { get; private init; }

    /// <summary>The last REPORT_WRITTEN, or null.</summary>
    public LedgerEvent? Report { get; private init; }

    /// <summary>The last RUN_END, or null.</summary>
    public LedgerEvent? End { get; private init; }

    /// <summary>The last ONESHOT_SUMMARY, or null.</summary>
    public LedgerEvent? Summary { get; private init; }

    /// <summary>The workers that it began with.</summary>
    public IReadOnlyList<string> Workers { get; } = [.. (Start.Details.GetValueOrDefault("workers") as IEnumerable<object?> ?? []).OfType<string>()];

    /// <summary>Reads it from the shared ledger.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="runId">The run.</param>
    /// <exception cref="FactoryException">The ledger is missing or cannot be read; BLOCKED when it does not say once, and once only, how the run began.</exception>
    public static RecordedRun Read(string ledger, RunId runId)
    {
        const string Next = "see what factory ledger-verify says and restore the ledger from a backup, or start a new run";
        if (!File.Exists(ledger)) throw new FactoryException(BlockerKind.Policy, $"there is no ledger that says how {runId} began", Next, ledger);
        try
        {
            return Of(LedgerReader.Read(ledger, new LedgerFilter { RunId = runId.Text }));
        }
        catch (FormatException error)
        {
            throw new FactoryException(BlockerKind.Policy, $"the ledger does not say how {runId} began: {error.Message}", Next, ledger, inner: error);
        }
    }

    /// <summary>Finds it among the events of one run, in any order.</summary>
    /// <exception cref="FormatException">No event begins the run, or more than one does.</exception>
    public static RecordedRun Of(IEnumerable<LedgerEvent> events)
    {
        // What came later is decided by the place in the ledger, never by a clock.
        var inOrder = events.OrderBy(one => one.LineNumber).ToList();
        var starts = inOrder.Where(one => Is(one, LedgerEventType.RunStart)).ToList();
        return starts.Count == 1
            ? new RecordedRun(starts[0], [.. inOrder.Where(one => Is(one, LedgerEventType.WorkerBundleDiscovered))])
            {
                Result = inOrder.LastOrDefault(one => Is(one, LedgerEventType.IntegrationResult)),
                Report = inOrder.LastOrDefault(one => Is(one, LedgerEventType.ReportWritten)),
                End = inOrder.LastOrDefault(one => Is(one, LedgerEventType.RunEnd)),
                Summary = inOrder.LastOrDefault(one => Is(one, LedgerEventType.OneshotSummary)),
            }
            : throw new FormatException(starts.Count == 0 ? "it has no RUN_START of it" : $"it has {starts.Count} RUN_START of it");
    }

    /// <summary>Holds the run's manifest against what the run began with.</summary>
    public IEnumerable<RecordDifference> DifferencesOf(RunManifestDocument manifest)
    {
        (string Field, string Said, string? Recorded)[] fields =
        [
            ("run_id", manifest.RunId, Start.RunId),
            ("kind", manifest.Kind, Start.Kind),
            ("base_ref", manifest.BaseRef, Start.Details.GetValueOrDefault("base_ref") as string),
            ("base_ref_hash", manifest.BaseRefHash, Start.Details.GetValueOrDefault("base_commit") as string),
            ("workers", string.Join(", ", manifest.Workers.Order(StringComparer.Ordinal)), string.Join(", ", Workers.Order(StringComparer.Ordinal))),
            ("integrator", manifest.Integrator, WorkerId.Integrator),
        ];
        // A secret in a name may have become known only after the ledger had it.
        return fields.Where(field => field.Said != field.Recorded && !(field.Field == "base_ref" && field.Said.Contains("[redacted", StringComparison.Ordinal))).Select(field => new RecordDifference(BundleFile.RunManifest, field.Field, field.Said, field.Recorded ?? "none"));
    }

    private static bool Is(LedgerEvent one, LedgerEventType type) => one.EventType == WireEnum<LedgerEventType>.NameOf(type);
}
