using Factory.Core.Contracts;

namespace Factory.Core.Attestation;

/// <summary>
/// Names of the drafts that Factory writes a document of a run into before it moves it into its place
/// (<c>.NAME.&lt;32 hex digits&gt;.tmp</c>). One that is there while nobody works on the run was left by a run that was stopped.
/// </summary>
public static class DraftFile
{
    private const string End = ".tmp";
    private const int DigitsLength = 32;

    /// <summary>Whether a name is that of a draft of a document which Factory itself writes into that folder.</summary>
    /// <param name="name">Relative to the run's folder, with <c>/</c>.</param>
    public static bool Is(string name)
    {
        var slash = name.LastIndexOf('/');
        var (folder, file) = (slash < 0 ? "" : name[..slash], name[(slash + 1)..]);
        if (file.Length <= 2 + DigitsLength + End.Length || file[0] != '.' || !file.EndsWith(End, StringComparison.Ordinal)) return false;
        var stem = file[1..^End.Length];
        var document = stem[..^(DigitsLength + 1)];
        return stem[document.Length] == '.' && stem[(document.Length + 1)..].All(char.IsAsciiHexDigitLower) && IsDocument(folder, document);
    }

    private static bool IsDocument(string folder, string document) => folder switch
    {
        "" => document is BundleFile.RunManifest or RunInputs.FileName or RunAttestation.LedgerExtract,
        "attestations" => document is "bundles.sha256" or "report.sha256" or "ledger.sha256" || folder + "/" + document is RunAttestation.ProvenanceName or RunAttestation.LedgerProofName,
        "attestations/github" => folder + "/" + document is GitHubAttestationFiles.SubjectsName or GitHubAttestationFiles.PredicateName,
        _ => OfBundle(folder, document),
    };

    private static bool OfBundle(string folder, string document)
    {
        var parts = folder.Split('/');
        var inBundle = parts.Length == 1 ? document : string.Join('/', parts[1..]) + "/" + document;
        return (parts[0] == WorkerId.Integrator || WorkerId.TryParse(parts[0], out _))
            && (BundleFile.OfWorker.Contains(inBundle) || BundleFile.OfIntegrator.Contains(inBundle) || inBundle == BundleFile.FilesDeclared);
    }
}
