using System.Globalization;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Verification;

/// <summary>The provenance of a run as far as it can be used.</summary>
/// <param name="Digest">SHA-256 of the envelope's file, or null when there is none.</param>
/// <param name="Statement">The statement; null when there is none, or its signature is not the key's.</param>
/// <param name="IsSigned">Whether the signature was checked and is the key's.</param>
internal sealed record VerifiedProvenance(string? Digest, ProvenanceStatement? Statement, bool IsSigned);

/// <summary>Checks the envelope's signature over the exact bytes of the payload, and only then reads the statement.</summary>
internal static class ProvenanceCheck
{
    private const string Name = RunAttestation.ProvenanceName;
    private const int Fingerprint = 64;

    public static VerifiedProvenance Read(RunContents contents, RunVerificationRequest request, VerificationFindings findings)
    {
        var (digest, envelope) = ReadEnvelope(contents, request, findings);
        var isSigned = false;
        if (envelope is { Signatures.Count: not 1 }) findings.Changed(Name, string.Create(CultureInfo.InvariantCulture, $"has {envelope.Signatures.Count} signatures, and Factory writes exactly one"));
        if (envelope is not null && request.Key is { } key)
        {
            isSigned = envelope.IsSignedBy(key);
            if (!isSigned && SignerIn(envelope) is { } signer && signer != key.Fingerprint) findings.OtherKey(Name, signer, key);
            else if (!isSigned) findings.Changed(Name, "is not signed by the key, or was changed since");
            // The key id decides nothing above; a line that names another key than the one that signed was tampered with.
            else if (!envelope.Signatures.Any(one => one.KeyId == key.Fingerprint)) findings.Changed(Name, "names another key than the one that signed it");
        }

        ProvenanceStatement? statement = null;
        if (envelope is not null && (isSigned || request.Key is null)) statement = Parse(envelope, findings);
        if (request.Key is null && request.RequireSignature) findings.Wrong("a signature is required, and no public key was given", Name);
        findings.End("signature", $"signed by {request.Key?.Fingerprint}", envelope is null ? "the run has no provenance" : request.Key is null ? "no public key was given" : null);
        return new VerifiedProvenance(digest, statement, isSigned);
    }

    /// <summary>Whether the statement names exactly the files of the manifests, and the manifests themselves.</summary>
    public static void Compare(ProvenanceStatement? statement, ManifestDigests digests, RunManifestDocument? manifest, VerificationFindings findings)
    {
        if (statement is not null)
        {
            var subjects = statement.Subjects.Where(one => one.Algorithm == "sha256").ToDictionary(one => one.Name, one => one.Digest, StringComparer.Ordinal);
            foreach (var (name, digest) in subjects)
                if (!digests.Listed.TryGetValue(name, out var listed)) findings.Wrong($"the provenance names {name}, which no manifest does", name);
                else if (listed != digest) findings.Changed(name, "has another digest in its manifest than in the provenance");
            foreach (var name in digests.Listed.Keys.Where(name => name != RunAttestation.LedgerExtract && !subjects.ContainsKey(name))) findings.Wrong($"a manifest names {name}, which the provenance does not", name);
            foreach (var (name, digest) in digests.Manifests.Append(new(RunAttestation.LedgerExtract, digests.Files.GetValueOrDefault(RunAttestation.LedgerExtract) ?? "")))
                if (statement.Byproducts.FirstOrDefault(one => one.Name == name)?.Digest != digest) findings.Changed(name, "is not the one that the provenance names");
            if (manifest is not null && statement.RunId != manifest.RunId) findings.Wrong($"the provenance is of the run {statement.RunId}, not of {manifest.RunId}", Name);
            if (manifest is not null && statement.BaseCommit != manifest.BaseRefHash) findings.Wrong("the provenance names another base commit than the run's manifest", Name);
        }

        findings.End("statement", $"the provenance names the same {digests.Listed.Count} files", statement is null ? "there is no provenance that could be believed" : null);
    }

    // A hint and no proof: it only chooses the words.
    private static string? SignerIn(DsseEnvelope envelope) =>
        envelope.Signatures is [{ KeyId: { Length: Fingerprint } id }] && id.All(char.IsAsciiHexDigitLower) ? id : null;

    private static (string? Digest, DsseEnvelope? Envelope) ReadEnvelope(RunContents contents, RunVerificationRequest request, VerificationFindings findings)
    {
        try
        {
            if (contents.Read(Name) is { } bytes) return (FileDigest.Of(bytes), DsseEnvelope.Parse(bytes));
            if (request.Key is not null || request.RequireSignature) findings.Missing(Name);
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            findings.Changed(Name, $"cannot be read: {error.Message}");
        }

        return (null, null);
    }

    private static ProvenanceStatement? Parse(DsseEnvelope envelope, VerificationFindings findings)
    {
        try
        {
            if (envelope.PayloadType == DsseEnvelope.InTotoType) return ProvenanceStatement.Parse(envelope.Payload);
            findings.Changed(Name, $"holds a payload of the type '{envelope.PayloadType}', not {DsseEnvelope.InTotoType}");
        }
        catch (FormatException error)
        {
            findings.Changed(Name, $"cannot be used: {error.Message}");
        }

        return null;
    }
}
