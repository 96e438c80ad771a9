using Factory.Core.Configuration;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Configuration;

public sealed class ConfigReadingTests
{
    [Fact]
    public void An_empty_object_means_the_defaults()
    {
        var config = ConfigSample.Accept("{}");
        Assert.Equal(new RunSection("factory", "HEAD", "codex/factory", true, false, 0), config.Run);
        Assert.Equal(new PathsSection("tools/codex/runs", "tools/codex/worktrees"), config.Paths);
        Assert.Equal(new SecuritySection(false, false, true), config.Security);
        Assert.Equal("block", config.Integration.OnFailure);
        Assert.Empty(config.Workers);
        Assert.Null(config.Attestation.Key);
    }

    [Fact]
    public void The_example_of_the_contract_is_read_whole()
    {
        var config = ConfigSample.Accept("""
            { "$schema": "./schemas/factory_config.schema.json", "schema_version": 2, "contract_version": 2,
              "run": { "kind": "nightly", "base_ref": "main", "branch_prefix": "bot/x", "strict_collision_mode": false,
                       "allow_identical_patch_overlap": true, "max_parallel": 3 },
              "paths": { "runs_dir": "out/runs", "worktrees_dir": "out/trees" },
              "workers": {
                "definitions": [ { "id": "A_worker", "command": ["git", "apply", "{repo}/patches/a.patch"], "prompt": "p/a.md",
                   "timeout_seconds": 60, "env": {"K": "v"}, "setup": [["npm", "ci"]], "copy_ignored": [".env"] } ],
                "allowlist_globs": { "A_worker": ["src/**", "docs/**"] },
                "denylist_globs": { "A_worker": [".github/workflows/**"] },
                "shared_paths": { "A_worker": ["CHANGELOG.md"] } },
              "security": { "allow_shell_execution": true, "allow_executable_artifacts": true, "secret_scan_enabled": false },
              "integration": { "checks": [ { "name": "tests", "command": ["dotnet", "test"], "required": false } ], "on_failure": "block" },
              "attestation": { "key": "keys/run.pem" }, "feature_flags": { "allow_unmatched_globs": true } }
            """);
        Assert.Equal(new RunSection("nightly", "main", "bot/x", false, true, 3), config.Run);
        var worker = Assert.Single(config.Workers);
        Assert.Equal(("A_worker", "p/a.md", 60, "v"), (worker.Id.Name, worker.Prompt, worker.TimeoutSeconds, worker.Env["K"]));
        Assert.Equal(["npm", "ci"], Assert.Single(worker.Setup));
        Assert.Equal([".env"], worker.CopyIgnored);
        Assert.Equal(["src/**", "docs/**"], worker.Scope.AllowedGlobs);
        Assert.Equal([".github/workflows/**"], worker.Scope.BlockedGlobs);
        Assert.Equal(["CHANGELOG.md"], worker.Scope.SharedPaths);
        var check = Assert.Single(config.Integration.Checks);
        Assert.Equal(("tests", 1800, false), (check.Name, check.TimeoutSeconds, check.Required));
        Assert.Equal("keys/run.pem", config.Attestation.Key);
        Assert.True(config.IsEnabled(FactoryConfig.AllowUnmatchedGlobs));
    }

    [Fact]
    public void A_worker_without_an_allow_list_has_none_and_not_an_empty_one()
    {
        Assert.Null(ConfigSample.Accept(ConfigSample.Worker("\"command\": [\"git\"]")).Workers[0].Scope.AllowedGlobs);
        Assert.Empty(ConfigSample.Accept(ConfigSample.Worker("\"command\": [\"git\"]", ", \"allowlist_globs\": {\"A_worker\": []}")).Workers[0].Scope.AllowedGlobs!);
    }

    [Fact]
    public void The_versions_may_be_left_out_and_mean_2()
    {
        Assert.Equal(FactoryConfig.Default.Run, ConfigSample.Accept("{}").Run);
        using var schema = System.Text.Json.JsonDocument.Parse(typeof(ConfigLoader).Assembly.GetManifestResourceStream("schemas/factory_config.schema.json")!);
        Assert.False(schema.RootElement.TryGetProperty("required", out _));
    }

