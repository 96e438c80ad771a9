using Factory.Core.Contracts;

namespace Factory.Core.Attestation;

/// <summary>What the digests of a run's files are, for its provenance.</summary>
/// <param name="Covered">Every file of the bundles, the integrator's bundle and the run's own documents.</param>
/// <param name="Manifests">The three checksum manifests and the ledger's extract.</param>
/// <param name="Uncovered">Links, pipes and the like in the bundles, by name, with their kind.</param>
/// <param name="LedgerLines">How many lines the extract has.</param>
/// <param name="LedgerHead">The leaf hash of its last line, lower-case hex, or null.</param>
public sealed record AttestedFiles(
    IReadOnlyList<DigestedFile> Covered, IReadOnlyList<DigestedFile> Manifests, IReadOnlyDictionary<string, string> Uncovered, long LedgerLines, string? LedgerHead);

/// <summary>Puts a run's facts and digests into a statement. The same facts and files give the same bytes.</summary>
public static class ProvenanceWriter
{
    /// <summary>Makes the statement.</summary>
    public static ProvenanceStatement Create(ProvenanceFacts facts, AttestedFiles files) => ProvenanceStatement.Of(new Dictionary<string, object?>
    {
        ["_type"] = ProvenanceStatement.StatementType,
        ["predicateType"] = ProvenanceStatement.PredicateType,
        ["subject"] = Subjects(facts, files),
        ["predicate"] = new Dictionary<string, object?> { ["buildDefinition"] = Definition(facts, files), ["runDetails"] = Details(facts, files) },
    });

    private static List<object?> Subjects(ProvenanceFacts facts, AttestedFiles files)
    {
        var subjects = files.Covered.Select(file => (object?)File(file)).ToList();
        if (facts.IntegratedCommit is { } commit) subjects.Add(Resource(ProvenanceStatement.IntegratedCommitName, "gitCommit", commit));
        if (facts.IntegratedTree is { } tree) subjects.Add(Resource(ProvenanceStatement.IntegratedTreeName, "gitTree", tree));
        return subjects;
    }

    private static Dictionary<string, object?> Definition(ProvenanceFacts facts, AttestedFiles files)
    {
        var inputs = facts.Inputs?.Content ?? new Dictionary<string, object?>();
        return new Dictionary<string, object?>
        {
            ["buildType"] = ProvenanceStatement.BuildType,
            ["externalParameters"] = new Dictionary<string, object?>
            {
                ["base_ref"] = facts.BaseRef,
                ["config"] = inputs.GetValueOrDefault("config"),
                ["config_source"] = inputs.GetValueOrDefault("config_source"),
                ["workers"] = facts.Workers.Select(worker => (object?)new Dictionary<string, object?> { ["id"] = worker.Id, ["command"] = worker.Command }).ToList(),
            },
            ["internalParameters"] = new Dictionary<string, object?>
            {
                ["contract_version"] = ContractVersion.Contract,
                ["uncovered"] = files.Uncovered.ToDictionary(pair => pair.Key, pair => (object?)pair.Value, StringComparer.Ordinal),
            },
            ["resolvedDependencies"] = Dependencies(facts, inputs),
        };
    }

    private static List<object?> Dependencies(ProvenanceFacts facts, IReadOnlyDictionary<string, object?> inputs)
    {
        var dependencies = new List<object?>();
        if (facts.BaseCommit is { } commit)
        {
            var source = Resource("base_commit", "gitCommit", commit);
            if (inputs.GetValueOrDefault("repository") is string uri) source["uri"] = $"{uri}@{commit}";
            if (inputs.GetValueOrDefault("base_tree") is string tree) source["annotations"] = new Dictionary<string, object?> { ["tree"] = tree };
            dependencies.Add(source);
        }

        if (inputs.GetValueOrDefault("config_source") is IReadOnlyDictionary<string, object?> config && config.GetValueOrDefault("path") is string path && config.GetValueOrDefault("sha256") is string hash)
            dependencies.Add(Resource(path, "sha256", hash));
        return dependencies;
    }

    private static Dictionary<string, object?> Details(ProvenanceFacts facts, AttestedFiles files)
    {
        var inputs = facts.Inputs?.Content ?? new Dictionary<string, object?>();
        return new Dictionary<string, object?>
        {
            ["builder"] = new Dictionary<string, object?>
            {
                ["id"] = inputs.GetValueOrDefault("builder_id") as string ?? BuilderId.Local,
                ["version"] = new Dictionary<string, object?> { ["factory"] = inputs.GetValueOrDefault("factory_version") as string ?? RunInputs.FactoryVersion },
            },
            ["metadata"] = WithoutNulls(new() { ["invocationId"] = facts.RunId, ["startedOn"] = facts.StartedOn, ["finishedOn"] = facts.FinishedOn }),
            ["byproducts"] = files.Manifests.Select(file => (object?)(file.Name == RunAttestation.LedgerExtract ? Ledger(file, files) : File(file))).Concat(Outcomes(facts, files)).ToList(),
        };
    }

    // What came out of each command: no parameter, and SLSA has no field for it, so it stands with the document that says it too.
    private static IEnumerable<object?> Outcomes(ProvenanceFacts facts, AttestedFiles files)
    {
        var byName = files.Covered.ToDictionary(file => file.Name, StringComparer.Ordinal);
        foreach (var worker in facts.Workers)
        {
            if (!byName.TryGetValue($"{worker.Id}/{BundleFile.Status}", out var status)) continue;
            var outcome = File(status);
            outcome["annotations"] = WithoutNulls(new()
            {
                ["size"] = status.Size,
                ["worker"] = worker.Id,
                ["command"] = worker.Command,
                ["exit_code"] = worker.ExitCode,
                ["started_on"] = worker.StartedOn,
                ["finished_on"] = worker.FinishedOn,
                ["duration_ms"] = worker.DurationMs,
                ["timed_out"] = worker.HasTimedOut,
                ["commit"] = worker.Commit,
                ["tree"] = worker.Tree,
                ["status"] = worker.Status,
            });
            yield return outcome;
        }

        if (!byName.TryGetValue($"{WorkerId.Integrator}/{BundleFile.Status}", out var verdict)) yield break;
        var integration = File(verdict);
        integration["annotations"] = WithoutNulls(new()
        {
            ["size"] = verdict.Size,
            ["status"] = facts.Status,
            ["checks"] = facts.Checks.Select(check => (object?)new Dictionary<string, object?> { ["name"] = check.Name, ["rc"] = check.Rc, ["required"] = check.IsRequired, ["duration_ms"] = check.DurationMs }).ToList(),
        });
        yield return integration;
    }

    private static Dictionary<string, object?> Ledger(DigestedFile extract, AttestedFiles files)
    {
        var ledger = File(extract);
        ledger["annotations"] = WithoutNulls(new() { ["size"] = extract.Size, ["lines"] = files.LedgerLines, ["head_leaf_hash"] = files.LedgerHead });
        return ledger;
    }

    private static Dictionary<string, object?> File(DigestedFile file)
    {
        var resource = Resource(file.Name, "sha256", file.Sha256);
        resource["annotations"] = new Dictionary<string, object?> { ["size"] = file.Size };
        return resource;
    }

    private static Dictionary<string, object?> Resource(string name, string algorithm, string digest) =>
        new() { ["name"] = name, ["digest"] = new Dictionary<string, object?> { [algorithm] = digest } };

    private static Dictionary<string, object?> WithoutNulls(Dictionary<string, object?> values) =>
        values.Where(pair => pair.Value is not null).ToDictionary(StringComparer.Ordinal);
}
