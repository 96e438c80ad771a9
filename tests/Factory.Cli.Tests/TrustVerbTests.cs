using System.Text.Json;

namespace Factory.Cli.Tests;

/// <summary>The verbs that prove, verify and make keys, on one run of the demo.</summary>
public sealed class TrustVerbTests(TrustedRun demo) : IClassFixture<TrustedRun>
{
    private FactoryProcess Factory(params string[] arguments) => FactoryProcess.Run(demo.Repository, arguments);

    [Fact]
    public void A_run_gives_the_signed_head_of_the_ledger_to_be_kept()
    {
        var head = demo.Result.GetProperty("ledger");
        Assert.Equal(["origin", "size", "root"], Names(head));
        Assert.StartsWith("factory-ledger/", head.GetProperty("origin").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_verifies_with_its_public_key()
    {
        var result = Factory("verify", "--public-key", demo.PublicKey, "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["status", "exit_code", "run_id", "run_dir", "key_fingerprint", "files", "checks", "blockers", "missing", "added", "changed"], Names(result.Json));
        Assert.Equal("PASS", Text(result.Json, "status"));
        Assert.All(result.Json.GetProperty("checks").EnumerateArray(), check => Assert.Equal("PASS", Text(check, "status")));
        Assert.Equal(0, FactoryProcess.Run(Scratch.NewFolder(), "verify", "--run-dir", demo.RunFolder, "--public-key", demo.PublicKey).ExitCode);
    }

    [Fact]
    public void Without_a_key_a_run_is_no_better_than_a_warning_and_blocks_where_a_signature_is_required()
    {
        var result = FactoryProcess.RunWithoutKey(demo.Repository, "verify", "--json");
        Assert.Equal((0, "WARN"), (result.ExitCode, Text(result.Json, "status")));
        var required = FactoryProcess.RunWithoutKey(demo.Repository, "verify", "--require-signature");
        Assert.Equal(2, required.ExitCode);
        Assert.Contains("no public key is known", required.Error, StringComparison.Ordinal);
        Assert.Equal(2, FactoryProcess.RunWithoutKey(demo.Repository, "ledger-verify", "--require-signature").ExitCode);
    }

    [Fact]
    public void Another_key_blocks_the_run_the_ledger_and_the_proof()
    {
        foreach (var verb in (string[][])[["verify"], ["ledger-verify"], ["verify", "--proof", demo.Proof]])
        {
            var result = Factory([.. verb, "--public-key", demo.OtherPublicKey, "--json"]);
            Assert.Equal((2, "BLOCKED"), (result.ExitCode, Text(result.Json, "status")));
            var shown = Factory([.. verb, "--public-key", demo.OtherPublicKey]).Output;
            Assert.Contains("if the key was replaced, give that key's public file with --public-key", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("find out who changed it", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_repository_cannot_say_itself_whose_signature_is_required()
    {
        var config = Path.Combine(Scratch.NewFolder(), "factory.json");
        File.WriteAllText(config, $$"""{ "schema_version": 2, "contract_version": 2, "attestation": { "key": "{{demo.OtherPublicKey.Replace(".pub.pem", ".pem", StringComparison.Ordinal).Replace('\\', '/')}}" } }""");
        var result = FactoryProcess.Run(demo.Repository, "ledger-verify", "--config", config, "--require-signature", "--json");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("comes from the configuration of the repository", result.Json.GetProperty("blockers")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_and_an_added_file_are_named()
    {
        var copy = demo.CopyOfRun();
        File.AppendAllText(Path.Combine(copy, "A_worker", "SUMMARY.md"), "more");
        File.WriteAllText(Path.Combine(copy, "A_worker", "extra.txt"), "x");
        var result = Factory("verify", "--run-dir", copy, "--public-key", demo.PublicKey, "--json");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("A_worker/SUMMARY.md", Assert.Single(result.Json.GetProperty("changed").EnumerateArray()).GetString());
        Assert.Equal("A_worker/extra.txt", Assert.Single(result.Json.GetProperty("added").EnumerateArray()).GetString());
    }

    [Fact]
    public void The_proof_that_a_run_left_is_verified_alone()
    {
        var result = FactoryProcess.Run(Scratch.NewFolder(), "verify", "--proof", demo.Proof, "--public-key", demo.PublicKey, "--json");
        Assert.Equal((0, "PASS"), (result.ExitCode, Text(result.Json, "status")));
        Assert.Equal(["status", "exit_code", "index", "origin", "size", "line", "reason"], Names(result.Json));
        Assert.Contains("ATTESTATION_WRITTEN", Text(result.Json, "line"), StringComparison.Ordinal);
        Assert.Equal("WARN", Text(FactoryProcess.RunWithoutKey(Scratch.NewFolder(), "verify", "--proof", demo.Proof, "--json").Json, "status"));
    }

    [Fact]
    public void A_proof_whose_line_was_changed_is_blocked()
    {
        var lines = File.ReadAllLines(demo.Proof);
        var line = Convert.FromBase64String(lines[1]["extra ".Length..]);
        line[30] ^= 1;
        lines[1] = "extra " + Convert.ToBase64String(line);
        var file = NewFile(string.Join('\n', lines) + "\n");
        var result = Factory("verify", "--proof", file, "--public-key", demo.PublicKey, "--json");
        Assert.Equal((2, "BLOCKED"), (result.ExitCode, Text(result.Json, "status")));
        Assert.Contains("not in the checkpoint's tree", Text(result.Json, "reason"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no proof", "verify", "--proof", "no-such-file")]
    [InlineData("not an inclusion proof", "verify", "--proof", "{garbage}")]
    [InlineData("more than one thing to verify", "verify", "--proof", "{garbage}", "--run-id", "demo_20260218_131510_6339cf02_001")]
    [InlineData("more than one thing to verify", "verify", "--run-dir", ".", "--run-id", "demo_20260218_131510_6339cf02_001")]
    [InlineData("there is no run", "verify", "--run-id", "demo_20260218_131510_6339cf02_001")]
    [InlineData("cannot be used", "verify", "--public-key", "no-such-file")]
    [InlineData("holds no PUBLIC KEY", "ledger-verify", "--public-key", "{pem}")]
    [InlineData("is not the head of a ledger", "ledger-verify", "--head", "nonsense")]
    [InlineData("say what is to be proved", "ledger-prove")]
    [InlineData("say what is to be proved", "ledger-prove", "--event-id", "0123456789abcdef", "--since-checkpoint", "{garbage}")]
    [InlineData("has the id", "ledger-prove", "--event-id", "0123456789abcdef")]
    [InlineData("there is no checkpoint", "ledger-prove", "--since-checkpoint", "no-such-file")]
    [InlineData("there is no signing key", "attest", "--key", "no-such-file")]
    [InlineData("not the thumbprint", "attest", "--key", "cert:zz")]
    public void What_cannot_be_used_blocks_and_is_said(string expected, params string[] arguments)
    {
        var garbage = NewFile("garbage\n");
        var pem = NewFile("-----BEGIN OTHER-----\nAAAA\n-----END OTHER-----\n");
        var result = Factory([.. arguments.Select(argument => argument == "{garbage}" ? garbage : argument == "{pem}" ? pem : argument)]);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Contains("next: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(2, result.ExitCode);
    }

    [Fact]
    public void A_head_that_was_kept_is_held_against_the_ledger()
    {
        var head = demo.Result.GetProperty("ledger");
        var kept = $"{Text(head, "origin")} {head.GetProperty("size").GetInt64()} {Text(head, "root")}";
        Assert.Equal(0, Factory("ledger-verify", "--head", kept).ExitCode);
        var other = Factory("ledger-verify", "--json", "--head", $"{Text(head, "origin")} 1000000 {Text(head, "root")}");
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("lines were removed", Text(other.Json, "reason"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_is_proved_and_the_proof_is_not_written_over_another_file()
    {
        var id = Text(Factory("ledger", "--first", "1", "--json").Json.GetProperty("entries")[0], "event_id");
        var shown = Factory("ledger-prove", "--event-id", id, "--json");
        Assert.Equal(0, shown.ExitCode);
        Assert.Equal(["status", "exit_code", "kind", "ledger", "index", "old_size", "head", "hashes", "proof"], Names(shown.Json));
        Assert.Equal(("inclusion", 0), (Text(shown.Json, "kind"), shown.Json.GetProperty("index").GetInt64()));

        var file = Path.Combine(Scratch.NewFolder(), "event.tlog-proof");
        Assert.Equal(0, Factory("ledger-prove", "--event-id", id, "--out", file).ExitCode);
        Assert.Equal(Text(shown.Json, "proof"), File.ReadAllText(file));
        Assert.Equal(0, Factory("verify", "--proof", file, "--public-key", demo.PublicKey).ExitCode);
        var again = Factory("ledger-prove", "--event-id", id, "--out", file);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("exists already", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ledger_that_went_on_is_proved_to_go_on_from_a_checkpoint_that_was_kept()
    {
        var copy = demo.CopyOfRun();
        var old = NewFile(File.ReadAllText(Path.Combine(copy, "..", "factory_ledger.checkpoint")));
        var result = Factory("ledger-prove", "--since-checkpoint", old, "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("consistency", Text(result.Json, "kind"));
        Assert.StartsWith("old ", Text(result.Json, "proof"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_that_does_not_verify_says_so()
    {
        Assert.Equal("VERIFIED", Text(Factory("ledger", "--last", "1", "--json").Json.GetProperty("signature"), "status"));
        Assert.Equal("UNCHECKED", Text(Factory("ledger", "--last", "1", "--no-verify", "--json").Json.GetProperty("signature"), "status"));
    }

    [Fact]
    public void A_new_key_is_said_and_signs_an_attestation()
    {
        var key = Path.Combine(Scratch.NewFolder(), "release.pem");
        var made = Factory("key", "new", key, "--json");
        Assert.Equal(0, made.ExitCode);
        Assert.Equal(["status", "exit_code", "path", "public_key_path", "fingerprint", "algorithm", "is_encrypted"], Names(made.Json));
        Assert.Equal(2, Factory("key", "new", key).ExitCode);
        Assert.Equal(0, Factory("key", "new", key, "--force").ExitCode);

        var repository = FactoryProcess.Run(Scratch.Root, "demo", "--json").Json.GetProperty("run_dir").GetString()!;
        var attested = FactoryProcess.Run(repository, "attest", "--key", key, "--json");
        Assert.Equal(0, attested.ExitCode);
        Assert.Equal(["status", "exit_code", "run_id", "run_dir", "bundles", "report", "ledger", "provenance", "key_fingerprint", "github", "files", "changed", "head"], Names(attested.Json));
        Assert.Equal(0, FactoryProcess.Run(repository, "verify", "--public-key", Path.ChangeExtension(key, ".pub.pem")).ExitCode);
    }

    [Fact]
    public void The_key_that_signs_here_is_shown()
    {
        var shown = FactoryProcess.Run(Scratch.NewFolder(), "key", "show", "--json");
        Assert.Equal(0, shown.ExitCode);
        Assert.Equal(["status", "exit_code", "source", "fingerprint", "algorithm", "public_key"], Names(shown.Json));
        Assert.StartsWith(Scratch.Root, Text(shown.Json, "source"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--proof", "verify")]
    [InlineData("--since-checkpoint", "ledger-prove")]
    [InlineData("--head", "ledger-verify")]
    [InlineData("--no-verify", "ledger")]
    [InlineData("--key", "attest")]
    [InlineData("FACTORY_KEY_PASSPHRASE", "key", "new")]
    [InlineData("public key that runs are signed with", "key", "show")]
    public void The_help_names_it(string expected, params string[] verb)
    {
        var result = FactoryProcess.Run(Scratch.Root, [.. verb, "--help"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
    }

    private static string NewFile(string text)
    {
        var file = Path.Combine(Scratch.NewFolder(), "file");
        File.WriteAllText(file, text);
        return file;
    }

    private static IEnumerable<string> Names(JsonElement document) => document.EnumerateObject().Select(property => property.Name);

    private static string Text(JsonElement document, string name) => document.GetProperty(name).GetString()!;
}
