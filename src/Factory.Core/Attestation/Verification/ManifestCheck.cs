using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Verification;

/// <summary>What the manifests say and what the files are.</summary>
/// <param name="Manifests">The digest of each manifest that could be read, by its name.</param>
/// <param name="Listed">The digest of each file that a manifest names.</param>
/// <param name="Files">The digest of each such file as it is.</param>
internal sealed record ManifestDigests(
    IReadOnlyDictionary<string, string> Manifests, IReadOnlyDictionary<string, string> Listed, IReadOnlyDictionary<string, string?> Files);

/// <summary>Compares every file with the digest that its manifest has for it.</summary>
internal static class ManifestCheck
{
    public static ManifestDigests Compare(RunContents contents, IReadOnlyList<string>? workers, VerifiedProvenance provenance, VerificationFindings findings, CancellationToken cancellationToken)
    {
        var manifests = new Dictionary<string, string>(StringComparer.Ordinal);
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        var owners = (workers ?? []).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, isOwn) in (ReadOnlySpan<(string, Func<string, bool>)>)[
            ("attestations/bundles.sha256", file => file is BundleFile.RunManifest or RunInputs.FileName || (workers is null ? !IsOf(file, WorkerId.Integrator) : owners.Contains(file.Split('/')[0]) && file.Contains('/', StringComparison.Ordinal))),
            ("attestations/report.sha256", file => file is BundleFile.RunManifest || IsOf(file, WorkerId.Integrator)),
            ("attestations/ledger.sha256", file => file == RunAttestation.LedgerExtract)])
            ReadOne(contents, name, isOwn, manifests, listed, findings);
        foreach (var name in (string[])[BundleFile.RunManifest, RunAttestation.LedgerExtract])
            if (!listed.ContainsKey(name)) findings.Wrong($"no manifest covers {name}", name);
        // Lengths count only when somebody signed for them.
        var sizes = provenance is { IsSigned: true, Statement: { } statement } ? Sizes(statement) : [];
        var there = listed.Keys.Where(contents.Has).ToList();
        var files = contents.Digest(there, sizes, cancellationToken);
        foreach (var (name, digest) in listed)
            if (!files.TryGetValue(name, out var actual)) findings.Missing(name);
            else if (actual != digest) findings.Changed(name, actual is null ? "has another length than was recorded, or cannot be read" : "was changed: its digest is another");
        findings.End("manifests", $"{listed.Count} files have the digests of their manifests");
        return new ManifestDigests(manifests, listed, files);
    }

    private static void ReadOne(RunContents contents, string name, Func<string, bool> isOwn, Dictionary<string, string> manifests, Dictionary<string, string> listed, VerificationFindings findings)
    {
        try
        {
            if (contents.Read(name) is not { } bytes)
            {
                findings.Missing(name);
                return;
            }

            manifests[name] = FileDigest.Of(bytes);
            foreach (var file in ChecksumManifest.Parse(bytes))
            {
                if (!isOwn(file.Name)) findings.Changed(name, $"names {file.Name}, which is not for it to cover");
                if (!listed.TryAdd(file.Name, file.Sha256) && listed[file.Name] != file.Sha256) findings.Changed(name, $"has another digest for {file.Name} than another manifest");
            }
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            findings.Changed(name, $"cannot be read: {error.Message}");
        }
    }

    private static Dictionary<string, long> Sizes(ProvenanceStatement statement)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var one in statement.Subjects.Concat(statement.Byproducts))
            if (one.Annotations.GetValueOrDefault("size") is long size) sizes[one.Name] = size;
        return sizes;
    }

    private static bool IsOf(string file, string owner) => file.StartsWith(owner + "/", StringComparison.Ordinal);
}