    [Theory]
    [InlineData("", "1:1", "the file is empty")]
    [InlineData(" \n ", "1:1", "the file is empty")]
    [InlineData("hello", "1:1", "not JSON")]
    [InlineData("{} {}", "1:4", "not JSON")]
    [InlineData("{\n  \"run\": {", "2:11", "not JSON")]
    [InlineData("[]", "1:1", "the document: expected an object, found an array")]
    [InlineData("null", "1:1", "found null")]
    [InlineData("{\n  // words\n}", "2:3", "comment")]
    [InlineData("{\"run\": {},\n}", "1:11", "trailing comma")]
    [InlineData("{\"workers\": {\"definitions\": [],}}", "1:31", "trailing comma")]
    [InlineData("{\n \"run\": {},\n \"run\": {}\n}", "3:2", "run appears twice; it is first given at factory.config.json:2:2")]
    [InlineData("{\"run\": {\"base_ref\": \"\\ud800\"}}", "1:22", "not valid Unicode")]
    [InlineData("{\"run\": 5}", "1:9", "run: expected an object, found the number 5")]
    [InlineData("{\"run\": {\"base_ref\": 5}}", "1:22", "run.base_ref: expected a string, found the number 5")]
    [InlineData("{\"run\": {\"max_parallel\": 1.5}}", "1:26", "expected a whole number from 0 to 1024, found the number 1.5")]
    [InlineData("{\"run\": {\"max_parallel\": 1025}}", "1:26", "expected a whole number from 0 to 1024, found 1025")]
    [InlineData("{\"run\": {\"max_parallel\": 99999999999999}}", "1:26", "found the number 99999999999999")]
    [InlineData("{\"run\": {\"max_parallel\": \"4\"}}", "1:26", "found the string \"4\"")]
    [InlineData("{\"run\": {\"strict_collision_mode\": \"true\"}}", "1:35", "expected true or false")]
    [InlineData("{\"run\": {\"kind\": \"Nightly\"}}", "1:18", "'Nightly' is not a kind")]
    [InlineData("{\"run\": {\"base_ref\": \"--all\"}}", "1:22", "begins with '-'")]
    [InlineData("{\"run\": {\"base_ref\": \"\"}}", "1:22", "the revision is empty")]
    [InlineData("{\"schema_version\": 3}", "1:20", "expected 2, found the number 3")]
    [InlineData("{\"schema_version\": 1e400}", "1:20", "expected 2")]
    [InlineData("{\"integration\": {\"on_failure\": \"warn\"}}", "1:32", "expected \"block\", found \"warn\"")]
    [InlineData("{\"paths\": {\"runs_dir\": \"../runs\"}}", "1:24", "'..' segment")]
    [InlineData("{\"paths\": {\"runs_dir\": \"\"}}", "1:24", "the folder is empty")]
    [InlineData("{\"paths\": {\"runs_dir\": \"x\", \"worktrees_dir\": \"X/trees\"}}", "1:46", "one is inside the other")]
    [InlineData("{\"attestation\": {\"key\": 1}}", "1:25", "expected a string or null")]
    [InlineData("{\"workers\": {\"definitions\": {}}}", "1:29", "workers.definitions: expected an array, found an object")]
    [InlineData("{\"workers\": {\"definitions\": [7]}}", "1:30", "workers.definitions[0]: expected an object")]
    public void Each_fault_is_named_with_its_line_and_column(string text, string at, string message)
    {
        var problem = ConfigSample.Refuse(text);
        Assert.Equal($"factory.config.json:{at}", problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.NextAction);
        Assert.Equal(BlockerKind.Config, problem.Kind);
    }

    [Theory]
    [InlineData("{\"run\": {\"base_rev\": \"HEAD\"}}", "unknown key 'run.base_rev'; did you mean 'run.base_ref'?")]
    [InlineData("{\"rnu\": {}}", "unknown key 'rnu'; did you mean 'run'?")]
    [InlineData("{\"base_ref\": \"HEAD\"}", "did you mean 'run.base_ref'?")]
    [InlineData("{\"paths\": {\"max_parallel\": 2}}", "did you mean 'run.max_parallel'?")]
    [InlineData("{\"integration\": {\"check\": []}}", "did you mean 'integration.checks'?")]
    [InlineData("{\"feature_flags\": {\"allow_unmatched_glob\": true}}", "unknown feature flag 'feature_flags.allow_unmatched_glob'; did you mean 'feature_flags.allow_unmatched_globs'?")]
    [InlineData("{\"workers\": {\"allow_globs\": {}}}", "did you mean 'workers.allowlist_globs'?")]
    [InlineData("{\"zzzzzzzzzzzz\": 1}", "unknown key 'zzzzzzzzzzzz'")]
    public void An_unknown_key_comes_with_the_nearest_known_one(string text, string message) =>
        Assert.Contains(message, ConfigSample.Refuse(text).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_problem_of_a_file_is_reported_and_not_only_the_first()
    {
        var (config, problems) = ConfigSample.Read("""
            { "rnu": 1,
              "run": { "base_ref": 5, "base_ref": 6, "max_parallel": -1, },
              "workers": { "definitions": [ { "id": "A_worker" } ] } } // end
            """);
        Assert.Null(config);
        Assert.Equal(7, problems.Count);
    }

    [Fact]
    public void A_byte_order_mark_is_tolerated_and_does_not_move_the_columns() =>
        Assert.Equal("factory.config.json:1:2", ConfigSample.Refuse("\uFEFF{\"rnu\": 1}").Path);

    [Fact]
    public void A_column_counts_characters_and_not_bytes() =>
        Assert.Equal("factory.config.json:1:31", ConfigSample.Refuse("{\"$schema\": \"ééé\", \"run\": {}, \"x\": 1}").Path);

    [Fact]
    public void Text_that_is_not_utf8_is_refused_where_it_begins()
    {
        var (_, problems) = ConfigLoader.ReadBytes([(byte)'{', (byte)'\n', 0xFF, (byte)'}'], "c.json", null, null, ConfigSample.NoEnvironment, ConfigOverrides.None);
        Assert.Equal("c.json:2:1", Assert.Single(problems).Path);
    }

    [Fact]
    public void Nesting_without_end_is_refused_and_not_followed() =>
        Assert.Contains("not JSON", ConfigSample.Refuse("{\"run\": " + new string('[', 5000)).Message, StringComparison.Ordinal);
}
