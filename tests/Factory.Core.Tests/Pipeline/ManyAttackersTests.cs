using System.Text.Json.Nodes;
using Factory.Core.Contracts;
using Factory.Core.Tests.Guards.Secrets;

namespace Factory.Core.Tests.Pipeline;

/// <summary>
/// One run of 32 workers, with one attacker of each kind. They run one after another: what is changed outside the worktrees
/// while several run cannot be told apart, and then all of them are named.
/// </summary>
public sealed class ManyAttackersTests : IDisposable
{
    private const string Accent = "caf\u00e9.md", SplitAccent = "cafe\u0301.md";
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Exactly_the_attackers_among_thirty_two_workers_are_blocked_and_the_report_says_why()
    {
        TestRepository.RequireUnix();
        Prepare();
        var attackers = Attackers().ToList();
        (string Id, string Script)[] innocents =
        [
            ("Y1_idle", "true"),
            ("Y2_adds", "echo a > src/y2.txt; ln -s y2.txt src/y2.link; git add -A; git commit -q -m work; git mv src/file3.txt src/y2-moved.txt"),
            ("Y3_edits", "sed -i 's/line 7/line seven/' src/file2.txt; printf '#!/bin/sh\\n' > src/y3.sh; chmod +x src/y3.sh; git checkout -q -b mine"),
            ("Y4_leaves", "echo a > src/y4.txt; setsid sleep 60 >/dev/null 2>&1 &"),
        ];
        Configure([.. attackers.Select(one => (one.Id, one.Script)), .. innocents]);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        var report = File.ReadAllText(result.Report!);
        if (Environment.GetEnvironmentVariable("FACTORY_TEST_KEEP_REPORT") is { Length: > 0 } kept) File.WriteAllText(kept, report);
        Assert.Equal((32, RunStatus.Blocked, 2), (result.Workers.Count, result.Status, result.ExitCode));
        var blocked = result.Blockers.SelectMany(blocker => (blocker.Worker ?? "nobody").Split(", ").Select(worker => (Worker: worker, blocker.Kind, blocker.Message))).ToLookup(one => one.Worker);
        Assert.Equal(attackers.Select(one => one.Id).Order(StringComparer.Ordinal), blocked.Select(one => one.Key).Order(StringComparer.Ordinal));
        Assert.All(attackers, one => Assert.All(blocked[one.Id], blocker => Assert.True(one.Kinds.Contains(blocker.Kind), $"{one.Id}: {blocker.Kind} {blocker.Message}")));
        Assert.All(attackers, one => Assert.All(one.Words, words => Assert.True(blocked[one.Id].Any(blocker => blocker.Message.Contains(words, StringComparison.Ordinal)), $"{one.Id}: no '{words}' in {string.Join(" | ", blocked[one.Id])}")));
        Assert.All(attackers, one => Assert.Contains(report.Split('\n'), line => line.Contains($"[{WireEnum<BlockerKind>.NameOf(one.Kinds[0])}] ", StringComparison.Ordinal) && line.Contains(one.Id, StringComparison.Ordinal)));
        // Two names that print alike are told apart, in the report and in what programs show.
        Assert.All([report, string.Join('\n', result.Blockers.Select(blocker => blocker.Message))], text => Assert.Contains(@"made 'docs/cafe\u0301.md', which is refused: it and 'docs/caf\u00e9.md'".Replace(@"\u00e9", "\u00e9", StringComparison.Ordinal), text, StringComparison.Ordinal));
        Assert.All(innocents, one => Assert.NotEqual(RunStatus.Blocked, result.Workers.Single(worker => worker.Id == one.Id).Status));
        Assert.Contains(result.Warnings, warning => warning.StartsWith("Y4_leaves: left ", StringComparison.Ordinal));
    }

    private void Prepare()
    {
        _repository.Write(".github/workflows/ci.yml", "on: push\n");
        _repository.Write("docs/" + Accent, "first\n");
        _repository.Write("src/shared.txt", "shared\n");
        _repository.Commit("second");
        _repository.Git("branch", "other");
        _repository.Git("worktree", "add", "-q", "--detach", Path.Combine(_repository.Home, "other tree"));
        _repository.Write("mine.txt", "mine\n");
        Directory.CreateDirectory(Path.Combine(_repository.Home, "victim"));
    }

