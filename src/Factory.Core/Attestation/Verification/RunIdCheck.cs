using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Verification;

/// <summary>Reads the run's manifest, and holds its id against the folder's name and every STATUS.json.</summary>
internal static class RunIdCheck
{
    public static RunManifestDocument? Read(RunContents contents, VerificationFindings findings)
    {
        var manifest = Read<RunManifestDocument>(contents, BundleFile.RunManifest, findings);
        if (manifest is not null)
        {
            var name = Path.GetFileName(contents.Folder);
            // A copy may have any name, but not that of another run.
            if (RunId.TryParse(name, out _) && name != manifest.RunId) findings.Wrong($"the folder is that of {name}, its manifest that of {manifest.RunId}", BundleFile.RunManifest);
            foreach (var owner in manifest.Workers.Append(WorkerId.Integrator))
            {
                var file = $"{owner}/{BundleFile.Status}";
                if (!contents.Has(file)) continue;
                if (Read<StatusDocument>(contents, file, findings) is { } status && (status.RunId != manifest.RunId || status.WorkerId != owner))
                    findings.Wrong($"{file} is of {status.WorkerId} in the run {status.RunId}, not of {owner} in {manifest.RunId}", file);
            }
        }

        findings.End("run_id", $"every document is of the run {manifest?.RunId}");
        return manifest;
    }

    private static T? Read<T>(RunContents contents, string name, VerificationFindings findings) where T : class
    {
        try
        {
            if (contents.Read(name) is { } bytes) return DocumentRules.Read<T>(bytes);
            findings.Missing(name);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            findings.Changed(name, $"cannot be read: {error.Message}");
        }

        return null;
    }
}
