using Factory.Core.Configuration;

namespace Factory.Core.Attestation;

/// <summary>
/// The configuration in force after every layer, under the names of the file. Values of environment variables are left out,
/// because they may be secrets, and so is the signing key's place, because the signature names the key. What a person may have
/// written a secret into, commands above all, goes through the caller's redaction.
/// </summary>
internal static class EffectiveConfig
{
    /// <summary>The configuration as plain values.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="redact">Takes the secrets out of a text.</param>
    public static IReadOnlyDictionary<string, object?> Describe(FactoryConfig config, Func<string, string> redact) => new Dictionary<string, object?>
    {
        ["run"] = new Dictionary<string, object?>
        {
            ["kind"] = config.Run.Kind,
            ["base_ref"] = config.Run.BaseRef,
            ["branch_prefix"] = config.Run.BranchPrefix,
            ["strict_collision_mode"] = config.Run.StrictCollisionMode,
            ["allow_identical_patch_overlap"] = config.Run.AllowIdenticalPatchOverlap,
            ["max_parallel"] = config.Run.MaxParallel,
        },
        ["paths"] = new Dictionary<string, object?> { ["runs_dir"] = config.Paths.RunsDir, ["worktrees_dir"] = config.Paths.WorktreesDir },
        ["workers"] = config.Workers.OrderBy(worker => worker.Id).Select(worker => (object?)Describe(worker, redact)).ToList(),
        ["security"] = new Dictionary<string, object?>
        {
            ["allow_shell_execution"] = config.Security.AllowShellExecution,
            ["allow_executable_artifacts"] = config.Security.AllowExecutableArtifacts,
            ["secret_scan_enabled"] = config.Security.SecretScanEnabled,
        },
        ["integration"] = new Dictionary<string, object?>
        {
            ["on_failure"] = config.Integration.OnFailure,
            ["checks"] = config.Integration.Checks.Select(check => (object?)new Dictionary<string, object?>
            {
                ["name"] = check.Name,
                ["command"] = Redacted(check.Command, redact),
                ["timeout_seconds"] = check.TimeoutSeconds,
                ["required"] = check.Required,
            }).ToList(),
        },
        ["feature_flags"] = config.FeatureFlags.ToDictionary(flag => flag.Key, flag => (object?)flag.Value, StringComparer.Ordinal),
    };

    private static Dictionary<string, object?> Describe(WorkerDefinition worker, Func<string, string> redact) => new()
    {
        ["id"] = worker.Id.Name,
        ["command"] = Redacted(worker.Command, redact),
        ["prompt"] = worker.Prompt is { } prompt ? redact(prompt) : null,
        ["timeout_seconds"] = worker.TimeoutSeconds,
        ["env_names"] = worker.Env.Keys.Order(StringComparer.Ordinal).ToList(),
        ["setup"] = worker.Setup.Select(command => (object?)Redacted(command, redact)).ToList(),
        ["copy_ignored"] = Redacted(worker.CopyIgnored, redact),
        ["allowlist_globs"] = worker.Scope.AllowedGlobs,
        ["denylist_globs"] = worker.Scope.BlockedGlobs,
        ["shared_paths"] = worker.Scope.SharedPaths,
    };

    private static List<object?> Redacted(IEnumerable<string> command, Func<string, string> redact) => [.. command.Select(argument => (object?)redact(argument))];
}
