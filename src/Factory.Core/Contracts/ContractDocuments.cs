using System.Text.Json;
using System.Text.Unicode;

namespace Factory.Core.Contracts;

/// <summary>The raw documents of one bundle; null for a file that is not there.</summary>
/// <param name="Owner">The worker's folder, or <see cref="WorkerId.Integrator"/>.</param>
/// <param name="Status">STATUS.json.</param>
/// <param name="FilesChanged">FILES_CHANGED.json.</param>
/// <param name="ScopeLock">SCOPE_LOCK.json; not asked of the integrator.</param>
/// <param name="HandoffNote">HANDOFF_NOTE.json; not asked of the integrator.</param>
/// <param name="LogsIndex">LOGS/INDEX.json.</param>
public sealed record BundleDocuments(string Owner, byte[]? Status, byte[]? FilesChanged, byte[]? ScopeLock, byte[]? HandoffNote, byte[]? LogsIndex);

/// <summary>The documents of a run as one, for one validation (schema <c>run_documents</c>).</summary>
public static class ContractDocuments
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>
    /// Puts the documents beside each other, byte for byte. One that is missing or no JSON becomes a problem of the
    /// result, so that nothing inside a file can reach beyond it.
    /// </summary>
    /// <param name="manifest">RUN_MANIFEST.json, or null when it is not there.</param>
    /// <param name="workers">The workers' bundles.</param>
    /// <param name="integrator">The integrator's bundle, or null while there is none.</param>
    public static CombinedDocuments Combine(byte[]? manifest, IEnumerable<BundleDocuments> workers, BundleDocuments? integrator = null)
    {
        var combined = new CombinedDocuments();
        combined.Append("{\"manifest\":");
        Add(combined, "manifest", BundleFile.RunManifest, manifest);
        combined.Append(",\"workers\":[");
        var index = 0;
        foreach (var worker in workers)
        {
            if (index > 0) combined.Append(",");
            Bundle(combined, FormattableString.Invariant($"workers[{index++}]"), worker, isWorker: true);
        }

        combined.Append("]");
        if (integrator is not null)
        {
            combined.Append(",\"integrator\":");
            Bundle(combined, "integrator", integrator, isWorker: false);
        }

        combined.Append("}\n");
        return combined;
    }

    private static void Bundle(CombinedDocuments combined, string path, BundleDocuments bundle, bool isWorker)
    {
        List<(string Key, string File, byte[]? Utf8)> documents =
            [("status", BundleFile.Status, bundle.Status), ("files_changed", BundleFile.FilesChanged, bundle.FilesChanged)];
        if (isWorker) documents.AddRange([("scope_lock", BundleFile.ScopeLock, bundle.ScopeLock), ("handoff_note", BundleFile.HandoffNote, bundle.HandoffNote)]);
        documents.Add(("logs_index", BundleFile.LogsIndex, bundle.LogsIndex));
        var separator = "{";
        foreach (var (key, file, utf8) in documents)
        {
            combined.Append($"{separator}\"{key}\":");
            Add(combined, $"{path}.{key}", $"{bundle.Owner}/{file}", utf8);
            separator = ",";
        }

        combined.Append("}");
    }

    /// <summary>Why bytes are not one JSON value that the decoders would read, or null when they are.</summary>
    internal static SchemaProblem? Explain(ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span)) return new("", null, "the document is not UTF-8");
        try
        {
            RefuseHalfCharacters(utf8.Span);
            using var document = JsonDocument.Parse(utf8, Strict);
            return null;
        }
        catch (JsonException error)
        {
            var line = error.LineNumber is { } number ? (int)Math.Min(number + 1, int.MaxValue) : (int?)null;
            return new(error.Path ?? "", line, $"the document is not JSON of the contract: {error.Message}");
        }
    }

    // Readers differ over half of an escaped surrogate pair: some throw late, some replace it without a word.
    private static void RefuseHalfCharacters(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) reader.GetString();
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("the text is not valid Unicode (half of a surrogate pair)", error);
        }
    }

    private static void Add(CombinedDocuments combined, string path, string file, byte[]? utf8)
    {
        var problem = utf8 is null ? new("", null, "the document is missing") : Explain(utf8);
        if (problem is not null) combined.AddFaulty(path, problem with { Document = file });
        else combined.Add(file, path, utf8!);
    }
}
