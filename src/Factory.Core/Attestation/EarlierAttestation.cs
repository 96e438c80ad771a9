using Factory.Core.Contracts;

namespace Factory.Core.Attestation;

/// <summary>How a run's files differ from what was attested before. Each list has at most <see cref="Most"/> names, in ordinal order.</summary>
/// <param name="Changed">Files whose digest is another.</param>
/// <param name="Missing">Files that are gone, or are no plain files any more.</param>
/// <param name="Added">Names in the bundles that the earlier attestation does not know.</param>
/// <param name="Count">How many names differ in all.</param>
public sealed record AttestationChanges(IReadOnlyList<string> Changed, IReadOnlyList<string> Missing, IReadOnlyList<string> Added, int Count)
{
    /// <summary>The most names in one list.</summary>
    public const int Most = 1000;

    /// <summary>Every name, in the order of the lists.</summary>
    public IEnumerable<string> Names => Changed.Concat(Missing).Concat(Added);
}

/// <summary>
/// Holds a run's folder against the manifests that are there, and those against what the ledger recorded of them, before
/// they are written again: a renewal that covers other files than the earlier attestation must say so.
/// </summary>
/// <param name="runFolder">The run's folder, absolute.</param>
public sealed class EarlierAttestation(string runFolder)
{
    private static readonly string[] Manifests = ["bundles", "report", "ledger"];
    private readonly SortedSet<string> _changed = new(StringComparer.Ordinal), _missing = new(StringComparer.Ordinal), _added = new(StringComparer.Ordinal);

    /// <summary>Compares.</summary>
    /// <param name="workers">The run's workers.</param>
    /// <param name="recorded">The hashes of the run's last ATTESTATION_WRITTEN event; null when the ledger has none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="FactoryException">The folder is not as a run leaves it.</exception>
    public AttestationChanges Compare(IEnumerable<string> workers, IReadOnlyDictionary<string, string>? recorded, CancellationToken cancellationToken)
    {
        var entries = new Dictionary<string, RunEntry>(StringComparer.Ordinal);
        foreach (var entry in RunTree.List(runFolder, runFolder, cancellationToken)) entries[entry.Name] = entry;
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Manifests) ReadManifest(entries, name, recorded, listed);
        CompareDigest(entries, RunAttestation.ProvenanceName, recorded?.GetValueOrDefault("provenance_sha256"));
        foreach (var (name, digest) in listed)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CompareDigest(entries, name, digest);
        }

        if (listed.Count > 0) FindAdded(entries, listed, workers.Append(WorkerId.Integrator).ToHashSet(StringComparer.Ordinal));
        return new AttestationChanges(Cut(_changed), Cut(_missing), Cut(_added), _changed.Count + _missing.Count + _added.Count);
    }

    /// <summary>Deletes what a run that was stopped left of its own drafts, but for those that a manifest covers.</summary>
    /// <param name="files">Deletes the run's files; the run's lock is held.</param>
    internal void DeleteDrafts(Reporting.RunFiles files)
    {
        var entries = RunTree.List(runFolder, runFolder).Where(entry => entry.Kind == RunEntryKind.File).DistinctBy(entry => entry.Name).ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        var drafts = entries.Values.Where(entry => DraftFile.Is(entry.Name)).ToList();
        if (drafts.Count == 0) return;
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Manifests) ReadManifest(entries, name, null, listed);
        foreach (var draft in drafts.Where(draft => !listed.ContainsKey(draft.Name))) files.Delete(draft.Path);
    }

    private void ReadManifest(Dictionary<string, RunEntry> entries, string name, IReadOnlyDictionary<string, string>? recorded, Dictionary<string, string> listed)
    {
        var manifest = $"attestations/{name}.sha256";
        CompareDigest(entries, manifest, recorded?.GetValueOrDefault(name + "_sha256"));
        if (!entries.TryGetValue(manifest, out var entry) || entry.Kind != RunEntryKind.File) return;
        try
        {
            foreach (var file in ChecksumManifest.Parse(File.ReadAllBytes(entry.Path))) listed[file.Name] = file.Sha256;
        }
        catch (FormatException)
        {
            _changed.Add(manifest);
        }
    }

    private void CompareDigest(Dictionary<string, RunEntry> entries, string name, string? digest)
    {
        if (digest is null) return;
        if (!entries.TryGetValue(name, out var entry) || entry.Kind != RunEntryKind.File) _missing.Add(name);
        else if (FileDigest.Of(name, entry.Path)[name] != digest) _changed.Add(name);
    }

    private void FindAdded(Dictionary<string, RunEntry> entries, Dictionary<string, string> listed, HashSet<string> owners)
    {
        var uncovered = Uncovered(entries);
        foreach (var entry in entries.Values.Where(entry => owners.Contains(entry.Name.Split('/')[0]) && !listed.ContainsKey(entry.Name)))
            if (entry.Kind == RunEntryKind.File ? !DraftFile.Is(entry.Name) : uncovered is not null && !uncovered.ContainsKey(entry.Name)) _added.Add(entry.Name);
    }

    // Links and pipes that lay there already; null when no earlier provenance can tell.
    private static IReadOnlyDictionary<string, string>? Uncovered(Dictionary<string, RunEntry> entries)
    {
        if (!entries.TryGetValue(RunAttestation.ProvenanceName, out var entry) || entry.Kind != RunEntryKind.File) return null;
        try
        {
            return ProvenanceStatement.Parse(DsseEnvelope.Parse(File.ReadAllBytes(entry.Path)).Payload).Uncovered;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static List<string> Cut(SortedSet<string> names) => [.. names.Take(AttestationChanges.Most)];
}
