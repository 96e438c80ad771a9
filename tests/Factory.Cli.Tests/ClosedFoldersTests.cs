using System.Diagnostics;
using System.Text.Json;

namespace Factory.Cli.Tests;

/// <summary>
/// A worker that takes the rights of the run's own folders away: the run says so, and writes its evidence all the same. Rights
/// do not bind the system's own user, so the program is run as another one where the tests are run as that.
/// </summary>
public sealed class ClosedFoldersTests : IDisposable
{
    private const string Nobody = "65534";
    private readonly string _home = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "factory-closed-" + Guid.NewGuid().ToString("N")[..12])).FullName;

    public void Dispose() => Run("/", "sh", "-c", $"chmod -R u+rwX '{_home}'; rm -rf '{_home}'");

    [Theory]
    [InlineData("chmod 000 \"$FACTORY_BUNDLE_DIR/..\"", "")]
    [InlineData("chmod 000 \"$FACTORY_BUNDLE_DIR/../..\"", "..")]
    [InlineData("chmod 555 \"$FACTORY_BUNDLE_DIR\"", "A_worker")]
    [InlineData("chmod 000 \"$FACTORY_BUNDLE_DIR/LOGS\"", "A_worker/LOGS")]
    [InlineData("chmod 000 \"$FACTORY_BUNDLE_DIR/../B_worker\"", "B_worker")]
    [InlineData("mkdir -p \"$FACTORY_BUNDLE_DIR/../Z_integrator\"; chmod 000 \"$FACTORY_BUNDLE_DIR/../Z_integrator\"", "Z_integrator")]
    [InlineData("mkdir -p \"$FACTORY_BUNDLE_DIR/../attestations\"; chmod 000 \"$FACTORY_BUNDLE_DIR/../attestations\"", "attestations")]
    public void A_folder_of_the_run_that_a_worker_closes_blocks_the_run_and_the_evidence_is_written(string script, string folder)
    {
        var result = RunAsNobody(script);
        Assert.Equal("BLOCKED", result.GetProperty("status").GetString());
        var run = result.GetProperty("run_dir").GetString()!;
        var shown = Path.TrimEndingDirectorySeparator(Path.GetRelativePath(Path.Combine(_home, "r"), Path.GetFullPath(Path.Combine(run, folder))));
        var blocker = Assert.Single(result.GetProperty("blockers").EnumerateArray(), blocker => blocker.GetProperty("message").GetString()!.Contains("were taken away", StringComparison.Ordinal));
        Assert.Equal(("escape", shown), (blocker.GetProperty("kind").GetString(), blocker.GetProperty("path").GetString()));
        Assert.Contains("A_worker", blocker.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("logs", blocker.GetProperty("next_action").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(result.GetProperty("blockers").EnumerateArray(), other => other.GetProperty("next_action").GetString()!.Contains("free space", StringComparison.Ordinal));
        Assert.Contains("were taken away", File.ReadAllText(Path.Combine(run, "Z_integrator", "FINAL_REPORT.txt")), StringComparison.Ordinal);
        Assert.All(["A_worker/STATUS.json", "B_worker/STATUS.json", "B_worker/LOGS/command.stderr.log", "attestations/bundles.sha256"], file => Assert.True(File.Exists(Path.Combine(run, file)), file));
        Assert.Contains("codex/factory", Run(Path.Combine(_home, "r"), "git", "-c", "safe.directory=*", "for-each-ref", "refs/heads/codex/*/*/B_worker").Output, StringComparison.Ordinal);
    }

    private JsonElement RunAsNobody(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights");
        var program = Path.Combine(AppContext.BaseDirectory, "factory.dll");
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string[] other = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=" + Nobody, "--regid=" + Nobody, "--clear-groups"] : ["env"];
        Assert.SkipUnless(Run("/", "sh", "-c", $"command -v {other[0]} && {string.Join(' ', other)} test -r '{program}'").ExitCode == 0, "the tests' user is the system's own, and no other can run the program");
        var repository = Directory.CreateDirectory(Path.Combine(_home, "r")).FullName;
        File.WriteAllText(Path.Combine(_home, "a.sh"), $"echo a > a.txt; {script}\n");
        File.WriteAllText(Path.Combine(_home, "b.sh"), "until [ -e ../A_worker/a.txt ]; do sleep 0.05; done; sleep 0.3; echo b > b.txt\n");
        var workers = ((string[])["A", "B"]).Select(name => $"{{\"id\":\"{name}_worker\",\"command\":[\"sh\",\"{_home}/{name.ToLowerInvariant()}.sh\"]}}");
        File.WriteAllText(Path.Combine(_home, "factory.config.json"), $"{{\"schema_version\":2,\"contract_version\":2,\"workers\":{{\"definitions\":[{string.Join(',', workers)}]}}}}");
        if (Environment.IsPrivilegedProcess) Run("/", "chown", "-R", Nobody + ":" + Nobody, _home);
        string[] environment = [.. other, "env", "HOME=" + _home, "XDG_DATA_HOME=" + _home, "TMPDIR=" + _home, "GIT_CONFIG_NOSYSTEM=1"];
        RunAll(repository, [.. environment, "git", "init", "-q", "-b", "main"], [.. environment, "git", "-c", "user.name=n", "-c", "user.email=n@example.invalid", "commit", "-q", "--allow-empty", "-m", "first"]);
        var (_, output) = Run(repository, [.. environment, dotnet, program, "oneshot", "--config", Path.Combine(_home, "factory.config.json"), "--json"]);
        return JsonDocument.Parse(output).RootElement;
    }

    private static void RunAll(string folder, params string[][] commands)
    {
        foreach (var command in commands) Assert.Equal(0, Run(folder, command).ExitCode);
    }

    private static (int ExitCode, string Output) Run(string folder, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
