using System.Text.Json;
using System.Text.RegularExpressions;

namespace Factory.Core.Contracts;

/// <summary>
/// What the schemas ask of a document beyond its shape: the form of ids, times and digests. Together with
/// <see cref="FactoryJson.Read"/> it accepts exactly what the schemas accept.
/// </summary>
public static partial class DocumentRules
{
    private const long LargestExactInteger = 9_007_199_254_740_991;

    /// <summary>Reads a document, and holds it to the rules.</summary>
    /// <exception cref="JsonException">The document is not of its schema; the message says where.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8) where T : class
    {
        T document;
        try
        {
            document = FactoryJson.Read<T>(utf8);
        }
        catch (JsonException error)
        {
            throw DocumentFault.Explain(error);
        }

        return Check(document) is [var first, ..] ? throw new JsonException(first) : document;
    }

    /// <summary>Every rule that a document breaks, each with the path it is broken at.</summary>
    /// <param name="document">One of the documents of a bundle, or the manifest.</param>
    /// <exception cref="NotSupportedException">There are no rules for this type.</exception>
    public static IReadOnlyList<string> Check(object document) =>
        [.. (document switch
        {
            StatusDocument status => Check(status),
            FilesChangedDocument changed => Check(changed),
            ScopeLockDocument scope => Head(scope.SchemaVersion, scope.RunId).Concat(Worker("worker_id", scope.WorkerId))
                .Concat(Texts("allowed_globs", scope.AllowedGlobs)).Concat(Texts("blocked_globs", scope.BlockedGlobs)).Concat(Texts("allow_shared_paths", scope.AllowSharedPaths)),
            HandoffNoteDocument note => Head(note.SchemaVersion, note.RunId).Concat(Worker("worker_id", note.WorkerId))
                .Concat(Texts("decisions", note.Decisions)).Concat(Texts("risks", note.Risks)).Concat(Texts("next_actions", note.NextActions)),
            LogsIndexDocument logs => Head(logs.SchemaVersion, logs.RunId).Concat(Owner("owner", logs.Owner))
                .Concat(Each("logs", logs.Logs, (at, log) => Name($"{at}.name", log.Name).Concat(Name($"{at}.path", log.Path)))),
            RunManifestDocument manifest => Check(manifest),
            _ => throw new NotSupportedException($"{document.GetType()} is not a document of a run"),
        })];

    private static IEnumerable<string> Check(StatusDocument status) =>
        Head(status.SchemaVersion, status.RunId).Concat(Contract(status.ContractVersion)).Concat(Owner("worker_id", status.WorkerId))
            .Concat(Time("started_at", status.StartedAt)).Concat(Time("ended_at", status.EndedAt))
            .Concat(Each("required_checks", status.RequiredChecks, Record)).Concat(Each("optional_checks", status.OptionalChecks, Record))
            .Concat(Texts("errors", status.Errors)).Concat(Texts("warnings", status.Warnings)).Concat(Texts("artifacts", status.Artifacts));

    private static IEnumerable<string> Check(FilesChangedDocument changed) =>
        Head(changed.SchemaVersion, changed.RunId).Concat(Owner("owner", changed.Owner)).Concat(Each("changes", changed.Changes, Change));

    private static IEnumerable<string> Check(RunManifestDocument manifest) =>
        Head(manifest.SchemaVersion, manifest.RunId).Concat(Contract(manifest.ContractVersion))
            .Concat(Rule(RunId.IsKind(manifest.Kind), "kind", "expected the kind of a run"))
            .Concat(Name("base_ref", manifest.BaseRef))
            .Concat(Rule(CommitId.TryParse(manifest.BaseRefHash, out _), "base_ref_hash", "expected a commit id: 40 or 64 lower-case hex digits"))
            .Concat(Each("workers", manifest.Workers, Worker))
            .Concat(Rule(manifest.Workers.Distinct(StringComparer.Ordinal).Count() == manifest.Workers.Count, "workers", "a worker is named twice"))
            .Concat(Rule(manifest.Integrator == WorkerId.Integrator, "integrator", $"expected {WorkerId.Integrator}"))
            .Concat(Rule(TimeShape().IsMatch(manifest.CreatedAt), "created_at", "expected an RFC 3339 time with Z"))
            .Concat(Name("paths.run_dir", manifest.Paths.RunDir)).Concat(Name("paths.integrator_dir", manifest.Paths.IntegratorDir)).Concat(Name("paths.logs_dir", manifest.Paths.LogsDir));

    private static IEnumerable<string> Record(string at, CheckRecord check) =>
        Name($"{at}.name", check.Name)
            .Concat(Rule(check.DurationMs is >= 0 and <= LargestExactInteger, $"{at}.duration_ms", "expected milliseconds, 0 or more"))
            .Concat(Rule(check.Log is not "", $"{at}.log", "expected a file or null"));

    private static IEnumerable<string> Change(string at, FileChange change) =>
        Name($"{at}.path", change.Path)
            .Concat(Rule(change.Sha256 is null || HashShape().IsMatch(change.Sha256), $"{at}.sha256", "expected 64 lower-case hex digits or null"))
            .Concat(Rule(change.Sha256 is null || change.ChangeType != ChangeType.Deleted, $"{at}.sha256", "a deletion leaves nothing to hash; expected null"));

    private static IEnumerable<string> Head(int schemaVersion, string runId) =>
        Rule(schemaVersion == ContractVersion.Schema, "schema_version", $"expected {ContractVersion.Schema}")
            .Concat(Rule(RunId.TryParse(runId, out _), "run_id", "expected a run id"));

    private static IEnumerable<string> Contract(int version) =>
        Rule(version == ContractVersion.Contract, "contract_version", $"expected {ContractVersion.Contract}");

    private static IEnumerable<string> Worker(string at, string id) => Rule(WorkerId.TryParse(id, out _), at, "expected a worker id");

    private static IEnumerable<string> Owner(string at, string id) =>
        Rule(id == WorkerId.Integrator || WorkerId.TryParse(id, out _), at, $"expected a worker id or {WorkerId.Integrator}");

    private static IEnumerable<string> Time(string at, string? time) =>
        Rule(time is null || TimeShape().IsMatch(time), at, "expected an RFC 3339 time with Z, or null");

    private static IEnumerable<string> Name(string at, string text) => Rule(text.Length > 0, at, "expected a text that is not empty");

    private static IEnumerable<string> Texts(string at, IReadOnlyList<string> texts) => Each(at, texts, (_, _) => []);

    // Nullable annotations are not enforced inside lists, so a null item is looked for here.
    private static IEnumerable<string> Each<T>(string at, IReadOnlyList<T> items, Func<string, T, IEnumerable<string>> rules) where T : class? =>
        items.SelectMany((item, index) => FormattableString.Invariant($"{at}[{index}]") is var path && item is null ? [$"{path}: expected a value, found null"] : rules(path, item!));

    private static IEnumerable<string> Rule(bool holds, string at, string expected) => holds ? [] : [$"{at}: {expected}"];

    [GeneratedRegex(@"\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?Z\z", RegexOptions.CultureInvariant)]
    private static partial Regex TimeShape();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HashShape();
}
