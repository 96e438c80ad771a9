using System.Text.Json;

namespace Factory.Cli.Tests;

public sealed class LedgerVerbTests
{
    private static readonly string Old = Path.Combine(AppContext.BaseDirectory, "TestData", "two-generations.jsonl");

    [Fact]
    public void A_named_ledger_of_older_generations_is_read_outside_of_any_repository()
    {
        var result = Query();
        Assert.Equal(["status", "count", "entries", "signature"], result.EnumerateObject().Select(property => property.Name).Take(4));
        Assert.Equal(File.ReadAllLines(Old).Length, result.GetProperty("count").GetInt32());
        Assert.Equal(result.GetProperty("count").GetInt32(), result.GetProperty("entries").GetArrayLength());
        Assert.Equal("UNCHAINED", result.GetProperty("signature").GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_folder_stands_for_its_ledger_when_it_has_one_and_any_other_is_refused_with_what_to_give()
    {
        var repository = await Scratch.NewRepositoryAsync();
        var run = FactoryProcess.Run(repository, "oneshot", "--json").Json.GetProperty("run_dir").GetString()!;
        var count = FactoryProcess.Run(repository, "ledger", "--json").Json.GetProperty("count").GetInt32();
        foreach (var folder in (string[])[repository, repository + "/", Path.GetDirectoryName(run)!])
            Assert.Equal(count, FactoryProcess.Run(Scratch.Root, "ledger", "--path", folder, "--json").Json.GetProperty("count").GetInt32());

        foreach (var verb in (string[])["ledger", "ledger-replay", "ledger-verify"])
        {
            var refused = FactoryProcess.Run(Scratch.Root, verb, "--path", Path.Combine(repository, "src"));
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("is a folder, and no ledger belongs to it", refused.Error, StringComparison.Ordinal);
            Assert.Contains("factory_ledger.jsonl", refused.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_folder_of_a_run_stands_for_that_runs_own_events_wherever_it_was_copied_to()
    {
        var repository = await Scratch.NewRepositoryAsync();
        FactoryProcess.Run(repository, "oneshot", "--json");
        var second = FactoryProcess.Run(repository, "oneshot", "--json").Json;
        var (run, id) = (second.GetProperty("run_dir").GetString()!, second.GetProperty("run_id").GetString());
        var copy = Path.Combine(Scratch.NewFolder(), "evidence");
        Directory.CreateDirectory(copy);
        foreach (var name in (string[])["RUN_MANIFEST.json", "ledger.jsonl"]) File.Copy(Path.Combine(run, name), Path.Combine(copy, name));
        var count = File.ReadAllLines(Path.Combine(run, "ledger.jsonl")).Length;
        foreach (var path in (string[])[run, copy, copy + "/", Path.Combine(copy, "ledger.jsonl")])
        {
            var found = FactoryProcess.Run(Scratch.Root, "ledger", "--path", path, "--json");
            Assert.Equal(0, found.ExitCode);
            Assert.Equal(count, found.Json.GetProperty("count").GetInt32());
            Assert.All(found.Json.GetProperty("entries").EnumerateArray(), entry => Assert.Equal(id, entry.GetProperty("run_id").GetString()));
            Assert.Equal("UNCHECKED", found.Json.GetProperty("signature").GetProperty("status").GetString());
            Assert.Equal(id, Assert.Single(FactoryProcess.Run(Scratch.Root, "ledger-replay", "--path", path, "--json").Json.GetProperty("runs").EnumerateArray()).GetProperty("run_id").GetString());
        }

        Assert.Equal(0, FactoryProcess.Run(repository, "ledger-verify", "--path", run).ExitCode);
        var refused = FactoryProcess.Run(Scratch.Root, "ledger-verify", "--path", copy);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains($"factory verify --run-dir {copy}", refused.Error, StringComparison.Ordinal);

        // A run that has not ended has no extract yet; the ledger beside it has its events.
        File.Delete(Path.Combine(run, "ledger.jsonl"));
        Assert.All(FactoryProcess.Run(Scratch.Root, "ledger", "--path", run, "--json").Json.GetProperty("entries").EnumerateArray(), entry => Assert.Equal(id, entry.GetProperty("run_id").GetString()));
        Assert.Equal(0, FactoryProcess.Run(Scratch.Root, "ledger", "--path", run, "--run-id", "another", "--json").Json.GetProperty("count").GetInt32());
    }

    [Fact]
    public void Filters_narrow_and_compose()
    {
        var all = Query().GetProperty("entries").EnumerateArray().ToList();
        int Count(Func<JsonElement, bool> wanted) => all.Count(wanted);
        static string? Text(JsonElement entry, string name) => entry.GetProperty(name).GetString();

        Assert.Equal(Count(entry => Text(entry, "run_id") == "factory_20260218_111117_001"), Counted("--run-id", "factory_20260218_111117_001"));
        Assert.Equal(Count(entry => Text(entry, "event_type") is "RUN_END" or "LAUNCH_RESULT"), Counted("--event-type", "run_end", "--event-type", "LAUNCH_RESULT"));
        Assert.Equal(Count(entry => Text(entry, "actor") == "Z_integrator"), Counted("--actor", "Z_integrator"));
        Assert.Equal(Count(entry => entry.GetProperty("rc").ValueKind == JsonValueKind.Number && entry.GetProperty("rc").GetInt32() == 0), Counted("--rc", "0"));
        Assert.Equal(Count(entry => string.CompareOrdinal(Text(entry, "ts_utc"), "2026-02-18T13") >= 0), Counted("--since", "2026-02-18T13:00:00Z"));
        Assert.Equal(all.Count, Counted("--since", "2026-02-18T13:00:00Z") + Counted("--until", "2026-02-18T12:59:59.999"));
        Assert.Equal(2, Counted("--first", "2"));
        Assert.Equal(3, Counted("--last", "3"));
        Assert.Equal(0, Counted("--actor", "nobody"));
    }

    [Fact]
    public void A_replay_tells_every_run()
    {
        var result = FactoryProcess.Run(Scratch.NewFolder(), "ledger-replay", "--path", Old, "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(result.Json.GetProperty("count").GetInt32(), result.Json.GetProperty("runs").GetArrayLength());
        Assert.Contains(result.Json.GetProperty("runs").EnumerateArray(), run => run.GetProperty("status").GetString() == "PENDING");
    }

    [Fact]
    public async Task A_changed_line_is_found_by_verification_and_said_by_every_query()
    {
        var repository = await Scratch.NewRepositoryAsync();
        Assert.Equal(0, FactoryProcess.Run(repository, "oneshot", "--dry-run").ExitCode);
        var sound = FactoryProcess.Run(repository, "ledger-verify", "--json");
        Assert.Equal((0, "PASS"), (sound.ExitCode, sound.Json.GetProperty("status").GetString()));
        Assert.Equal(JsonValueKind.Null, sound.Json.GetProperty("first_bad_line").ValueKind);

        var ledger = Path.Combine(repository, "tools", "codex", "runs", "factory_ledger.jsonl");
        var lines = File.ReadAllLines(ledger);
        lines[2] = lines[2].Replace("demo_", "demp_", StringComparison.Ordinal);
        File.WriteAllText(ledger, string.Join('\n', lines) + "\n");
        var changed = FactoryProcess.Run(repository, "ledger-verify", "--json");
        Assert.Equal((2, "BLOCKED"), (changed.ExitCode, changed.Json.GetProperty("status").GetString()));
        Assert.NotNull(changed.Json.GetProperty("reason").GetString());
        Assert.Equal(2, FactoryProcess.Run(repository, "ledger", "--last", "1").ExitCode);
    }

    [Fact]
    public void A_ledger_that_is_not_there_is_said_in_words()
    {
        var result = FactoryProcess.Run(Scratch.NewFolder(), "ledger", "--path", "none.jsonl");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("there is no ledger at", result.Error, StringComparison.Ordinal);
    }

    private static JsonElement Query(params string[] filter)
    {
        var result = FactoryProcess.Run(Scratch.NewFolder(), ["ledger", "--json", "--path", Old, .. filter]);
        Assert.Equal(0, result.ExitCode);
        return result.Json;
    }

    private static int Counted(params string[] filter) => Query(filter).GetProperty("count").GetInt32();
}
