using System.Globalization;
using Factory.Core.Ledger;
using Factory.Core.Reporting;

namespace Factory.Core.Attestation;

/// <summary>The manifests of one attestation while they are written, with their digests for the ledger.</summary>
/// <param name="folder">The run's folder, absolute.</param>
/// <param name="target">Writes the run's files.</param>
/// <param name="cancellationToken">Ends the reading of files.</param>
internal sealed class ManifestSet(string folder, RunFiles target, CancellationToken cancellationToken)
{
    private readonly List<DigestedFile> _manifests = [];

    /// <summary>The digests by the names that the ledger gives them.</summary>
    public Dictionary<string, string> Digests { get; } = new(StringComparer.Ordinal);

    /// <summary>The manifests, and the ledger's extract, in the ordinal order of their names.</summary>
    public IReadOnlyList<DigestedFile> Manifests => [.. _manifests.OrderBy(file => file.Name, StringComparer.Ordinal)];

    /// <summary>How many lines the ledger's extract has.</summary>
    public long LedgerLines { get; private set; }

    /// <summary>The leaf hash of its last line, lower-case hex, or null.</summary>
    public string? LedgerHead { get; private set; }

    /// <summary>Digests files and writes their manifest.</summary>
    /// <param name="name"><c>bundles</c>, <c>report</c> or <c>ledger</c>.</param>
    /// <param name="covered">The files, absolute.</param>
    public async Task<IReadOnlyList<DigestedFile>> WriteAsync(string name, IEnumerable<string> covered)
    {
        var files = ChecksumManifest.Digest(folder, covered, cancellationToken);
        var content = ChecksumManifest.Format(files);
        var manifest = string.Create(CultureInfo.InvariantCulture, $"attestations/{name}.sha256");
        await target.WriteAsync(Path.Combine(folder, manifest), content).ConfigureAwait(false);
        Digests[name + "_sha256"] = FileDigest.Of(content);
        _manifests.Add(new DigestedFile(manifest, FileDigest.Of(content), content.Length));
        if (name != "ledger") return files;
        _manifests.Add(files[0]);
        using var lines = new LedgerLines(Path.Combine(folder, RunAttestation.LedgerExtract));
        while (lines.TryRead(out var line)) (LedgerLines, LedgerHead) = (line.Number, Convert.ToHexStringLower(LedgerHash.Leaf(line.Bytes.Span)));
        return files;
    }
}
