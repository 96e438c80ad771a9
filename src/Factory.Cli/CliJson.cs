using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Diagnostics;
using Factory.Core.Pipeline;

namespace Factory.Cli;

/// <summary>Writes the documents of the verbs that are no runs, in the form of all other documents.</summary>
internal static class CliJson
{
    private static readonly CliContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes a document and a final LF.</summary>
    public static void Write<T>(Stream stream, T document)
    {
        JsonSerializer.Serialize(stream, document, (JsonTypeInfo<T>)Context.GetTypeInfo(typeof(T))!);
        stream.WriteByte((byte)'\n');
    }
}

/// <summary><c>init</c>.</summary>
internal sealed record InitDocument(RunStatus Status, int ExitCode, string Path);

/// <summary><c>doctor</c>.</summary>
internal sealed record DoctorDocument(RunStatus Status, int ExitCode, IReadOnlyList<DoctorFinding> Checks);

/// <summary><c>print-report</c>.</summary>
internal sealed record ReportDocument(RunStatus Status, int ExitCode, string RunId, string Report, string Text);

/// <summary><c>open-run</c>: the status is the verb's own, <c>run_status</c> the run's.</summary>
internal sealed record RunPlaceDocument(RunStatus Status, int ExitCode, string RunId, RunStatus RunStatus, string RunDir, string? Report);

/// <summary><c>attest</c>.</summary>
internal sealed record AttestDocument(
    RunStatus Status, int ExitCode, string RunId, string RunDir, string Bundles, string Report, string Ledger, string? Provenance, string? KeyFingerprint, string? Github, int Files, IReadOnlyList<string> Changed, LedgerHead? Head)
{
    /// <summary>The document of an attestation.</summary>
    public static AttestDocument Of(AttestationResult result) => new(
        RunStatus.Pass, RunStatus.Pass.ToExitCode(), result.RunId, result.RunDir, result.Bundles, result.Report, result.Ledger, result.Provenance, result.KeyFingerprint, result.GitHub, result.Files, result.Changed, result.Head);
}

/// <summary><c>key new</c>.</summary>
internal sealed record KeyDocument(RunStatus Status, int ExitCode, string Path, string PublicKeyPath, string Fingerprint, string Algorithm, bool IsEncrypted);

/// <summary><c>key show</c>.</summary>
internal sealed record KeyShownDocument(RunStatus Status, int ExitCode, string Source, string Fingerprint, string Algorithm, string PublicKey);

/// <summary><c>ledger-prove</c>.</summary>
internal sealed record ProofDocument(
    RunStatus Status, int ExitCode, string Kind, string Ledger, long? Index, long? OldSize, LedgerHead Head, IReadOnlyList<string> Hashes, string Proof);

/// <summary><c>verify --proof</c>.</summary>
internal sealed record ProofVerifiedDocument(RunStatus Status, int ExitCode, long Index, string Origin, long Size, string Line, string? Reason);

[JsonSerializable(typeof(ProofDocument))]
[JsonSerializable(typeof(ProofVerifiedDocument))]
[JsonSerializable(typeof(RunVerification))]
[JsonSerializable(typeof(InitDocument))]
[JsonSerializable(typeof(KeyDocument))]
[JsonSerializable(typeof(KeyShownDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(ReportDocument))]
[JsonSerializable(typeof(RunPlaceDocument))]
[JsonSerializable(typeof(AttestDocument))]
[JsonSerializable(typeof(ContractsResult))]
[JsonSerializable(typeof(WorktreesResult))]
internal sealed partial class CliContext : JsonSerializerContext;
