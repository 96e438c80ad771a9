using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Factory.Core.Attestation;
using Factory.Core.Attestation.Verification;
using Factory.Core.Contracts;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Attestation.Verification;

public sealed class RunVerifierTests(SealedRun sealedRun) : IClassFixture<SealedRun>
{
    [Fact]
    public async Task An_untouched_run_passes_every_check_and_nothing_is_written_into_the_repository()
    {
        var before = Objects();
        var result = await RunVerifier.VerifyAsync(new RunVerificationRequest { RunFolder = sealedRun.Run.Folder, Key = sealedRun.Run.Key.Public }, TestContext.Current.CancellationToken);
        Assert.All(result.Checks, check => Assert.True(check.Status == RunStatus.Pass, check.ToString()));
        Assert.Equal(["run_id", "signature", "manifests", "statement", "added_files", "github", "ledger_extract", "recorded", "ledger_checkpoint", "tree"], result.Checks.Select(check => check.Name));
        Assert.Equal((RunStatus.Pass, 0, sealedRun.Run.Result.RunId), (result.Status, result.ExitCode, result.RunId));
        Assert.Equal(before, Objects());
        Assert.NotEmpty(FactoryJson.Write(result));
        int Objects() => Directory.GetFiles(Path.Combine(sealedRun.Run.Repository.Root, ".git"), "*", SearchOption.AllDirectories).Length;
    }

    [Fact]
    public async Task A_changed_byte_in_any_file_blocks_and_the_file_is_named()
    {
        var copy = sealedRun.Copy();
        foreach (var name in sealedRun.Files)
        {
            var bytes = sealedRun.Run.Bytes(name);
            if (bytes.Length == 0) continue;
            foreach (var at in new[] { 0, bytes.Length / 2, bytes.Length - 1 }.Distinct())
            {
                var result = await sealedRun.AfterAsync(copy, name, file => Flip(file, at));
                Assert.True(result.Status == RunStatus.Blocked, $"{name} at {at}");
                Assert.Contains(name, result.Changed);
            }
        }
    }

    [Theory]
    [InlineData(RunAttestation.ProvenanceName)]
    [InlineData(RunAttestation.LedgerProofName)]
    public async Task A_changed_byte_anywhere_in_what_no_manifest_covers_blocks(string name)
    {
        var copy = sealedRun.Copy();
        var file = Path.Combine(copy, name);
        var length = (int)new FileInfo(file).Length;
        // Without a repository the trees are not made again, which takes most of the time.
        for (var at = 0; at < length; at += Math.Max(1, length / 150))
        {
            Flip(file, at);
            Assert.True((await sealedRun.VerifyAsync(copy, request => request with { Repository = sealedRun.Run.Repository.Home })).Status == RunStatus.Blocked, $"at {at}");
            Flip(file, at);
        }
    }

    [Fact]
    public async Task A_missing_file_blocks_and_is_named()
    {
        var copy = sealedRun.Copy();
        foreach (var name in sealedRun.Files.Where(name => name != RunAttestation.LedgerProofName && !name.StartsWith("attestations/github/", StringComparison.Ordinal)))
        {
            var result = await sealedRun.AfterAsync(copy, name, File.Delete);
            Assert.True(result.Status == RunStatus.Blocked, name);
            Assert.Contains(name, result.Missing);
        }
    }

    [Fact]
    public async Task A_missing_ledger_proof_is_never_a_pass_and_blocks_when_signatures_are_required()
    {
        var copy = sealedRun.Copy();
        File.Delete(Path.Combine(copy, RunAttestation.LedgerProofName));
        Assert.Equal(RunStatus.Warn, (await sealedRun.VerifyAsync(copy)).Status);
        Assert.Equal([RunAttestation.LedgerProofName], (await sealedRun.VerifyAsync(copy, request => request with { RequireSignature = true })).Missing);
    }

