using System.Security.Cryptography;
using System.Text.Json;
using Factory.Core.Locking;

namespace Factory.Cli.Tests;

public sealed class CareVerbTests
{
    [Fact]
    public async Task The_doctor_passes_a_sound_repository_and_leaves_nothing_behind()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var before = Directory.GetFileSystemEntries(repository, "*", SearchOption.AllDirectories).Order();
        var result = FactoryProcess.Run(repository, "doctor", "--json");
        Assert.Equal(0, result.ExitCode);
        var names = result.Json.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()).ToHashSet();
        Assert.Superset(new HashSet<string?> { "git", "repository", "config", "base_ref", "runs_folder", "locks", "disk_space", "ledger", "workers", "worktrees" }, names);
        Assert.Equal(before, Directory.GetFileSystemEntries(repository, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public void The_doctor_never_passes_what_it_could_not_look_at()
    {
        var result = FactoryProcess.Run(Scratch.NewFolder(), "doctor", "--json");
        Assert.Equal(2, result.ExitCode);
        var checks = result.Json.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!, check => check.GetProperty("status").GetString());
        Assert.Equal("BLOCKED", checks["repository"]);
        Assert.All((string[])["config", "base_ref", "runs_folder", "locks", "ledger", "workers"], name => Assert.Equal("PENDING", checks[name]));
    }

    [Fact]
    public async Task The_doctor_names_a_program_that_is_missing()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var file = Path.Combine(repository, "factory.config.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("""["git", "apply", "{repo}/patches/b.patch"]""", """["no-such-program"]""", StringComparison.Ordinal));
        var result = FactoryProcess.Run(repository, "doctor");
        Assert.Equal(2, result.ExitCode);
        Assert.Matches("BLOCKED  workers: B_worker: .*no-such-program", result.Output);
    }

    [Fact]
    public async Task Worktrees_are_made_looked_at_reset_and_removed_and_no_work_is_lost()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var path = Path.Combine(repository, "tools", "codex", "worktrees", "A_worker");
        Assert.Equal(0, Worktrees(repository, "create").ExitCode);
        Assert.True(File.Exists(Path.Combine(path, "README.md")));
        Assert.Empty(Scratch.Git(repository, "status", "--porcelain"));
        File.WriteAllText(Path.Combine(path, "notes.txt"), "precious\n");

        var verify = Worktrees(repository, "verify");
        Assert.Equal((0, "WARN"), (verify.ExitCode, Of(verify, "A_worker").GetProperty("status").GetString()));
        Assert.False(Of(verify, "A_worker").GetProperty("is_clean").GetBoolean());

        var rescue = Of(Worktrees(repository, "sync"), "A_worker").GetProperty("rescue_ref").GetString()!;
        Assert.False(File.Exists(Path.Combine(path, "notes.txt")));
        Assert.Equal("precious", Scratch.Git(repository, "show", rescue + ":notes.txt"));

        Assert.Equal(0, Worktrees(repository, "remove").ExitCode);
        Assert.False(Directory.Exists(path));
        Assert.Single(Scratch.Git(repository, "worktree", "list", "--porcelain").Split('\n'), line => line.StartsWith("worktree ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_is_not_ours_is_left_alone()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var path = Directory.CreateDirectory(Path.Combine(repository, "tools", "codex", "worktrees", "B_worker")).FullName;
        File.WriteAllText(Path.Combine(path, "mine.txt"), "mine");
        foreach (var verb in (string[])["create", "verify", "sync", "remove"])
        {
            var result = Worktrees(repository, verb);
            Assert.Equal(2, result.ExitCode);
            Assert.Equal("BLOCKED", Of(result, "B_worker").GetProperty("status").GetString());
        }

        Assert.True(File.Exists(Path.Combine(path, "mine.txt")));
    }

    [Fact]
    public async Task A_worktree_in_use_is_blocked_and_its_holder_named()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var lockFile = Path.Combine(repository, "tools", "codex", "worktrees", ".locks", "C_worker.lock");
        using var held = FileLock.TryAcquire(lockFile, LockHolder.Current("another-run", TimeProvider.System));
        var result = Worktrees(repository, "create");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("another-run", Of(result, "C_worker").GetProperty("locked_by").GetString(), StringComparison.Ordinal);
        Assert.Equal("PASS", Of(result, "D_worker").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Documents_of_a_run_hold_to_the_contract_until_one_is_changed()
    {
        var repository = await Scratch.NewRepositoryAsync();
        Assert.Equal("config", Path.GetFileName(FactoryProcess.Run(repository, "contracts-check", "--json").Json.GetProperty("documents")[0].GetProperty("path").GetString()!).Split('.')[1]);
        var run = FactoryProcess.Run(repository, "oneshot", "--json").Json;
        Assert.Equal(0, FactoryProcess.Run(repository, "contracts-check").ExitCode);

        var status = Path.Combine(run.GetProperty("run_dir").GetString()!, "A_worker", "STATUS.json");
        File.WriteAllText(status, File.ReadAllText(status).Replace("\"errors\"", "\"erors\"", StringComparison.Ordinal));
        var result = FactoryProcess.Run(repository, "contracts-check", "--json");
        Assert.Equal(2, result.ExitCode);
        var wrong = Assert.Single(result.Json.GetProperty("documents").EnumerateArray(), document => document.GetProperty("status").GetString() == "BLOCKED");
        Assert.Equal("A_worker/STATUS.json", wrong.GetProperty("path").GetString());
    }

    [Fact]
    public async Task Attest_writes_manifests_that_match_the_files_as_they_are_now()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var run = FactoryProcess.Run(repository, "oneshot", "--json").Json.GetProperty("run_dir").GetString()!;
        File.AppendAllText(Path.Combine(run, "A_worker", "SUMMARY.md"), "restored\n");
        var result = FactoryProcess.Run(repository, "attest", "--json");
        Assert.Equal(0, result.ExitCode);
        foreach (var manifest in Directory.GetFiles(Path.Combine(run, "attestations"), "*.sha256"))
            foreach (var line in File.ReadAllLines(manifest))
                Assert.Equal(line[..64], Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(run, line[66..])))));
        Assert.Equal(0, FactoryProcess.Run(repository, "ledger-verify").ExitCode);
    }

    private static FactoryProcess Worktrees(string repository, string verb) => FactoryProcess.Run(repository, "worktrees", verb, "--json");

    private static JsonElement Of(FactoryProcess result, string worker) =>
        result.Json.GetProperty("worktrees").EnumerateArray().Single(tree => tree.GetProperty("worker").GetString() == worker);
}
