using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Configuration;

/// <summary>The starter file of <c>factory init</c>.</summary>
public static class ConfigTemplate
{
    /// <summary>The file's text: two workers that change nothing, with every key at its default. LF, no byte order mark.</summary>
    public const string Text =
        """
        {
          "schema_version": 2,
          "contract_version": 2,
          "run": {
            "kind": "factory",
            "base_ref": "HEAD",
            "branch_prefix": "codex/factory",
            "strict_collision_mode": true,
            "allow_identical_patch_overlap": false,
            "max_parallel": 0
          },
          "paths": {
            "runs_dir": "tools/codex/runs",
            "worktrees_dir": "tools/codex/worktrees"
          },
          "workers": {
            "definitions": [
              {
                "id": "A_worker",
                "command": ["git", "--version"],
                "prompt": null,
                "timeout_seconds": 1800,
                "env": {},
                "setup": [],
                "copy_ignored": []
              },
              {
                "id": "B_worker",
                "command": ["git", "--version"],
                "prompt": null,
                "timeout_seconds": 1800,
                "env": {},
                "setup": [],
                "copy_ignored": []
              }
            ],
            "allowlist_globs": {},
            "denylist_globs": {},
            "shared_paths": {}
          },
          "security": {
            "allow_shell_execution": false,
            "allow_executable_artifacts": false,
            "secret_scan_enabled": true,
            "secret_allowlist": { "paths": [], "fingerprints": [] },
            "artifact_allowlist": [],
            "escape_check": "block",
            "max_changed_files": 10000,
            "max_changed_bytes": 209715200,
            "max_file_bytes": 52428800,
            "max_patch_bytes": 943718400
          },
          "integration": {
            "checks": [],
            "on_failure": "block"
          },
          "attestation": {
            "key": null
          },
          "feature_flags": {}
        }

        """;

    /// <summary>Makes sure that there is no such file yet, for whoever asks before it is written.</summary>
    /// <exception cref="FactoryException">The file exists already.</exception>
    public static void RequireFree(string path)
    {
        if (Path.Exists(path)) throw Exists(path, null);
    }

    /// <summary>Writes the starter file.</summary>
    /// <param name="path">The file, absolute; its folder exists.</param>
    /// <exception cref="FactoryException">The file exists already, or cannot be written.</exception>
    public static void Write(string path)
    {
        try
        {
            // CreateNew, not a test and a write: a file that appears in between is kept.
            using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            stream.Write(Encoding.UTF8.GetBytes(Text.ReplaceLineEndings("\n")));
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw Exists(path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FactoryException(BlockerKind.Config, $"the configuration file cannot be written: {error.Message}", "make its folder writable", path, inner: error);
        }
    }

    private static FactoryException Exists(string path, Exception? cause) =>
        new(BlockerKind.Config, "the configuration file exists already, and it is not overwritten", "edit it, or move it away first", path, inner: cause);
}