    [Theory]
    [InlineData("A_worker/extra.txt")]
    [InlineData("A_worker/LOGS/deep/er/extra.txt")]
    [InlineData("Z_integrator/.hidden")]
    [InlineData("attestations/other.sha256")]
    [InlineData("C_worker/STATUS.json")]
    [InlineData("extra")]
    public async Task An_added_file_blocks_and_is_named(string name)
    {
        var result = await sealedRun.AfterAsync(copy =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, name))!);
            File.WriteAllText(Path.Combine(copy, name), "x");
        });
        Assert.Equal((RunStatus.Blocked, name), (result.Status, Assert.Single(result.Added)));
    }

    [Fact]
    public async Task Another_key_blocks_and_no_key_is_no_pass()
    {
        using var other = new SigningKey(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var wrong = await sealedRun.VerifyAsync(sealedRun.Run.Folder, request => request with { Key = other.Public });
        Assert.Equal(RunStatus.Blocked, wrong.Status);
        Assert.Empty(wrong.Changed);
        Assert.Equal([RunAttestation.ProvenanceName, RunAttestation.LedgerProofName], wrong.Blockers.Select(blocker => blocker.Path));
        var (signer, expected) = (sealedRun.Run.Key.Public.Fingerprint, other.Public.Fingerprint);
        Assert.Contains($"is signed by key {signer[..16]}..., which is not the key that was expected ({expected[..16]}...)", wrong.Blockers[0].Message, StringComparison.Ordinal);
        Assert.Contains($"is signed by key {signer[..8]}, which is not", wrong.Blockers[1].Message, StringComparison.Ordinal);
        Assert.All(wrong.Blockers, blocker => Assert.Contains("if the key was replaced, give that key's public file with --public-key", blocker.NextAction, StringComparison.Ordinal));
        var none = await sealedRun.VerifyAsync(sealedRun.Run.Folder, request => request with { Key = null });
        Assert.Equal((RunStatus.Warn, RunStatus.Pending), (none.Status, none.Checks.Single(check => check.Name == "signature").Status));
        Assert.Equal(RunStatus.Blocked, (await sealedRun.VerifyAsync(sealedRun.Run.Folder, request => request with { Key = null, RequireSignature = true })).Status);
    }

    [Fact]
    public async Task Without_the_repository_the_trees_are_not_checked_and_that_is_no_pass()
    {
        var result = await sealedRun.VerifyAsync(sealedRun.Run.Folder, request => request with { Repository = sealedRun.Run.Repository.Home });
        Assert.Equal((RunStatus.Warn, RunStatus.Pending), (result.Status, result.Checks.Single(check => check.Name == "tree").Status));
        using var other = new TestRepository("other");
        other.Write("x", "y");
        other.Commit("other");
        var foreign = await sealedRun.VerifyAsync(sealedRun.Run.Folder, request => request with { Repository = other.Root });
        Assert.Equal(RunStatus.Warn, foreign.Status);
        Assert.Contains("is not in the repository", foreign.Checks[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payload_signed_by_another_key_or_of_another_type_blocks()
    {
        var envelope = DsseEnvelope.Parse(sealedRun.Run.Bytes(RunAttestation.ProvenanceName));
        var swapped = await sealedRun.AfterAsync(copy => Replace(copy, envelope with { Payload = envelope.Payload.ToArray().Append((byte)' ').ToArray() }));
        Assert.Contains(swapped.Blockers, blocker => blocker.Message.Contains("is not signed by the key", StringComparison.Ordinal));
        Assert.Contains(RunAttestation.ProvenanceName, swapped.Changed);
        var retyped = await sealedRun.AfterAsync(copy => Replace(copy, DsseEnvelope.Sign("application/json", envelope.Payload, sealedRun.Run.Key)));
        Assert.Contains(retyped.Blockers, blocker => blocker.Message.Contains("payload of the type", StringComparison.Ordinal));
        var twice = await sealedRun.AfterAsync(copy => Replace(copy, envelope with { Signatures = [.. envelope.Signatures, .. envelope.Signatures] }));
        Assert.Contains(twice.Blockers, blocker => blocker.Message.Contains("has 2 signatures", StringComparison.Ordinal));
        var signedAgain = await sealedRun.AfterAsync(copy => Replace(copy, DsseEnvelope.Sign(DsseEnvelope.InTotoType, envelope.Payload, sealedRun.Run.Key)));
        Assert.Contains(signedAgain.Blockers, blocker => blocker.Message.Contains("is not the one that the ledger recorded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_manifest_written_anew_over_a_changed_file_still_blocks()
    {
        var result = await sealedRun.AfterAsync(copy =>
        {
            File.AppendAllText(Path.Combine(copy, "A_worker/SUMMARY.md"), "more\n");
            var files = ChecksumManifest.Parse(File.ReadAllBytes(Path.Combine(copy, "attestations/bundles.sha256"))).Select(file => Path.Combine(copy, file.Name));
            File.WriteAllBytes(Path.Combine(copy, "attestations/bundles.sha256"), ChecksumManifest.Format(ChecksumManifest.Digest(copy, files)));
        });
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Contains("attestations/bundles.sha256", result.Changed);
    }

    [Fact]
    public async Task The_proof_of_another_run_blocks()
    {
        // Of another kind: two runs of one second, from equal commits in two repositories, have one id.
        using var other = await AttestedRun.MakeAsync(configure: config => config["run"] = new JsonObject { ["kind"] = "other" });
        await other.SealAsync();
        var result = await sealedRun.AfterAsync(copy => File.Copy(other.At(RunAttestation.LedgerProofName), Path.Combine(copy, RunAttestation.LedgerProofName), overwrite: true));
        Assert.Contains(result.Blockers, blocker => blocker.Message.Contains("is of another run", StringComparison.Ordinal));
        var whole = await sealedRun.VerifyAsync(other.Folder, request => request with { Repository = null });
        Assert.Equal(RunStatus.Blocked, whole.Status);
    }

    private static void Flip(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private static void Replace(string copy, DsseEnvelope envelope) => File.WriteAllBytes(Path.Combine(copy, RunAttestation.ProvenanceName), envelope.ToLine());
}
