namespace Factory.Core.Attestation;

/// <summary>
/// The files that the action <c>actions/attest</c> takes as they are: <c>subject-checksums</c> and <c>predicate-path</c>. Its
/// limits: 1,024 subjects, 512 KiB of checksums, 16 MiB of predicate.
/// </summary>
/// <param name="Subjects">A list of digests.</param>
/// <param name="Predicate">The predicate; its type is <see cref="ProvenanceStatement.PredicateType"/>.</param>
public sealed record GitHubAttestationFiles(byte[] Subjects, byte[] Predicate)
{
    /// <summary>The list of digests, relative to the run's folder.</summary>
    public const string SubjectsName = "attestations/github/subjects.sha256";
    /// <summary>The predicate, relative to the run's folder.</summary>
    public const string PredicateName = "attestations/github/predicate.json";

    private const int MostSubjects = 1024, LargestSubjects = 512 * MostSubjects, LargestPredicate = 16 * 1024 * 1024;

    /// <summary>
    /// Derives the files from a statement. A run with more files than the action takes, or with a name that the action does
    /// not read as <c>sha256sum</c> writes it, has the three manifests and the ledger's extract as its subjects, which cover every file.
    /// </summary>
    /// <returns>The files, or null when the predicate is larger than the action takes.</returns>
    public static GitHubAttestationFiles? Of(ProvenanceStatement statement)
    {
        var predicate = statement.PredicateBytes;
        if (predicate.Length > LargestPredicate) return null;
        var all = Files(statement.Subjects);
        var subjects = ChecksumManifest.Format(all);
        var fits = all.Count <= MostSubjects && subjects.Length <= LargestSubjects && !all.Any(file => file.Name.Contains('\\', StringComparison.Ordinal));
        return new GitHubAttestationFiles(fits ? subjects : ChecksumManifest.Format(Files(statement.Byproducts.Where(one => one.Name.EndsWith(".sha256", StringComparison.Ordinal) || one.Name == RunAttestation.LedgerExtract))), predicate);
    }

    private static List<DigestedFile> Files(IEnumerable<DescribedResource> resources) =>
        [.. resources.Where(one => one.Algorithm == "sha256").Select(one => new DigestedFile(one.Name, one.Digest, null))];
}
