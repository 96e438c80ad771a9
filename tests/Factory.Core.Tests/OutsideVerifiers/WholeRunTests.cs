using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Ledger.Proofs;
using Factory.Core.Tests.Attestation;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.OutsideVerifiers;

/// <summary>One real run for all these tests; none on Windows, where its workers cannot run.</summary>
public sealed class WholeRun : IAsyncLifetime
{
    public AttestedRun? Run { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (OperatingSystem.IsWindows()) return;
        Run = await AttestedRun.MakeAsync();
        LedgerSeal.Write(Path.GetDirectoryName(Run.Folder)!, Run.Key);
    }

    public ValueTask DisposeAsync()
    {
        Run?.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Every outside verifier over a real run, as it lies on the disk.</summary>
public sealed class WholeRunTests : IClassFixture<WholeRun>
{
    private static readonly string[] Manifests = ["attestations/bundles.sha256", "attestations/ledger.sha256", "attestations/report.sha256"];
    private readonly AttestedRun _run;
    private readonly LedgerPaths _ledger;

    public WholeRunTests(WholeRun fixture)
    {
        TestRepository.RequireUnix();
        _run = fixture.Run!;
        _ledger = new LedgerPaths(Path.GetDirectoryName(_run.Folder)!);
        Assert.Equal(RunStatus.Pass, _run.Result.Status);
    }

    [Fact]
    public void Sha256sum_accepts_the_manifests_and_the_ledger()
    {
        foreach (var manifest in Manifests)
            OutsideProgram.Run("sha256sum", ["--strict", "-c", manifest], folder: _run.Folder);
        OutsideProgram.Run("sha256sum", ["--strict", "-c", Path.GetFileName(_ledger.Digest)], folder: _ledger.RunsFolder);
    }

    [Fact]
    public void Sha256sum_refuses_a_covered_file_or_a_manifest_in_which_one_byte_was_changed()
    {
        foreach (var manifest in Manifests) AssertRefused(_run.Folder, manifest, CoveredBy(manifest));
        AssertRefused(_ledger.RunsFolder, Path.GetFileName(_ledger.Digest), [_ledger.Ledger]);
    }

    [Fact]
    public void Openssl_and_sigstore_verify_the_provenance_of_a_run()
    {
        var signed = new SignedEnvelope(_run.Key.Public.SubjectPublicKeyInfo.ToArray(), _run.Bytes(RunAttestation.ProvenanceName));
        Assert.Equal("Verified OK", OpenSslTests.Check(signed));
        Assert.Equal("ok application/vnd.in-toto+json", Assert.Single(SigstoreVerifier.Check(signed.PublicKey, [signed.File])));
    }

    [Fact]
    public void Sigstore_refuses_the_provenance_of_a_run_in_which_one_byte_was_changed()
    {
        var signed = new SignedEnvelope(_run.Key.Public.SubjectPublicKeyInfo.ToArray(), _run.Bytes(RunAttestation.ProvenanceName));
        var (payload, signature) = (signed.DigitsOf("payload"), signed.DigitsOf("sig"));
        var positions = OneByte.Spread(payload.From, payload.Length, 150).Concat(OneByte.Spread(signature.From, signature.Length, 100));
        Assert.All(SigstoreVerifier.Check(signed.PublicKey, OneByte.OtherDigitAt(signed.File, positions)), answer => Assert.StartsWith("bad ", answer, StringComparison.Ordinal));
    }

    [Fact]
    public void Go_opens_the_checkpoint_of_the_runs_ledger_and_finds_every_event_in_it()
    {
        var lines = File.ReadAllLines(_ledger.Ledger);
        var checkpoint = LedgerCheckpoint.Read(_ledger.Checkpoint)!;
        var expected = $"ok {lines.Length}";
        Assert.Equal(expected, Assert.Single(GoVerifier.Check(_run.Key.Public.SubjectPublicKeyInfo, checkpoint.Origin, "note", [new Dictionary<string, byte[]> { ["note"] = File.ReadAllBytes(_ledger.Checkpoint) }])));
        var proofs = LedgerReader.Read(_ledger.Ledger, strict: true, cancellationToken: TestContext.Current.CancellationToken)
            .Select(item => new Dictionary<string, byte[]> { ["proof"] = System.Text.Encoding.UTF8.GetBytes(LedgerProver.ProveInclusion(_ledger.Ledger, item.EventId!).Format()) }).ToList();
        Assert.Equal(lines.Length, proofs.Count);
        Assert.All(GoVerifier.Check(_run.Key.Public.SubjectPublicKeyInfo, checkpoint.Origin, "inclusion", proofs), answer => Assert.Equal(expected, answer));
    }

    private IEnumerable<string> CoveredBy(string manifest) => ChecksumManifest.Parse(_run.Bytes(manifest)).Select(file => _run.At(file.Name));

    // The first and the last byte of each covered file, and twenty places of the list itself: each takes a process.
    private static void AssertRefused(string folder, string manifest, IEnumerable<string> covered)
    {
        foreach (var file in covered) AssertEachRefused(folder, manifest, file, bytes => OneByte.Spread(0, bytes.Length, 2));
        AssertEachRefused(folder, manifest, Path.Combine(folder, manifest), bytes => OneByte.Spread(0, bytes.Length, 20));
    }

    private static void AssertEachRefused(string folder, string manifest, string file, Func<byte[], IEnumerable<int>> positions)
    {
        var whole = File.ReadAllBytes(file);
        foreach (var at in positions(whole))
        {
            File.WriteAllBytes(file, OneByte.ChangedAt(whole, [at]).Single());
            var (code, output, _) = OutsideProgram.TryRun("sha256sum", ["--strict", "-c", manifest], folder: folder);
            Assert.True(code != 0, $"byte {at} of {file} was changed, and sha256sum said: {output}");
        }

        File.WriteAllBytes(file, whole);
    }
}
