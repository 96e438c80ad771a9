using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation;

/// <summary>
/// Holds what a finished run's documents say of its verdict against what the ledger recorded of it: the status in the manifest and
/// in each STATUS.json, the integrated commit, and the digest of the report.
/// </summary>
/// <param name="recorded">What the ledger recorded.</param>
/// <param name="read">Gives a plain file of the run's folder, by its name; null when there is none.</param>
internal sealed class RecordedVerdict(RecordedRun recorded, Func<string, byte[]?> read)
{
    private const string StatusFile = $"{WorkerId.Integrator}/{BundleFile.Status}", ReportFile = $"{WorkerId.Integrator}/{BundleFile.FinalReport}", Hash = "final_report_sha256";

    /// <summary>The verdict that the ledger recorded; null when it does not say that the run ended.</summary>
    public string? Status => (recorded.End ?? recorded.Result)?.Status;

    // A failure after the verdict takes the branch back and writes the report anew.
    private bool HasFailed => recorded.End?.Details.ContainsKey("failure") == true;

    /// <summary>Compares.</summary>
    /// <param name="manifest">The run's manifest.</param>
    /// <exception cref="IOException">A document cannot be read.</exception>
    public IEnumerable<RecordDifference> Differences(RunManifestDocument manifest)
    {
        var status = Status ?? "no end of the run";
        if (manifest.Status.ToWire() != status) yield return new RecordDifference(BundleFile.RunManifest, "status", manifest.Status.ToWire(), status);
        if (StatusIn(StatusFile) is { } said && said != status) yield return new RecordDifference(StatusFile, "status", said, status);
        foreach (var (worker, verdict) in Workers())
            if (StatusIn($"{worker}/{BundleFile.Status}") is { } its && its != verdict) yield return new RecordDifference($"{worker}/{BundleFile.Status}", "status", its, verdict);
        var report = read(ReportFile);
        if (report is not null && !HasFailed && CommitIn(report) is var commit && commit != Commit()) yield return new RecordDifference(ReportFile, "integrated_commit", commit, Commit());
        if (Digest() is { } digest && (report is null ? "none" : FileDigest.Of(report)) is var actual && actual != digest) yield return new RecordDifference(ReportFile, "sha256", actual, digest);
    }

    private string Commit() => recorded.Result?.Details.GetValueOrDefault("integrated_commit") as string ?? "none";

    private string? Digest() => recorded.End?.Hashes.GetValueOrDefault(Hash) ?? (HasFailed ? null : recorded.Report?.Hashes.GetValueOrDefault(Hash));

    private IEnumerable<(string Worker, string Status)> Workers() => HasFailed ? [] :
        (recorded.Summary?.Details.GetValueOrDefault("workers") as IEnumerable<object?> ?? []).OfType<IReadOnlyDictionary<string, object?>>()
        .Select(one => (one.GetValueOrDefault("id") as string ?? "", one.GetValueOrDefault("status") as string ?? "")).Where(one => WorkerId.TryParse(one.Item1, out _));

    private string? StatusIn(string name)
    {
        try
        {
            return read(name) is { } bytes ? FactoryJson.Read<StatusDocument>(bytes).Status.ToWire() : null;
        }
        catch (JsonException)
        {
            return "nothing that can be read";
        }
    }

    private static string CommitIn(byte[] report)
    {
        const string Label = "integrated_commit:";
        var line = Encoding.UTF8.GetString(report).Split('\n').FirstOrDefault(line => line.StartsWith(Label, StringComparison.Ordinal));
        return line is null ? "nothing" : line[Label.Length..].Trim();
    }
}
