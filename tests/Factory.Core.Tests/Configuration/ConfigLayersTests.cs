using Factory.Core.Configuration;

namespace Factory.Core.Tests.Configuration;

public sealed class ConfigLayersTests
{
    private const string TwoWorkers = """{"workers": {"definitions": [{"id": "A_worker", "command": ["git"]}, {"id": "B_worker", "command": ["git"]}]}}""";

    [Fact]
    public void The_environment_beats_the_file_and_parameters_beat_both()
    {
        const string file = """{"run": {"base_ref": "file", "kind": "file", "max_parallel": 1}}""";
        var config = ConfigSample.Accept(file, new() { BaseRef = "parameter" }, ("FACTORY_RUN__BASE_REF", "environment"), ("FACTORY_RUN__KIND", "environment"));
        Assert.Equal(("parameter", "environment", 1), (config.Run.BaseRef, config.Run.Kind, config.Run.MaxParallel));
    }

    [Fact]
    public void Every_single_value_can_be_set_by_a_variable()
    {
        var config = ConfigSample.Accept("{}", null,
            ("FACTORY_RUN__KIND", "k"), ("FACTORY_RUN__BASE_REF", "b"), ("FACTORY_RUN__BRANCH_PREFIX", "p"), ("FACTORY_RUN__STRICT_COLLISION_MODE", "False"),
            ("FACTORY_RUN__ALLOW_IDENTICAL_PATCH_OVERLAP", "1"), ("FACTORY_RUN__MAX_PARALLEL", "7"), ("FACTORY_PATHS__RUNS_DIR", "r"),
            ("FACTORY_PATHS__WORKTREES_DIR", "w"), ("FACTORY_SECURITY__ALLOW_SHELL_EXECUTION", "true"), ("FACTORY_SECURITY__ALLOW_EXECUTABLE_ARTIFACTS", "true"),
            ("FACTORY_SECURITY__SECRET_SCAN_ENABLED", "0"), ("FACTORY_INTEGRATION__ON_FAILURE", "block"), ("FACTORY_ATTESTATION__KEY", "k.pem"),
            ("FACTORY_FEATURE_FLAGS__ALLOW_UNMATCHED_GLOBS", "true"));
        Assert.Equal(new RunSection("k", "b", "p", false, true, 7), config.Run);
        Assert.Equal(new PathsSection("r", "w"), config.Paths);
        Assert.Equal(new SecuritySection(true, true, false), config.Security);
        Assert.Equal("k.pem", config.Attestation.Key);
        Assert.True(config.IsEnabled("allow_unmatched_globs"));
    }

    [Theory]
    [InlineData("FACTORY_RUN__MAX_PARALLEL", "many", "FACTORY_RUN__MAX_PARALLEL: expected a whole number")]
    [InlineData("FACTORY_RUN__MAX_PARALLEL", "-1", "found -1")]
    [InlineData("FACTORY_RUN__STRICT_COLLISION_MODE", "yes", "expected true or false, found 'yes'")]
    [InlineData("FACTORY_RUN__BASE_REF", "-x", "begins with '-'")]
    [InlineData("FACTORY_RUN__BASEREF", "x", "did you mean FACTORY_RUN__BASE_REF?")]
    [InlineData("FACTORY_RNU__BASE_REF", "x", "did you mean FACTORY_RUN__BASE_REF?")]
    [InlineData("FACTORY_FEATURE_FLAGS__X", "true", "names no setting")]
    [InlineData("FACTORY_WORKERS__DEFINITIONS", "x", "names no setting")]
    public void A_wrong_variable_is_an_error_that_names_it(string name, string value, string message)
    {
        var problem = ConfigSample.Refuse("{}", null, (name, value));
        Assert.Equal(name, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_of_another_form_are_ignored() =>
        Assert.Equal(FactoryConfig.Default.Run, ConfigSample.Accept("{}", null,
            ("FACTORY_RUN_ID", "x"), ("FACTORY_WORKER_ID", "x"), ("FACTORY_BASE_REF", "x"), ("FACTORY__X", "x"), ("RUN__BASE_REF", "x"), ("factory_run__kind", "X")).Run);

    [Fact]
    public void A_parameter_is_judged_by_the_same_rules()
    {
        var problem = ConfigSample.Refuse("{}", new() { MaxParallel = 5000 });
        Assert.Equal("parameters", problem.Path);
        Assert.Contains("run.max_parallel, given as a parameter: expected a whole number", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_subset_of_workers_keeps_the_order_of_the_file() =>
        Assert.Equal("B_worker", Assert.Single(ConfigSample.Accept(TwoWorkers, new() { Workers = ["B_worker"] }).Workers).Id.Name);

    [Fact]
    public void A_subset_with_an_unknown_worker_is_an_error_that_lists_the_known()
    {
        var problem = ConfigSample.Refuse(TwoWorkers, new() { Workers = ["A_worker", "C_worker"] });
        Assert.Contains("'C_worker' is not defined", problem.Message, StringComparison.Ordinal);
        Assert.Contains("A_worker, B_worker", problem.NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public void The_folders_are_compared_after_all_layers() =>
        Assert.Contains("one is inside the other", ConfigSample.Refuse("{}", null, ("FACTORY_PATHS__RUNS_DIR", "tools/codex/worktrees/runs")).Message, StringComparison.Ordinal);
}
