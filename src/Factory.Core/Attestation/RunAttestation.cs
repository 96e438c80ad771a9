using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Proofs;
using Factory.Core.Reporting;
using Factory.Core.Repository;

namespace Factory.Core.Attestation;

/// <summary>What attests a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="RunDir">The run's folder, absolute; the names in the manifests are relative to it.</param>
/// <param name="Bundles">bundles.sha256: every file of the workers' bundles, and the run's manifest and inputs.</param>
/// <param name="Report">report.sha256: the integrator's bundle and the run's manifest.</param>
/// <param name="Ledger">ledger.sha256: the run's own events, byte for byte, in ledger.jsonl.</param>
/// <param name="Files">How many files the three manifests cover.</param>
public sealed record AttestationResult(string RunId, string RunDir, string Bundles, string Report, string Ledger, int Files)
{
    /// <summary>provenance.intoto.jsonl, or null when no key was given to sign it.</summary>
    public string? Provenance { get; init; }

    /// <summary>The fingerprint of the key that signed it, or null.</summary>
    public string? KeyFingerprint { get; init; }

    /// <summary>The folder with the files for <c>actions/attest</c>, or null outside GitHub Actions.</summary>
    public string? GitHub { get; init; }

    /// <summary>The ledger's signed head after the attestation was recorded, to be kept elsewhere; null before it was sealed.</summary>
    public LedgerHead? Head { get; init; }

    /// <summary>How the files differ from what was attested before; null when nothing was compared, as at a run's own end.</summary>
    public AttestationChanges? Changes { get; init; }

    /// <summary>Files that are not what was attested before: at most 1,000 names. Those that are gone or new are in <see cref="Changes"/>.</summary>
    public IReadOnlyList<string> Changed => Changes?.Changed ?? [];

    /// <summary>What a person should know.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Writes what attests a run: three checksum manifests and the signed provenance (contract: Attestations).</summary>
/// <param name="runsDirectory">The folder of all runs, absolute.</param>
/// <param name="runId">The run.</param>
public sealed class RunAttestation(string runsDirectory, RunId runId)
{
    /// <summary>The run's own lines of the ledger, in the run's folder.</summary>
    public const string LedgerExtract = "ledger.jsonl";
    /// <summary>The signed provenance, relative to the run's folder.</summary>
    public const string ProvenanceName = "attestations/provenance.intoto.jsonl";
    /// <summary>The proof that the ledger has the event of this attestation, relative to the run's folder; written after the ledger was sealed.</summary>
    public const string LedgerProofName = "attestations/ledger.tlog-proof";

    /// <summary>Where the run's first event begins in the ledger, in bytes, when that is known; reading starts there.</summary>
    public long LedgerStart { get; init; }

    private readonly string _folder = Path.Combine(runsDirectory, runId.Text);

    /// <summary>Writes manifests and provenance, and records their digests in the ledger.</summary>
    /// <param name="workers">The workers whose bundles are covered.</param>
    /// <param name="key">The key that signs the provenance; null to write none.</param>
    /// <param name="environment">Tells whether this is GitHub Actions.</param>
    /// <param name="record">Appends the ATTESTATION_WRITTEN event, given the digests of the manifests by name.</param>
    /// <param name="cancellationToken">Ends the work while the files are read.</param>
    /// <exception cref="FactoryException">A bundle holds a name that no manifest can carry, or the run's folder is not as a run leaves it.</exception>
    public async Task<AttestationResult> WriteAsync(
        IEnumerable<string> workers, SigningKey? key, IReadOnlyDictionary<string, string> environment, Action<IReadOnlyDictionary<string, string>> record, CancellationToken cancellationToken = default)
    {
        if (key is null && Path.Exists(Path.Combine(_folder, ProvenanceName)))
            throw new FactoryException(BlockerKind.Config, $"the run {runId} has signed provenance, and no key was given to sign it again", "give a signing key", Path.Combine(_folder, ProvenanceName));
        var names = workers.ToList();
        var files = new RunFiles(_folder);
        // Before anything is listed: a draft that a stopped run left would be attested as if it were evidence.
        new EarlierAttestation(_folder).DeleteDrafts(files);
        var extract = Path.Combine(_folder, LedgerExtract);
        await files.WriteAsync(extract, stream =>
        {
            LedgerSlice.Write(new LedgerPaths(runsDirectory).Ledger, runId.Text, stream, LedgerStart);
            return Task.CompletedTask;
        }).ConfigureAwait(false);
        var facts = key is null ? null : ProvenanceFacts.Read(_folder, runId, names);
        // What an earlier attestation said of other bytes must not stand beside this one.
        foreach (var stale in (string[])[ProvenanceName, LedgerProofName, GitHubAttestationFiles.SubjectsName, GitHubAttestationFiles.PredicateName]) DeleteStale(files, stale);
        var entries = names.Append(WorkerId.Integrator).Append(RunTree.AsideName).SelectMany(owner => RunTree.List(_folder, Path.Combine(_folder, owner), cancellationToken)).ToList();
        var written = new ManifestSet(_folder, files, cancellationToken);
        // The run's manifest names the workers, so a run that was blocked before any bundle was made still has a list that verifies.
        var bundles = await written.WriteAsync("bundles", OwnDocuments().Concat(PathsOf(entries, owner => owner != WorkerId.Integrator))).ConfigureAwait(false);
        var report = await written.WriteAsync("report", PathsOf(entries, owner => owner == WorkerId.Integrator).Append(Path.Combine(_folder, BundleFile.RunManifest))).ConfigureAwait(false);
        await written.WriteAsync("ledger", [extract]).ConfigureAwait(false);
        var result = new AttestationResult(runId.Text, _folder, PathOf("bundles.sha256"), PathOf("report.sha256"), PathOf("ledger.sha256"), bundles.Count + report.Count + 1);
        if (key is not null)
        {
            var covered = bundles.Concat(report).DistinctBy(file => file.Name).OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
            var statement = ProvenanceWriter.Create(facts!, new AttestedFiles(covered, written.Manifests, Uncovered(entries), written.LedgerLines, written.LedgerHead));
            result = await SignAsync(files, statement, key, environment, written, result).ConfigureAwait(false);
        }

        record(written.Digests);
        return result;
    }

