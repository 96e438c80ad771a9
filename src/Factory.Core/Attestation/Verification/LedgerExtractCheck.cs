using System.Globalization;
using System.Text.Json;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Verification;

namespace Factory.Core.Attestation.Verification;

/// <summary>Reads the run's extract of the ledger: every line an event of this run, the first its start, the last what was signed for.</summary>
internal static class LedgerExtractCheck
{
    private const string Name = RunAttestation.LedgerExtract;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>Reads it.</summary>
    /// <returns>Its events; none when a line is wrong.</returns>
    public static IReadOnlyList<LedgerEvent> Read(RunContents contents, string? runId, ProvenanceStatement? statement, VerificationFindings findings)
    {
        var lines = 0L;
        var events = new List<LedgerEvent>();
        try
        {
            if (contents.Read(Name) is not { } bytes) findings.Missing(Name);
            else lines = ReadLines(bytes, runId, statement, events, findings);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            findings.Changed(Name, $"cannot be read: {error.Message}");
            events.Clear();
        }

        findings.End("ledger_extract", string.Create(CultureInfo.InvariantCulture, $"{lines} events, all of this run"));
        return events;
    }

    private static long ReadLines(ReadOnlyMemory<byte> rest, string? runId, ProvenanceStatement? statement, List<LedgerEvent> events, VerificationFindings findings)
    {
        var (lines, head) = (0L, "");
        while (rest.Length > 0)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            if (end < 0) throw new FormatException("its last line has no end");
            lines++;
            if (Explain(rest[..end], runId, lines == 1) is { } reason) throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {lines} {reason}"));
            using (var record = LedgerRecord.TryParse(rest[..end], out var wrong)) events.Add(record?.ToEvent(lines) ?? throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {lines} is no event: {wrong}")));
            if (end + 1 == rest.Length) head = Convert.ToHexStringLower(LedgerHash.Leaf(rest.Span[..end]));
            rest = rest[(end + 1)..];
        }

        if (lines == 0) throw new FormatException("it has no event");
        var recorded = statement?.Byproducts.FirstOrDefault(one => one.Name == Name)?.Annotations;
        if (recorded is not null && (recorded.GetValueOrDefault("lines") as long? != lines || recorded.GetValueOrDefault("head_leaf_hash") as string != head)) findings.Changed(Name, "does not end where the provenance says");
        return lines;
    }

    private static string? Explain(ReadOnlyMemory<byte> line, string? runId, bool isFirst)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Strict);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("run_id", out var id) || !root.TryGetProperty("event_type", out var type)) return "is not an event";
            if (runId is not null && id.GetString() != runId) return "is an event of another run";
            if (LineVerdict.ExplainId(line) is { } changed) return $"was changed: {changed}";
            return isFirst && type.GetString() != WireEnum<LedgerEventType>.NameOf(LedgerEventType.RunStart) ? "is not the start of the run" : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return $"is not JSON of an event: {error.Message}";
        }
    }
}
