using System.Text;
using System.Text.Json.Nodes;
using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Attestation;

public sealed class ProvenanceTests
{
    [Fact]
    public async Task The_provenance_names_every_file_the_integrated_tree_and_what_came_out()
    {
        using var run = await AttestedRun.MakeAsync(configure: config => config["workers"]!["definitions"]![0]!["env"] = new JsonObject { ["API_TOKEN"] = "hunter2" });
        Assert.Equal(RunStatus.Pass, run.Result.Status);
        var envelope = DsseEnvelope.Parse(run.Bytes(RunAttestation.ProvenanceName));
        Assert.Equal(DsseEnvelope.InTotoType, envelope.PayloadType);
        Assert.True(envelope.IsSignedBy(run.Key.Public));
        var statement = ProvenanceStatement.Parse(envelope.Payload);
        var listed = new[] { "bundles", "report" }.SelectMany(name => ChecksumManifest.Parse(run.Bytes($"attestations/{name}.sha256"))).Select(file => file.Name).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal([.. listed, "integrated_commit", "integrated_tree"], statement.Subjects.Select(subject => subject.Name));
        Assert.Contains("RUN_INPUTS.json", statement.Subjects.Select(subject => subject.Name));
        Assert.Equal((run.Result.IntegratedCommit, run.Result.IntegratedTree, run.Result.BaseCommit), (statement.IntegratedCommit, statement.IntegratedTree, statement.BaseCommit));
        var predicate = JsonNode.Parse(envelope.Payload.Span)!["predicate"]!;
        Assert.Equal(run.Result.RunId, (string?)predicate["runDetails"]!["metadata"]!["invocationId"]);
        Assert.Equal(BuilderId.Local, (string?)predicate["runDetails"]!["builder"]!["id"]);
        Assert.Equal("sh", (string?)predicate["buildDefinition"]!["externalParameters"]!["workers"]![0]!["command"]![0]);
        var outcome = predicate["runDetails"]!["byproducts"]!.AsArray().Single(one => (string?)one!["name"] == "A_worker/STATUS.json")!["annotations"]!;
        Assert.Equal((0, run.Result.Workers[0].Commit), ((int)outcome["exit_code"]!, (string?)outcome["commit"]));
        Assert.Equal(run.Repository.Git("rev-parse", run.Result.Workers[0].Commit + "^{tree}").Trim(), (string?)outcome["tree"]);
        Assert.EndsWith("Z", (string?)outcome["started_on"], StringComparison.Ordinal);
        var text = Encoding.UTF8.GetString(envelope.Payload.Span);
        Assert.Contains("API_TOKEN", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ledger_records_the_digest_of_the_provenance()
    {
        using var run = await AttestedRun.MakeAsync();
        var last = File.ReadLines(Path.Combine(Path.GetDirectoryName(run.Folder)!, "factory_ledger.jsonl")).Last();
        Assert.Equal(FileDigest.Of(run.Bytes(RunAttestation.ProvenanceName)), (string?)JsonNode.Parse(last)!["hashes"]!["provenance_sha256"]);
    }

    [Fact]
    public async Task A_finished_run_gets_the_same_statement_again()
    {
        using var run = await AttestedRun.MakeAsync();
        await run.RenewAsync();
        var first = DsseEnvelope.Parse(run.Bytes(RunAttestation.ProvenanceName)).Payload;
        // The second renewal sees one event more in the ledger; everything but the ledger is the same.
        await run.RenewAsync();
        var second = DsseEnvelope.Parse(run.Bytes(RunAttestation.ProvenanceName)).Payload;
        Assert.Equal(WithoutLedger(first), WithoutLedger(second));
    }

    [Fact]
    public async Task A_run_whose_inputs_were_changed_is_not_attested()
    {
        using var run = await AttestedRun.MakeAsync();
        await File.AppendAllTextAsync(run.At(RunInputs.FileName), " ", TestContext.Current.CancellationToken);
        Assert.Contains("not what the run's first event", (await Assert.ThrowsAsync<FactoryException>(() => run.RenewAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_github_actions_the_files_for_the_action_are_written_and_the_builder_is_the_workflow()
    {
        using var run = await AttestedRun.MakeAsync(AttestedRun.GitHub);
        var statement = ProvenanceStatement.Parse(DsseEnvelope.Parse(run.Bytes(RunAttestation.ProvenanceName)).Payload);
        Assert.Contains("https://github.com/octo/repo/.github/workflows/factory.yml@refs/heads/main", Encoding.UTF8.GetString(statement.PredicateBytes), StringComparison.Ordinal);
        Assert.Equal(statement.PredicateBytes, run.Bytes(GitHubAttestationFiles.PredicateName));
        TestRepository.Run(run.Folder, "sha256sum", "--strict", "--quiet", "-c", GitHubAttestationFiles.SubjectsName);
        Assert.Equal(statement.Subjects.Count - 2, ChecksumManifest.Parse(run.Bytes(GitHubAttestationFiles.SubjectsName)).Count);
    }

    [Fact]
    public void A_run_with_more_files_than_the_action_takes_is_attested_by_its_manifests()
    {
        DigestedFile Of(string name) => new(name, new string('a', 64), 1);
        var many = new AttestedFiles([.. Enumerable.Range(0, 1025).Select(n => Of($"A_worker/{n:d5}"))], [Of("attestations/bundles.sha256"), Of("ledger.jsonl")], new Dictionary<string, string>(), 1, null);
        var files = GitHubAttestationFiles.Of(ProvenanceWriter.Create(new ProvenanceFacts { RunId = "x", Workers = [], Checks = [] }, many))!;
        Assert.Equal(["attestations/bundles.sha256", "ledger.jsonl"], ChecksumManifest.Parse(files.Subjects).Select(file => file.Name));
    }

    private static string WithoutLedger(ReadOnlyMemory<byte> payload)
    {
        var statement = JsonNode.Parse(payload.Span)!;
        var byproducts = statement["predicate"]!["runDetails"]!["byproducts"]!.AsArray();
        foreach (var one in byproducts.Where(one => ((string)one!["name"]!).Contains("ledger", StringComparison.Ordinal)).ToList()) byproducts.Remove(one);
        return statement.ToJsonString();
    }
}
