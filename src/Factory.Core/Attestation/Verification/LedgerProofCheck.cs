using System.Globalization;
using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Ledger.Proofs;

namespace Factory.Core.Attestation.Verification;

/// <summary>
/// Checks that the sealed ledger has the event of this very attestation: the proof's own line is in the checkpoint's tree,
/// the key signed the checkpoint, and the line has the digests of the manifests as they are.
/// </summary>
internal static class LedgerProofCheck
{
    private const string Name = RunAttestation.LedgerProofName;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    public static void Read(RunContents contents, RunVerificationRequest request, string? runId, ManifestDigests digests, VerifiedProvenance provenance, VerificationFindings findings)
    {
        var (message, notChecked) = ("", (string?)null);
        try
        {
            if (contents.Read(Name) is { } bytes) (message, notChecked) = Check(InclusionProof.Parse(Encoding.UTF8.GetString(bytes)), bytes, request.Key, runId, digests, provenance, findings);
            else if (request.RequireSignature) findings.Missing(Name);
            else notChecked = $"there is no {Name}, so the ledger was not sealed over this attestation";
        }
        catch (Exception error) when (error is FactoryException or IOException or UnauthorizedAccessException)
        {
            findings.Changed(Name, $"cannot be used: {error.Message}");
        }

        findings.End("ledger_checkpoint", message, notChecked);
    }

    private static (string Message, string? NotChecked) Check(
        InclusionProof proof, byte[] bytes, VerifyingKey? key, string? runId, ManifestDigests digests, VerifiedProvenance provenance, VerificationFindings findings)
    {
        if (!Encoding.UTF8.GetBytes(proof.Format()).AsSpan().SequenceEqual(bytes)) findings.Changed(Name, "is not spelled as Factory writes it");
        if (proof.Extra.IsEmpty || !proof.Covers(proof.Extra.Span)) findings.Changed(Name, "does not prove that its line is in the ledger of its checkpoint");
        else CompareLine(proof.Extra, runId, digests, provenance, findings);
        var signature = key is null ? (CheckpointSignature?)null : proof.Checkpoint.Check(key);
        // Where the key signed the provenance, it signed the checkpoint too.
        if (signature == CheckpointSignature.OtherKey && !provenance.IsSigned && proof.Checkpoint.SignerId is { } signer) findings.OtherKey(Name, signer, key!);
        else if (signature == CheckpointSignature.OtherKey) findings.Changed(Name, "has a checkpoint that the key did not sign");
        else if (signature == CheckpointSignature.Invalid) findings.Changed(Name, "has a checkpoint whose signature is wrong");
        return (
            string.Create(CultureInfo.InvariantCulture, $"the attestation is line {proof.Index + 1} of {proof.Checkpoint.Size} in the sealed ledger {proof.Checkpoint.Origin}{Renewal(proof.Extra)}"),
            key is null ? "no public key was given for the checkpoint's signature" : null);
    }

    // Whoever reads a pass must learn that the files were attested a second time, and whether they were the same.
    private static string Renewal(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Strict);
            if (!document.RootElement.TryGetProperty("details", out var details) || !details.TryGetProperty("renewed", out var renewed) || renewed.ValueKind != JsonValueKind.True) return "";
            return details.TryGetProperty("changed_count", out var count) && count.TryGetInt64(out var files)
                ? string.Create(CultureInfo.InvariantCulture, $"; it is a renewal, and {files} files differed from what was attested before")
                : "; it is a renewal, which does not say what differed from what was attested before";
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // CompareLine reports a line that is no event.
            return "";
        }
    }

    private static void CompareLine(ReadOnlyMemory<byte> line, string? runId, ManifestDigests digests, VerifiedProvenance provenance, VerificationFindings findings)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Strict);
            var root = document.RootElement;
            if (root.GetProperty("event_type").GetString() != WireEnum<LedgerEventType>.NameOf(LedgerEventType.AttestationWritten)) findings.Changed(Name, "proves another event than that of an attestation");
            if (root.GetProperty("run_id").GetString() != runId) findings.Changed(Name, $"is of another run: {root.GetProperty("run_id").GetString()}");
            foreach (var (hash, file, actual) in new[]
            {
                ("bundles_sha256", "attestations/bundles.sha256", digests.Manifests.GetValueOrDefault("attestations/bundles.sha256")),
                ("report_sha256", "attestations/report.sha256", digests.Manifests.GetValueOrDefault("attestations/report.sha256")),
                ("ledger_sha256", "attestations/ledger.sha256", digests.Manifests.GetValueOrDefault("attestations/ledger.sha256")),
                ("provenance_sha256", RunAttestation.ProvenanceName, provenance.Digest),
            })
            {
                var recorded = root.GetProperty("hashes").TryGetProperty(hash, out var value) ? value.GetString() : null;
                if (recorded != actual) findings.Changed(file, "is not the one that the ledger recorded");
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            findings.Changed(Name, $"has a line that is no event: {error.Message}");
        }
    }
}
