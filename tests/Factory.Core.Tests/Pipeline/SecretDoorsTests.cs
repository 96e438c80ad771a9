using System.Text.Json.Nodes;
using Factory.Core.Contracts;
using Factory.Core.Tests.Guards.Secrets;

namespace Factory.Core.Tests.Pipeline;

/// <summary>One secret for each way by which text comes into a run, looked for in everything that the run leaves behind.</summary>
public sealed class SecretDoorsTests : IDisposable
{
    /// <summary>How many ways into a run are tried at once.</summary>
    public const int Doors = 26;

    // Evidence, which docs/SECURITY.md says keeps what it holds: git's own list and patch, the worker's declaration and output.
    private static readonly string[] Evidence = ["DIFF.patch", "FILES_CHANGED.json", "FILES_DECLARED.json", "command.stdout.log", "command.stderr.log"];
    private readonly TestRepository _repository = new();
    private readonly Random _random = new(20260401);
    private readonly Dictionary<string, string> _secrets = [];

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_secret_by_any_door_is_found_only_in_what_is_kept_as_evidence()
    {
        TestRepository.RequireUnix();
        var plain = "Sesame-" + "without-any-form";
        var script = $$"""
            mkdir -p src/deep; echo 'key {{New("content")}}' > src/a.txt; echo x > 'src/{{New("file name")}}.txt'; echo x > 'docs/{{New("name out of scope")}}.txt'; mkdir 'src/{{New("folder name")}}'; echo x > "src/deep/x"; mv src/deep 'src/{{_secrets["folder name"]}}/'
            echo '{{New("standard output")}}'; echo '{{New("standard error")}}' >&2; echo "$DOOR_PASSWORD" > src/b.txt
            echo 'I used {{New("summary")}}' > "$FACTORY_BUNDLE_DIR/SUMMARY.md"; echo '{{New("suggestions")}}' > "$FACTORY_BUNDLE_DIR/SUGGESTIONS.md"
            printf '{"schema_version":2,"run_id":"%s","worker_id":"A_worker","summary":"{{New("note")}}","decisions":["{{New("decision")}}"],"risks":["{{New("risk")}}"],"next_actions":["{{New("next action")}}"]}' "$FACTORY_RUN_ID" > "$FACTORY_BUNDLE_DIR/HANDOFF_NOTE.json"
            printf '{"schema_version":2,"run_id":"%s","owner":"A_worker","changes":[{"path":"src/{{New("declared path")}}","change_type":"added","reason":"{{New("reason")}}","sha256":null}]}' "$FACTORY_RUN_ID" > "$FACTORY_BUNDLE_DIR/FILES_CHANGED.json"
            git config 'alias.{{New("setting").Replace('_', '-')}}' '{{New("setting's value")}}'; git update-ref 'refs/heads/{{New("branch")}}' HEAD~0; git update-ref 'refs/tags/{{New("tag")}}' HEAD
            echo '{{New("checkout")}}' > '{{_repository.Root.Replace("'", "'\\''", StringComparison.Ordinal)}}/{{New("name in the checkout")}}.txt'
            """;
        var config = _repository.Configure(("A_worker", script), ("B_worker", "echo b > src/file1.txt"), ("C_worker", "echo c > src/file1.txt"), ("D_worker", "true"));
        var first = config["workers"]!["definitions"]![0]!;
        first["command"]!.AsArray().Add("--token=" + New("argument"));
        File.WriteAllText(Path.Combine(_repository.Home, "prompt.md"), "use " + New("prompt"));
        first["prompt"] = Path.Combine(_repository.Home, "prompt.md");
        first["env"] = new JsonObject { ["DOOR_PASSWORD"] = plain, ["OTHER"] = New("variable") };
        config["workers"]!["definitions"]![3]!["command"] = new JsonArray(Path.Combine(_repository.Home, New("program")));
        config["workers"]!["definitions"]![1]!["copy_ignored"] = new JsonArray(New("ignored file"));
        config["workers"]!["allowlist_globs"] = new JsonObject { ["A_worker"] = new JsonArray("src/**") };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        _secrets["variable that says so"] = plain;
        Assert.Equal(Doors, _secrets.Count);
        var shown = string.Join('\n', [.. result.Blockers.Select(blocker => $"{blocker} {blocker.Path} {blocker.NextAction}"), .. result.Warnings, System.Text.Encoding.UTF8.GetString(FactoryJson.Write(result))]);
        var places = Written(result).Append(("the result", shown)).ToList();
        Assert.Empty(from secret in _secrets from place in places where place.Item2.Contains(secret.Value, StringComparison.Ordinal) select $"{secret.Key}: {place.Item1}");
        Assert.Contains("[redacted", places[^1].Item2, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_in_what_stops_a_run_before_it_starts_is_not_repeated()
    {
        var secret = New("base");
        var config = _repository.Configure(("A_worker", "true"));
        config["run"] = new JsonObject { ["base_ref"] = secret };
        _repository.Save(config);
        var refused = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.NotEmpty(refused.Blockers);
        Assert.DoesNotContain(secret, System.Text.Encoding.UTF8.GetString(FactoryJson.Write(refused)), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_repository.Home, "factory.config.json"), $"{{\"schema_version\":2,\"contract_version\":2,\"{secret}\":\"{secret}\"}}");
        refused = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.NotEmpty(refused.Blockers);
        Assert.DoesNotContain(secret, System.Text.Encoding.UTF8.GetString(FactoryJson.Write(refused)), StringComparison.Ordinal);
    }

    private static IEnumerable<(string, string)> Written(RunResult result) =>
        Directory.GetFiles(result.RunDir!, "*", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Path.GetDirectoryName(result.RunDir!)!))
            .Where(file => !Evidence.Contains(Path.GetFileName(file)) && !file.EndsWith(".lock", StringComparison.Ordinal))
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file)));

    private string New(string door) => _secrets[door] = SecretSamples.ByRule["github-token"](_random).Secret;
}
