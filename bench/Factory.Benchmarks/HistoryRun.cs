using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.Benchmarks;

/// <summary>
/// Eight workers on a clone of a real repository, each a real historical change that applies at the base with
/// <c>git apply</c>: the run must pass, its tree must be the one that git's own merges give, and the clone's checkout must
/// stay as it was. Run it with <c>-- history PATH [REF]</c>.
/// </summary>
internal static class HistoryRun
{
    private const int Workers = 8;
    private const int Back = 200;

    public static async Task<int> RunAsync(string source, string tip)
    {
        var home = Directory.CreateTempSubdirectory("factory-history-").FullName;
        try
        {
            var clone = Path.Combine(home, "clone");
            GitProgram.Run(home, "clone", "--quiet", "--no-local", "--no-tags", source, clone);
            var tipCommit = GitProgram.Run(clone, "rev-parse", tip);
            GitProgram.Run(clone, "checkout", "--quiet", "--detach", $"{tipCommit}~{Back}");
            var picked = HistoricalChanges.Pick(clone, home, tipCommit, Workers);
            WriteConfig(clone, home, picked);
            var before = Fingerprint(clone);
            var watch = Stopwatch.StartNew();
            var pipeline = new FactoryPipeline(new RunServices(SilentObserver.Instance, TimeProvider.System));
            var request = new RunRequest { Repository = clone, ConfigFile = Path.Combine(home, "factory.config.json") };
            var result = await pipeline.OneshotAsync(request, CancellationToken.None);
            watch.Stop();
            return Report(clone, home, picked, result, before == Fingerprint(clone), watch.Elapsed);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static void WriteConfig(string clone, string home, IReadOnlyList<HistoricalChange> picked)
    {
        var workers = new JsonArray([.. picked.Select((change, n) => new JsonObject
        {
            ["id"] = $"{(char)('A' + n)}_worker",
            ["command"] = new JsonArray("git", "apply", change.PatchFile),
        })]);
        File.WriteAllText(Path.Combine(home, "factory.config.json"), new JsonObject { ["schema_version"] = 2, ["workers"] = new JsonObject { ["definitions"] = workers } }.ToJsonString());
        Console.WriteLine($"files at the base:   {GitProgram.Run(clone, "ls-tree", "-r", "--name-only", "HEAD").Split('\n').Length}");
        foreach (var (change, n) in picked.Select((change, n) => (change, n))) Console.WriteLine($"worker {(char)('A' + n)}:            {change.Commit[..10]} {change.Paths.Count} paths");
    }

    // Everything of the user's that a run must not touch, to the byte.
    private static string Fingerprint(string clone)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in (string[])[".git/HEAD", ".git/index", ".git/config"]) hash.AppendData(File.ReadAllBytes(Path.Combine(clone, file)));
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(GitProgram.Run(clone, "--no-optional-locks", "status", "--porcelain=v2", "--branch", "--untracked-files=all")));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static int Report(string clone, string home, IReadOnlyList<HistoricalChange> picked, RunResult result, bool isUntouched, TimeSpan time)
    {
        var merged = MergeWithGit(clone, home, result);
        var missing = picked.SelectMany((change, n) => change.Paths.Where(path =>
            GitProgram.Run(clone, "ls-tree", result.IntegratedCommit ?? "HEAD", "--", path) != GitProgram.Run(clone, "ls-tree", result.Workers[n].Commit ?? "HEAD", "--", path))).ToList();
        Console.WriteLine($"status:              {result.Status} (exit code {result.ExitCode}) in {time.TotalSeconds:0.00} s");
        foreach (var stage in result.Stages) Console.WriteLine($"  {stage.Name,-18} {stage.Status} {stage.DurationMs} ms");
        foreach (var blocker in result.Blockers) Console.WriteLine($"  {blocker}");
        Console.WriteLine($"integrated tree:     {result.IntegratedTree}");
        Console.WriteLine($"git merge, in turn:  {merged}");
        Console.WriteLine($"edits missing:       {missing.Count} of {picked.Sum(change => change.Paths.Count)}");
        Console.WriteLine($"checkout untouched:  {isUntouched}");
        return result.Status == RunStatus.Pass && merged == result.IntegratedTree && missing.Count == 0 && isUntouched ? 0 : 1;
    }

    private static string MergeWithGit(string clone, string home, RunResult result)
    {
        var other = Path.Combine(home, "merged");
        GitProgram.Run(clone, "worktree", "add", "--quiet", "--detach", other, result.BaseCommit!);
        foreach (var worker in result.Workers.Where(worker => worker.Commit is not null))
            GitProgram.Run(other, "-c", "user.name=Bench", "-c", "user.email=bench@example.invalid", "merge", "--quiet", "--no-ff", "--no-edit", worker.Commit!);
        return GitProgram.Run(other, "rev-parse", "HEAD^{tree}");
    }
}