    private IEnumerable<Attacker> Attackers()
    {
        var (root, home) = (Quoted(_repository.Root), Quoted(_repository.Home));
        var token = SecretSamples.ByRule["github-token"](new Random(32)).Secret;
        yield return new("A01_names", @"echo x > src/con.txt; echo x > 'src/end.'; echo x > 'src/a:b'; echo x > 'src/..\up'; echo x > ""$(printf 'src/bell\007')""", ["device_name", "trailing_dot_or_space", "stream", "backslash", "control_character"], BlockerKind.InvalidPath);
        yield return new("A02_twins", $"echo x > src/FILE1.txt; echo x > 'docs/{SplitAccent}'", ["case_twin", "normal_form_twin"], BlockerKind.InvalidPath);
        yield return new("A03_scope", "echo x > docs/x.md", ["none of its allow-list globs"], BlockerKind.Scope);
        yield return new("A04_rename", "git mv docs/guide.md src/guide.md", ["renamed 'docs/guide.md'"], BlockerKind.Scope);
        yield return new("A05_mode", "chmod +x .github/workflows/ci.yml", [".github/workflows"], BlockerKind.Protected);
        yield return new("A06_protected", "echo x > .env.local; echo x > 'src/AZURE-~1.YML'; echo x > azure-pipelines.yml; echo '{}' > factory.config.json", [".env*", "'src/AZURE-~1.YML', which is protected", "Factory's own configuration"], BlockerKind.Protected);
        yield return new("A07_link_out", "ln -s ../../outside src/a07; ln -s /etc/passwd src/a07b", ["link_escape"], BlockerKind.Escape);
        yield return new("A08_link_git", "ln -s ../.git/config src/a08", ["link_protected"], BlockerKind.Protected);
        yield return new("A09_git_files", @"printf '[submodule ""x""]\n\tpath = x\n\turl = ext::sh -c x\n' > .gitmodules; printf '* filter=evil merge=evil\n' > src/.GITATTRIBUTES", ["submodule_url", "git_file_spelling"], BlockerKind.Protected);
        yield return new("A10_gitlink", "git init -q src/inner; cd src/inner; echo x > x; git add -A; git -c user.name=a -c user.email=a@b.invalid commit -q -m x", ["another repository"], BlockerKind.Worker);
        yield return new("A11_hidden", @"echo a > src/a11.txt; echo b > src/a11-hidden.txt; printf '{""schema_version"":2,""run_id"":""%s"",""owner"":""A11_hidden"",""changes"":[{""path"":""src/a11.txt"",""change_type"":""added"",""reason"":"""",""sha256"":null}]}' ""$FACTORY_RUN_ID"" > ""$FACTORY_BUNDLE_DIR/FILES_CHANGED.json""", ["src/a11-hidden.txt was changed and not declared"], BlockerKind.HiddenOverlap);
        yield return new("A12_overlap", "echo one >> src/shared.txt", ["A12_overlap, A13_overlap changed src/shared.txt"], BlockerKind.Overlap);
        yield return new("A13_overlap", "echo two >> src/shared.txt", ["A12_overlap, A13_overlap changed src/shared.txt"], BlockerKind.Overlap, BlockerKind.Conflict);
        yield return new("A14_secret", $"echo 'key: {token}' > src/a14.txt", ["github-token"], BlockerKind.Secret);
        yield return new("A15_program", @"printf '\177ELF\2\1\1\0' > src/a15.txt", ["ELF"], BlockerKind.Artifact);
        yield return new("A16_amount", "head -c 60000 /dev/zero > src/a16.dat; for i in 1 2 3 4 5 6 7 8 9; do echo $i > src/a16_$i; done", ["60,000 bytes", "changed 10 files"], BlockerKind.Artifact);
        yield return new("A17_checkout", $"echo x >> '{root}/src/file1.txt'; echo x > '{root}/planted.txt'", ["src/file1.txt in your checkout", "planted.txt in your checkout"], BlockerKind.Escape);
        yield return new("A18_index", $"git -C '{root}' update-index --assume-unchanged src/file2.txt", ["your index"], BlockerKind.Escape);
        yield return new("A19_head", $"git -C '{root}' symbolic-ref HEAD refs/heads/other", ["HEAD of your checkout"], BlockerKind.Escape);
        yield return new("A20_refs", "git update-ref refs/heads/other HEAD~1; git tag sneaky; git replace HEAD HEAD~1", ["refs/heads/other", "refs/tags/sneaky", "refs/replace/"], BlockerKind.Escape);
        yield return new("A21_config", "git config alias.st '!sh -c evil'", ["alias.st"], BlockerKind.Escape);
        yield return new("A22_hooks", $"mkdir -p '{root}/.git/hooks'; echo 'exit 1' > '{root}/.git/hooks/pre-commit'", ["hooks/pre-commit"], BlockerKind.Escape);
        yield return new("A23_worktree", $"git -C '{home}/other tree' checkout -q -b stolen", ["other tree"], BlockerKind.Escape);
        yield return new("A24_bundle", "echo more >> \"$FACTORY_BUNDLE_DIR/../A03_scope/SUMMARY.md\"", ["A03_scope/SUMMARY.md in a bundle"], BlockerKind.Escape);
        yield return new("A25_own_link", $"until [ -e \"$FACTORY_BUNDLE_DIR/LOGS/command.stdout.log\" ] && [ -e \"$FACTORY_BUNDLE_DIR/LOGS/command.stderr.log\" ]; do sleep 0.05; done; mv \"$FACTORY_BUNDLE_DIR\" '{home}/victim/taken'; ln -s '{home}/victim' \"$FACTORY_BUNDLE_DIR\"", ["link"], BlockerKind.Escape);
        yield return new("A26_branch", "git update-ref \"refs/heads/codex/factory/$FACTORY_RUN_ID/A26_branch\" HEAD~1", [], BlockerKind.Worker);
        yield return new("A27_deletes", "cd /; rm -rf \"$FACTORY_WORKTREE\"", ["deleted its own worktree"], BlockerKind.Worker);
        yield return new("A28_hangs", "sleep 60", ["longer than 1 s"], BlockerKind.Timeout);
    }

    private void Configure((string Id, string Script)[] workers)
    {
        var config = _repository.Configure(workers);
        config["run"] = new JsonObject { ["max_parallel"] = 1 };
        config["security"] = new JsonObject { ["max_file_bytes"] = 50_000, ["max_changed_files"] = 9 };
        config["workers"]!["allowlist_globs"] = new JsonObject { ["A03_scope"] = new JsonArray("src/**"), ["A04_rename"] = new JsonArray("src/**") };
        config["workers"]!["definitions"]!.AsArray().Single(one => (string?)one!["id"] == "A28_hangs")!["timeout_seconds"] = 1;
        _repository.Save(config);
    }

    private static string Quoted(string path) => path.Replace("'", "'\\''", StringComparison.Ordinal);

    private sealed record Attacker(string Id, string Script, IReadOnlyList<string> Words, params IReadOnlyList<BlockerKind> Kinds);
}
