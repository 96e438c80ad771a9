namespace Factory.Core.Configuration;

/// <summary>Every setting that is a single value, in the order of the contract.</summary>
internal static class ScalarSettings
{
    public static IReadOnlyList<string> Sections { get; } =
        ["run", "paths", "workers", "security", "integration", "attestation", "feature_flags"];

    public static IReadOnlyList<ScalarSetting> All { get; } =
    [
        ScalarSetting.Text("run", "kind", ConfigRules.Kind, (config, value) => config with { Run = config.Run with { Kind = value } }),
        ScalarSetting.Text("run", "base_ref", ConfigRules.Revision, (config, value) => config with { Run = config.Run with { BaseRef = value } }),
        ScalarSetting.Text("run", "branch_prefix", ConfigRules.BranchPrefix, (config, value) => config with { Run = config.Run with { BranchPrefix = value } }),
        ScalarSetting.Flag("run", "strict_collision_mode", (config, value) => config with { Run = config.Run with { StrictCollisionMode = value } }),
        ScalarSetting.Flag("run", "allow_identical_patch_overlap", (config, value) => config with { Run = config.Run with { AllowIdenticalPatchOverlap = value } }),
        ScalarSetting.Number("run", "max_parallel", 0, ConfigRules.MostParallel, (config, value) => config with { Run = config.Run with { MaxParallel = value } }),
        ScalarSetting.Text("paths", "runs_dir", ConfigRules.Folder, (config, value) => config with { Paths = config.Paths with { RunsDir = value } }),
        ScalarSetting.Text("paths", "worktrees_dir", ConfigRules.Folder, (config, value) => config with { Paths = config.Paths with { WorktreesDir = value } }),
        ScalarSetting.Flag("security", "allow_shell_execution", (config, value) => config with { Security = config.Security with { AllowShellExecution = value } }),
        ScalarSetting.Flag("security", "allow_executable_artifacts", (config, value) => config with { Security = config.Security with { AllowExecutableArtifacts = value } }),
        ScalarSetting.Flag("security", "secret_scan_enabled", (config, value) => config with { Security = config.Security with { SecretScanEnabled = value } }),
        ScalarSetting.Text("security", "escape_check", value => ConfigRules.OneOf(value, "block", "warn"), (config, value) => config with { Security = config.Security with { EscapeCheck = value } }),
        ScalarSetting.Number("security", "max_changed_files", 1, int.MaxValue, (config, value) => config with { Security = config.Security with { MaxChangedFiles = value } }),
        ScalarSetting.Number("security", "max_changed_bytes", 1, int.MaxValue, (config, value) => config with { Security = config.Security with { MaxChangedBytes = value } }),
        ScalarSetting.Number("security", "max_file_bytes", 1, int.MaxValue, (config, value) => config with { Security = config.Security with { MaxFileBytes = value } }),
        ScalarSetting.Number("security", "max_patch_bytes", 1, ConfigRules.LargestPatchBytes, (config, value) => config with { Security = config.Security with { MaxPatchBytes = value } }),
        ScalarSetting.Text("integration", "on_failure", value => ConfigRules.OneOf(value, "block"), (config, value) => config with { Integration = config.Integration with { OnFailure = value } }),
        ScalarSetting.OptionalText("attestation", "key", ConfigRules.File, (config, value) => config with { Attestation = new(value) }),
        .. FactoryConfig.KnownFeatureFlags.Select(FeatureFlag),
    ];

    public static ScalarSetting? Find(string section, string key) =>
        All.FirstOrDefault(setting => setting.Section == section && setting.Key == key);

    private static ScalarSetting FeatureFlag(string name) => ScalarSetting.Flag("feature_flags", name, (config, value) => config with
    {
        FeatureFlags = new Dictionary<string, bool>(config.FeatureFlags, StringComparer.Ordinal) { [name] = value },
    });
}
