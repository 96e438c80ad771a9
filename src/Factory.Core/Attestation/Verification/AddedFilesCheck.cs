using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Verification;

/// <summary>
/// Finds every name in the run's folder that nothing covers, and holds the files for <c>actions/attest</c> against the
/// statement that they were made from.
/// </summary>
internal static class AddedFilesCheck
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "attestations/bundles.sha256", "attestations/report.sha256", "attestations/ledger.sha256", RunAttestation.ProvenanceName, RunAttestation.LedgerProofName,
        GitHubAttestationFiles.SubjectsName, GitHubAttestationFiles.PredicateName,
    };

    public static void Find(RunContents contents, IReadOnlyList<string> workers, ManifestDigests digests, ProvenanceStatement? statement, VerificationFindings findings)
    {
        var uncovered = statement?.Uncovered ?? new Dictionary<string, string>();
        var (recorded, isAside) = (0, false);
        foreach (var entry in contents.Entries)
        {
            if (entry.Kind == RunEntryKind.File && (digests.Listed.ContainsKey(entry.Name) || Known.Contains(entry.Name))) continue;
            // It lay there when the run was attested, and the provenance says so.
            if (entry.Kind != RunEntryKind.File && uncovered.TryGetValue(entry.Name, out var kind) && kind == entry.KindName)
            {
                if (entry.Kind == RunEntryKind.Aside) isAside = true;
                else recorded++;
            }
            else findings.Added(entry.Name, entry.Kind == RunEntryKind.File && DraftFile.Is(entry.Name) ? "a draft left by a run that was stopped" : entry.KindName);
        }

        foreach (var name in contents.EmptyFolders().Where(name => name is not ("locks" or "attestations" or WorkerId.Integrator) && !workers.Contains(name))) findings.Added(name, "empty folder");
        foreach (var name in uncovered.Keys.Where(name => !contents.Contains(name))) findings.Missing(name);
        List<string> uncoveredFolders = [];
        if (Directory.Exists(Path.Combine(contents.Folder, WorkerId.Integrator, "checkout"))) uncoveredFolders.Add("Z_integrator/checkout is a work tree that a failed check left, and nothing covers it");
        if (isAside) uncoveredFolders.Add($"{RunTree.AsideName} holds what was moved out of the bundles because no manifest can name it, and nothing covers it");
        findings.End("added_files", $"nothing was added{(recorded > 0 ? $"; {recorded} links or pipes lay in the bundles when the run was attested" : "")}", uncoveredFolders.Count == 0 ? null : string.Join("; ", uncoveredFolders));
        CompareGitHub(contents, statement, findings);
    }

    private static void CompareGitHub(RunContents contents, ProvenanceStatement? statement, VerificationFindings findings)
    {
        var present = new[] { GitHubAttestationFiles.SubjectsName, GitHubAttestationFiles.PredicateName }.Where(contents.Has).ToList();
        if (present.Count == 0) return;
        if (statement is not null && GitHubAttestationFiles.Of(statement) is { } expected)
        {
            Compare(contents, GitHubAttestationFiles.SubjectsName, expected.Subjects, findings);
            Compare(contents, GitHubAttestationFiles.PredicateName, expected.Predicate, findings);
        }

        findings.End("github", "the files for actions/attest say what the provenance says", statement is null ? "there is no provenance to hold them against" : null);
    }

    private static void Compare(RunContents contents, string name, byte[] expected, VerificationFindings findings)
    {
        try
        {
            if (contents.Read(name) is not { } bytes) findings.Missing(name);
            else if (!bytes.AsSpan().SequenceEqual(expected)) findings.Changed(name, "does not say what the provenance says");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            findings.Changed(name, $"cannot be read: {error.Message}");
        }
    }
}
