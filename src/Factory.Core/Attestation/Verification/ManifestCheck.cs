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
    private const long LargestUnsigned = 4L << 30, LargestUnsignedTotal = 64L << 30;

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
        var tooLarge = TooLarge(contents, listed.Keys, sizes, findings);
        var there = listed.Keys.Where(name => contents.Has(name) && !tooLarge.Contains(name)).ToList();
        var files = contents.Digest(there, sizes, cancellationToken);
        foreach (var (name, digest) in listed)
            if (tooLarge.Contains(name)) continue;
            else if (!files.TryGetValue(name, out var actual)) findings.Missing(name);
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

    // Without a signed length anybody may have made a file huge, also one that is nothing but a hole, to keep a verifier busy.
    private static HashSet<string> TooLarge(RunContents contents, IEnumerable<string> listed, Dictionary<string, long> sizes, VerificationFindings findings)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var total = 0L;
        foreach (var name in listed.Where(name => contents.Has(name) && !sizes.ContainsKey(name)).Order(StringComparer.Ordinal))
        {
            var length = contents.LengthOf(name);
            var why = length > LargestUnsigned ? "not hashed: larger than 4 GiB, and no signed provenance tells its length"
                : length > LargestUnsignedTotal - total ? "not hashed: the files are together larger than 64 GiB, and no signed provenance tells their lengths" : null;
            if (why is null) total += length;
            else if (found.Add(name)) findings.Changed(name, why);
        }

        return found;
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
