using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Verification;

/// <summary>What is to be verified, and with what.</summary>
public sealed record RunVerificationRequest
{
    /// <summary>The run's folder, absolute.</summary>
    public required string RunFolder { get; init; }

    /// <summary>The public key that signed; null to check no signature.</summary>
    public VerifyingKey? Key { get; init; }

    /// <summary>A folder in the repository whose objects the trees are made from, absolute; null for the repository that the run's folder lies in.</summary>
    public string? Repository { get; init; }

    /// <summary>Whether a signature or a ledger proof that is absent, or for which there is no key, is a finding instead of a warning.</summary>
    public bool RequireSignature { get; init; }
}

/// <summary>
/// Verifies a run offline, from its folder and a public key: signature, every digest, missing and added files, the ledger's
/// extract and checkpoint, and that the recorded trees are what base and patches give. Nothing in the folder is believed,
/// no link is followed, and nothing is written outside a temporary folder.
/// </summary>
public static class RunVerifier
{
    /// <summary>Verifies.</summary>
    /// <exception cref="FactoryException">There is no such folder.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<RunVerification> VerifyAsync(RunVerificationRequest request, CancellationToken cancellationToken)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.RunFolder));
        if (!Directory.Exists(folder))
            throw new FactoryException(BlockerKind.Config, $"there is no run folder {folder}", "give the folder of a run: the one that holds RUN_MANIFEST.json", folder);
        if (!File.Exists(Path.Combine(folder, BundleFile.RunManifest)) && !Directory.Exists(Path.Combine(folder, "attestations")))
            throw new FactoryException(BlockerKind.Config, $"{folder} is not the folder of a run", "give the folder of a run: the one that holds RUN_MANIFEST.json", folder);
        var findings = new VerificationFindings();
        RunContents contents;
        try
        {
            contents = RunContents.Scan(folder, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FactoryException)
        {
            findings.Wrong($"the folder cannot be listed: {error.Message}", folder);
            findings.End("folder", "");
            return findings.ToResult(null, folder, request.Key, 0);
        }

        var manifest = RunIdCheck.Read(contents, findings);
        if (manifest is { Status: RunStatus.Pending } && !contents.Entries.Any(entry => entry.Name.StartsWith("attestations/", StringComparison.Ordinal)))
        {
            findings.Unfinished(manifest.RunId, folder);
            return findings.ToResult(manifest.RunId, folder, request.Key, 0);
        }

        var envelope = ProvenanceCheck.Read(contents, request, findings);
        var digests = ManifestCheck.Compare(contents, manifest?.Workers, envelope, findings, cancellationToken);
        ProvenanceCheck.Compare(envelope.Statement, digests, manifest, findings);
        AddedFilesCheck.Find(contents, manifest?.Workers ?? [], digests, envelope.Statement, findings);
        var events = LedgerExtractCheck.Read(contents, manifest?.RunId, envelope.Statement, findings);
        RecordedRunCheck.Compare(contents, manifest, events, findings);
        LedgerProofCheck.Read(contents, request, manifest?.RunId, digests, envelope, findings);
        await TreeCheck.RunAsync(contents, request, manifest, envelope.Statement, findings, cancellationToken).ConfigureAwait(false);
        return findings.ToResult(manifest?.RunId, folder, request.Key, digests.Files.Count);
    }
}
