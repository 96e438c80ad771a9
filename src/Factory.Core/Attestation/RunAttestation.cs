using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Reporting;

namespace Factory.Core.Attestation;

/// <summary>The checksum manifests of a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="RunDir">The run's folder, absolute; the names in the manifests are relative to it.</param>
/// <param name="Bundles">bundles.sha256: every file of the workers' bundles, and the run's manifest.</param>
/// <param name="Report">report.sha256: the integrator's bundle and the run's manifest.</param>
/// <param name="Ledger">ledger.sha256: the run's own events, byte for byte, in ledger.jsonl.</param>
/// <param name="Files">How many files the three manifests cover.</param>
public sealed record AttestationResult(string RunId, string RunDir, string Bundles, string Report, string Ledger, int Files);

/// <summary>Writes the three checksum manifests of a run (contract: Attestations).</summary>
/// <param name="runsDirectory">The folder of all runs, absolute.</param>
/// <param name="runId">The run.</param>
public sealed class RunAttestation(string runsDirectory, RunId runId)
{
    private const string LedgerExtract = "ledger.jsonl";
    private readonly string _folder = Path.Combine(runsDirectory, runId.Text);

    /// <summary>Writes the manifests and records their digests in the ledger.</summary>
    /// <param name="workers">The workers whose bundles are covered.</param>
    /// <param name="record">Appends the ATTESTATION_WRITTEN event, given the digests of the manifests by name.</param>
    /// <exception cref="FactoryException">A bundle holds a name that no manifest can carry, or the run's folder is not as a run leaves it.</exception>
    public async Task<AttestationResult> WriteAsync(IEnumerable<string> workers, Action<IReadOnlyDictionary<string, string>> record)
    {
        var files = new RunFiles(_folder);
        var extract = Path.Combine(_folder, LedgerExtract);
        await files.WriteAsync(extract, stream =>
        {
            LedgerSlice.Write(new LedgerPaths(runsDirectory).Ledger, runId.Text, stream);
            return Task.CompletedTask;
        }).ConfigureAwait(false);
        // The manifest names the workers, so a run that was blocked before any bundle was made still has a list that verifies.
        var bundles = workers.SelectMany(worker => FilesOf(Path.Combine(_folder, worker))).Append(Path.Combine(_folder, BundleFile.RunManifest)).ToList();
        var report = FilesOf(Path.Combine(_folder, WorkerId.Integrator)).Append(Path.Combine(_folder, BundleFile.RunManifest)).ToList();
        var digests = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bundles_sha256"] = await WriteAsync(files, "bundles.sha256", bundles).ConfigureAwait(false),
            ["ledger_sha256"] = await WriteAsync(files, "ledger.sha256", [extract]).ConfigureAwait(false),
            ["report_sha256"] = await WriteAsync(files, "report.sha256", report).ConfigureAwait(false),
        };
        record(digests);
        return new AttestationResult(runId.Text, _folder, PathOf("bundles.sha256"), PathOf("report.sha256"), PathOf("ledger.sha256"), bundles.Count + report.Count + 1);
    }

    private string PathOf(string name) => Path.Combine(_folder, "attestations", name);

    private async Task<string> WriteAsync(RunFiles target, string name, IEnumerable<string> covered)
    {
        var content = ChecksumManifest.Create(_folder, covered);
        await target.WriteAsync(PathOf(name), content).ConfigureAwait(false);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    // A failed check leaves its checkout in the integrator's folder; that is a work tree, not evidence. Links are not followed,
    // and a pipe or a device has no content to attest. A name that finds nothing stays, so that digesting it fails aloud.
    private static IEnumerable<string> FilesOf(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        var checkout = Path.Combine(folder, "checkout") + Path.DirectorySeparatorChar;
        return Directory.EnumerateFiles(folder, "*", options).Where(file => !file.StartsWith(checkout, StringComparison.Ordinal) && (RegularFile.Is(file) || !File.Exists(file)));
    }
}
