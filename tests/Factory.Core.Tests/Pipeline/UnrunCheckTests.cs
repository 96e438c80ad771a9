using System.Text;
using System.Text.Json.Nodes;
using Factory.Core.Attestation;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>A check that did not run is not a pass, wherever it is written down.</summary>
public sealed class UnrunCheckTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_nothing_was_launched_nothing_was_compared_merged_or_checked(bool isDryRun)
    {
        var config = Configure(("A_worker", "echo a > src/a.txt"));
        if (!isDryRun) config["workers"]!["definitions"]![0]!["prompt"] = "none.md";
        _repository.Save(config);
        var result = await TestRepository.Pipeline.OneshotAsync(_repository.Request with { IsDryRun = isDryRun }, TestContext.Current.CancellationToken);

        Assert.Equal(isDryRun ? RunStatus.Warn : RunStatus.Blocked, result.Status);
        foreach (var check in (string[])["overlap", "merge", "check:tests"])
        {
            Assert.Null(RcOf(result, check));
            Assert.Contains($"required {check}: did not run\n", File.ReadAllText(result.Report!), StringComparison.Ordinal);
        }

        Assert.Equal([("OVERLAP_CHECK", "PENDING", null), ("CHECK_RESULT", "PENDING", null)], Events(result, "OVERLAP_CHECK", "CHECK_RESULT", "SCOPE_CHECK").Where(one => one.Type != "SCOPE_CHECK"));
        Assert.All(Events(result, "SCOPE_CHECK"), one => Assert.Equal(("SCOPE_CHECK", "PENDING", null), one));
        Assert.Contains("\"checks\":[{\"duration_ms\":0,\"name\":\"tests\",\"rc\":null,\"required\":true}]", Predicate(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merge_of_a_part_of_the_work_is_not_the_merge_that_was_asked_for()
    {
        Configure(("A_worker", "echo a > src/a.txt"), ("B_worker", "exit 3"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Equal((0, null, null), (RcOf(result, "overlap"), RcOf(result, "merge"), RcOf(result, "check:tests")));
        Assert.Contains("required merge: did not run\n", File.ReadAllText(result.Report!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merge_that_was_tried_and_not_made_says_so()
    {
        Configure(("A_worker", "sed -i '1s/.*/one/' CHANGELOG.md"), ("B_worker", "sed -i '30s/.*/thirty/' CHANGELOG.md"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Equal((1, 0), (RcOf(result, "overlap"), RcOf(result, "merge")));
        Assert.Contains("required merge: rc 0 (tried only: nothing was merged)\n", File.ReadAllText(result.Report!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_that_ran_says_what_it_returned()
    {
        Configure(("A_worker", "echo a > src/a.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Pass, result.Status);
        Assert.Equal((0, 0, 0), (RcOf(result, "overlap"), RcOf(result, "merge"), RcOf(result, "check:tests")));
        Assert.Equal([("SCOPE_CHECK", "PASS", 0), ("OVERLAP_CHECK", "PASS", 0), ("CHECK_RESULT", "PASS", 0)], Events(result, "OVERLAP_CHECK", "CHECK_RESULT", "SCOPE_CHECK"));
        Assert.Contains("required merge: rc 0\n", File.ReadAllText(result.Report!), StringComparison.Ordinal);
    }

    private JsonObject Configure(params (string Id, string Script)[] workers)
    {
        var config = _repository.Configure(workers);
        config["integration"] = new JsonObject { ["checks"] = new JsonArray(new JsonObject { ["name"] = "tests", ["command"] = new JsonArray("git", "--version") }) };
        _repository.Save(config);
        return config;
    }

    private static int? RcOf(RunResult result, string check) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(result.RunDir!, "Z_integrator/STATUS.json")))!["required_checks"]!.AsArray().Single(one => (string?)one!["name"] == check)!["rc"] is { } rc ? (int)rc : null;

    private static List<(string Type, string Status, int? Rc)> Events(RunResult result, params string[] types) =>
    [
        .. File.ReadLines(Path.Combine(result.RunDir!, RunAttestation.LedgerExtract)).Select(line => JsonNode.Parse(line)!).Where(line => types.Contains((string)line["event_type"]!))
            .Select(line => ((string)line["event_type"]!, (string)line["details"]!["status"]!, line["rc"] is { } rc ? (int?)(int)rc : null)),
    ];

    private static string Predicate(RunResult result) =>
        Encoding.UTF8.GetString(Convert.FromBase64String((string)JsonNode.Parse(File.ReadAllText(Path.Combine(result.RunDir!, "attestations/provenance.intoto.jsonl")))!["payload"]!));
}