    /// <summary>Keeps the proof that the sealed ledger has the event of the newest attestation; see <see cref="LedgerProofName"/>.</summary>
    /// <param name="proof">The proof, with the event's line in it.</param>
    public Task WriteLedgerProofAsync(InclusionProof proof) => new RunFiles(_folder).WriteAsync(LedgerProofName, proof.Format());

    private async Task<AttestationResult> SignAsync(
        RunFiles files, ProvenanceStatement statement, SigningKey key, IReadOnlyDictionary<string, string> environment, ManifestSet written, AttestationResult result)
    {
        var envelope = DsseEnvelope.Sign(DsseEnvelope.InTotoType, statement.ToBytes(), key).ToLine();
        await files.WriteAsync(Path.Combine(_folder, ProvenanceName), envelope).ConfigureAwait(false);
        written.Digests["provenance_sha256"] = FileDigest.Of(envelope);
        result = result with { Provenance = PathOf("provenance.intoto.jsonl"), KeyFingerprint = key.Public.Fingerprint };
        if (!environment.TryGetValue("GITHUB_ACTIONS", out var isGitHub) || isGitHub != "true") return result;
        if (GitHubAttestationFiles.Of(statement) is not { } forGitHub)
            return result with { Warnings = ["the predicate is larger than the 16 MiB that actions/attest takes; attestations/github was not written"] };
        await files.WriteAsync(Path.Combine(_folder, GitHubAttestationFiles.SubjectsName), forGitHub.Subjects).ConfigureAwait(false);
        await files.WriteAsync(Path.Combine(_folder, GitHubAttestationFiles.PredicateName), forGitHub.Predicate).ConfigureAwait(false);
        return result with { GitHub = PathOf("github") };
    }

    // The manifest must be there; a run of an older Factory has no inputs.
    private IEnumerable<string> OwnDocuments()
    {
        yield return Path.Combine(_folder, BundleFile.RunManifest);
        if (RegularFile.Is(Path.Combine(_folder, RunInputs.FileName))) yield return Path.Combine(_folder, RunInputs.FileName);
    }

    // A pipe or a device has no content to attest, and a link's content is not the run's.
    private static IEnumerable<string> PathsOf(IEnumerable<RunEntry> entries, Func<string, bool> isWanted) =>
        entries.Where(entry => entry.Kind == RunEntryKind.File && isWanted(entry.Name.Split('/')[0])).Select(entry => entry.Path);

    private static Dictionary<string, string> Uncovered(IEnumerable<RunEntry> entries) => entries.Where(entry => entry.Kind != RunEntryKind.File).DistinctBy(entry => entry.Name)
        .ToDictionary(entry => entry.Name, entry => entry.KindName, StringComparer.Ordinal);

    private string PathOf(string name) => Path.Combine(_folder, "attestations", name);

    private void DeleteStale(RunFiles files, string name)
    {
        var path = Path.Combine(_folder, name);
        if (Directory.Exists(Path.GetDirectoryName(path)) && !Directory.Exists(path)) files.Delete(path);
    }
}
