using System.Text.Json.Nodes;
using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;
using Factory.Core.Tests.Guards.Secrets;

namespace Factory.Core.Tests.Pipeline;

/// <summary>Workers whose changes hold what may not be handed over.</summary>
public sealed class ContentTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Exactly_those_who_hand_over_secrets_and_programs_are_blocked_among_innocents()
    {
        TestRepository.RequireUnix();
        var random = new Random(42);
        var kinds = SecretSamples.ByRule.Keys.ToList();
        var secrets = kinds.ToDictionary(kind => kind, kind => SecretSamples.ByRule[kind](random));
        var thieves = kinds.Chunk(6).Select((some, n) => ($"S{n}_worker", string.Join('\n', some.Select((kind, i) => $"cat > src/s{n}_{i}.txt <<'END_OF_SECRET'\nfirst\n{secrets[kind].Line}\nEND_OF_SECRET"))));
        (string, string)[] smugglers =
        [
            ("X1_worker", "printf 'MZ\\0\\0\\3\\0' > src/x1.txt"),
            ("X2_worker", "printf '\\177ELF\\2\\1\\1\\0' > src/x2"),
            ("X3_worker", "printf 'data\\0data' > src/x3.bin; chmod +x src/x3.bin"),
            ("X4_worker", "head -c 60000 /dev/zero > src/x4.dat"),
            ("X5_worker", "for i in 1 2 3 4 5 6 7 8 9; do echo $i > src/x5_$i; done"),
            ("X6_worker", "printf '\\0asm\\1\\0\\0\\0' > src/x6.wasm; git add -A; git commit -q -m x; git mv src/x6.wasm src/x6.txt"),
        ];
        (string, string)[] innocents =
        [
            ("I1_worker", "echo a > src/i1.txt"), ("I2_worker", "printf '#!/bin/sh\\necho hi\\n' > src/i2.sh; chmod +x src/i2.sh"), ("I3_worker", "printf '\\211PNG\\r\\n\\032\\n\\0\\0' > src/i3.png"),
            ("I4_worker", "git mv src/file1.txt src/i4.txt; echo more >> src/i4.txt"), ("I5_worker", "printf 'MZ\\0\\0' > vendor.exe"),
        ];
        var config = _repository.Configure([.. thieves, .. smugglers, .. innocents]);
        config["security"] = new JsonObject { ["max_file_bytes"] = 50_000, ["max_changed_files"] = 8, ["artifact_allowlist"] = new JsonArray("vendor.exe") };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        Assert.Equal([.. innocents.Select(pair => pair.Item1)], result.Workers.Where(worker => worker.Status == RunStatus.Pass).Select(worker => worker.Id));
        Assert.All(result.Blockers, blocker => Assert.Equal(blocker.Worker![0] == 'S' ? BlockerKind.Secret : BlockerKind.Artifact, blocker.Kind));
        Assert.Equal(kinds.Order(StringComparer.Ordinal), result.Blockers.Where(blocker => blocker.Kind == BlockerKind.Secret).Select(blocker => blocker.Message.Split("(rule ")[1].Split(',')[0]).Order(StringComparer.Ordinal));
        Assert.All(result.Blockers.Where(blocker => blocker.Kind == BlockerKind.Secret), blocker => Assert.StartsWith(blocker.Path + ":2 adds", blocker.Message, StringComparison.Ordinal));
        AssertNowhere(result, secrets.Values.Select(pair => pair.Secret));
    }

    [Fact]
    public async Task What_the_base_holds_already_may_move_and_be_copied()
    {
        var token = SecretSamples.ByRule["github-token"](new Random(1)).Secret;
        _repository.Write("src/old.txt", string.Concat(Enumerable.Range(0, 20).Select(n => $"line {n}\n")) + token + "\n");
        _repository.Commit("with a token");
        _repository.Configure(("A_worker", "git mv src/old.txt src/new.txt; sed -i 's/line 3/line three/' src/new.txt"), ("B_worker", "cp src/old.txt src/copy.txt"), ("C_worker", "echo postgres://user:password@localhost/db > src/c.txt"));
        Assert.Equal([], (await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Blockers);
    }

    [Theory]
    [InlineData("**", true)]
    [InlineData("none/**", false)]
    public async Task What_an_allow_list_lets_by_is_counted_in_the_report_with_the_globs_that_did_it(string glob, bool isUsed)
    {
        var config = _repository.Configure(("A_worker", "echo a > src/a.txt; echo b > src/b.txt"), ("B_worker", "echo c > docs/c.txt; git rm -q src/file1.txt"));
        config["security"] = new JsonObject { ["secret_allowlist"] = new JsonObject { ["paths"] = new JsonArray(glob, isUsed ? "docs/**" : "never/**") }, ["artifact_allowlist"] = new JsonArray(isUsed ? "src/**" : glob) };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Pass, result.Status);
        var report = File.ReadAllText(result.Report!);
        Assert.Equal(isUsed, report.Contains("  not examined: secrets in 3 of 3 changed files, let by '**' (3 files), 'docs/**' (1 file) of security.secret_allowlist.paths\n", StringComparison.Ordinal));
        Assert.Equal(isUsed, report.Contains("  not examined: executable artifacts and the size of 2 of 3 changed files, let by 'src/**' (2 files) of security.artifact_allowlist\n", StringComparison.Ordinal));
        Assert.Equal(isUsed, report.Contains("_allowlist", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_secret_behind_many_old_ones_is_found()
    {
        var random = new Random(8);
        var old = string.Concat(Enumerable.Range(0, 200).Select(_ => SecretSamples.ByRule["github-token"](random).Secret + "\n"));
        _repository.Write("src/old.txt", old);
        _repository.Commit("with many tokens");
        _repository.Configure(("A_worker", $"echo {SecretSamples.ByRule["github-token"](random).Secret} >> src/old.txt"));
        Assert.StartsWith("src/old.txt:201 adds", Assert.Single((await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Blockers).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_more_secrets_than_are_looked_at_blocks()
    {
        var random = new Random(8);
        var sample = SecretSamples.ByRule["aws-access-key-id"];
        _repository.Write("src/old.txt", string.Concat(Enumerable.Range(0, SecretJudge.MostHits).Select(_ => sample(random).Secret + "\n")));
        _repository.Commit("with as many keys as are looked at");
        var config = _repository.Configure(("A_worker", $"echo {sample(random).Secret} >> src/old.txt"));
        var blocker = Assert.Single((await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Blockers);
        Assert.Equal((BlockerKind.Secret, "src/old.txt"), (blocker.Kind, blocker.Path));
        Assert.Contains("more than 100000 places", blocker.Message, StringComparison.Ordinal);
        config["security"] = new JsonObject { ["secret_allowlist"] = new JsonObject { ["paths"] = new JsonArray("src/old.txt") } };
        _repository.Save(config);
        Assert.Equal([], (await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Blockers);
    }

    [Fact]
    public async Task A_secret_in_a_new_name_blocks_and_is_not_repeated()
    {
        var random = new Random(14);
        string New() => SecretSamples.ByRule["github-token"](random).Secret;
        var (old, file, folder, moved) = (New(), New(), New(), New());
        _repository.Write($"src/{old}/a.txt", "a\n");
        _repository.Write("src/b.txt", "a file that is moved\n");
        _repository.Commit("with a token in a name");
        _repository.Configure(
            ("A_worker", $"echo b >> src/{old}/a.txt; echo c > src/{old}/c.txt"), ("B_worker", $"echo x > src/{file}.txt; mkdir src/{folder}; echo y > src/{folder}/y.txt"), ("C_worker", $"git mv src/b.txt src/b-{moved}"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.All(result.Blockers, blocker => Assert.Equal(BlockerKind.Secret, blocker.Kind));
        Assert.Equal(["B_worker", "B_worker", "C_worker"], result.Blockers.Select(blocker => blocker.Worker!).Order(StringComparer.Ordinal));
        AssertNowhere(result, [file, folder, moved]);
    }

    [Fact]
    public async Task A_key_that_two_workers_put_together_blocks_and_one_that_a_worker_did_not_touch_does_not()
    {
        var random = new Random(21);
        var token = SecretSamples.ByRule["github-token"](random).Secret;
        var body = SecretSamples.Of(random, 64, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        _repository.Write("src/k.pem", "top\n1\n2\n3\n4\n5\nbottom\n");
        _repository.Write("src/t.txt", $"top\n1\n2\n{token}\n4\n5\nbottom\n");
        _repository.Commit("with a form");
        var config = _repository.Configure(
            ("A_worker", $"sed -i '1s/.*/-----BEGIN RSA PRIVATE {"KEY"}-----/' src/k.pem; sed -i 1s/top/Top/ src/t.txt"), ("B_worker", $"sed -i '6s#.*#{body}#' src/k.pem; sed -i 7s/bottom/Bottom/ src/t.txt"));
        config["run"] = new JsonObject { ["strict_collision_mode"] = false };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.Secret, "src/k.pem"), (blocker.Kind, blocker.Path));
        Assert.StartsWith("src/k.pem:1 holds, now that the changes of A_worker, B_worker are merged", blocker.Message, StringComparison.Ordinal);
        Assert.Null(result.IntegratedCommit);
        AssertNowhere(result, [body]);
        config["security"] = new JsonObject { ["secret_allowlist"] = new JsonObject { ["fingerprints"] = new JsonArray(blocker.Message.Split("fingerprint ")[1][..16]) } };
        _repository.Save(config);
        Assert.Equal([], (await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Blockers);
    }

    [Fact]
    public async Task A_finding_can_be_allowed_by_its_fingerprint_and_a_file_by_its_path()
    {
        var random = new Random(2);
        var (one, two) = (SecretSamples.ByRule["github-token"](random).Secret, SecretSamples.ByRule["github-token"](random).Secret);
        var config = _repository.Configure(("A_worker", $"echo {one} > src/a.txt; mkdir -p fixtures; echo {two} > fixtures/b.txt"));
        var first = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, first.Blockers.Count);
        var fingerprint = first.Blockers.Single(blocker => blocker.Path == "src/a.txt").Message.Split("fingerprint ")[1][..16];
        config["security"] = new JsonObject { ["secret_allowlist"] = new JsonObject { ["fingerprints"] = new JsonArray(fingerprint), ["paths"] = new JsonArray("fixtures/**") } };
        _repository.Save(config);
        Assert.Equal([], (await _repository.OneshotAsync(TestContext.Current.CancellationToken)).Blockers);
    }

    [Fact]
    public async Task A_search_that_is_switched_off_is_said_to_have_not_happened()
    {
        var token = SecretSamples.ByRule["github-token"](new Random(3)).Secret;
        var config = _repository.Configure(("A_worker", $"echo {token} > src/a.txt; printf 'MZ\\0\\0' > src/a.exe"));
        config["security"] = new JsonObject { ["secret_scan_enabled"] = false, ["allow_executable_artifacts"] = true };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
        var report = File.ReadAllText(result.Report!);
        Assert.Contains("not examined: secrets", report, StringComparison.Ordinal);
        Assert.Contains("not examined: executable artifacts", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_in_a_file_name_a_command_or_a_summary_is_not_repeated()
    {
        var token = SecretSamples.ByRule["github-token"](new Random(4)).Secret;
        var config = _repository.Configure(("A_worker", $"echo {token} > out-{token}.txt; echo \"I used {token}\" > \"$FACTORY_BUNDLE_DIR/SUMMARY.md\""));
        config["workers"]!["definitions"]![0]!["command"]!.AsArray().Add("--token=" + token);
        config["workers"]!["allowlist_globs"] = new JsonObject { ["A_worker"] = new JsonArray("src/**") };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Scope);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Secret);
        AssertNowhere(result, [token]);
    }

    // The patch, the list of changed files and the worker's own output are evidence, and keep what they hold.
    private static void AssertNowhere(RunResult result, IEnumerable<string> secrets)
    {
        var files = Directory.GetFiles(result.RunDir!, "*", SearchOption.AllDirectories)
            .Append(Path.Combine(Path.GetDirectoryName(result.RunDir!)!, "factory_ledger.jsonl"))
            .Where(file => Path.GetFileName(file) is not ("DIFF.patch" or "FILES_CHANGED.json") && !file.EndsWith(".lock", StringComparison.Ordinal))
            .Select(file => File.ReadAllText(file));
        var written = string.Concat(files) + string.Concat(result.Blockers) + string.Concat(result.Warnings);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret.Split('\n')[0] is { Length: > 30 } line && !line.StartsWith("-----", StringComparison.Ordinal) ? line : secret, written, StringComparison.Ordinal));
    }
}
