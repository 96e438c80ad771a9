using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Verification;

/// <summary>Holds the run's documents against what its extract of the ledger recorded of the run as a whole: which workers it has, from what it began, and how it ended.</summary>
internal static class RecordedRunCheck
{
    /// <summary>Compares.</summary>
    /// <param name="contents">The run's folder.</param>
    /// <param name="manifest">Its manifest; null when it cannot be read.</param>
    /// <param name="events">The extract; empty when it cannot be read.</param>
    /// <param name="findings">Takes what differs.</param>
    public static void Compare(RunContents contents, RunManifestDocument? manifest, IReadOnlyList<LedgerEvent> events, VerificationFindings findings)
    {
        if (manifest is null || events.Count == 0)
        {
            findings.End("recorded", "", "the manifest or the run's extract of the ledger cannot be read");
            return;
        }

        try
        {
            var recorded = RecordedRun.Of(events);
            foreach (var difference in recorded.DifferencesOf(manifest).Concat(new RecordedVerdict(recorded, contents.Read).Differences(manifest))) findings.Wrong(difference.ToString(), difference.Document);
            foreach (var worker in recorded.Bundles.Select(one => one.Actor).Distinct(StringComparer.Ordinal).Where(worker => !contents.Has($"{worker}/{BundleFile.Status}")))
                findings.Missing($"{worker}/{BundleFile.Status}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            findings.Wrong($"what the run's documents say cannot be compared with the ledger: {error.Message}");
        }
        catch (FormatException error)
        {
            findings.Changed(RunAttestation.LedgerExtract, $"does not say how the run began: {error.Message}");
        }

        findings.End("recorded", "manifest, status and report say what the ledger recorded");
    }
}
