using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Ledger.Proofs;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Pipeline.Records;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Attestation;

/// <summary>A small real run whose provenance is signed.</summary>
public sealed class AttestedRun : IDisposable
{
    private AttestedRun(TestRepository repository, SigningKey key, RunResult result) => (Repository, Key, Result) = (repository, key, result);

    public TestRepository Repository { get; }

    public SigningKey Key { get; }

    public RunResult Result { get; }

    public string Folder => Result.RunDir!;

    public static IReadOnlyDictionary<string, string> GitHub { get; } = new Dictionary<string, string>
    {
        ["CI"] = "true",
        ["GITHUB_ACTIONS"] = "true",
        ["GITHUB_SERVER_URL"] = "https://github.com",
        ["GITHUB_WORKFLOW_REF"] = "octo/repo/.github/workflows/factory.yml@refs/heads/main",
    };

    /// <summary>Lets the two workers change one file together.</summary>
    public static Action<JsonObject> SharedChangelog { get; } =
        config => config["workers"]!["shared_paths"] = new JsonObject { ["A_worker"] = new JsonArray("CHANGELOG.md"), ["B_worker"] = new JsonArray("CHANGELOG.md") };

    public static async Task<AttestedRun> MakeAsync(IReadOnlyDictionary<string, string>? environment = null, Action<JsonObject>? configure = null, params (string Id, string Script)[] workers)
    {
        var repository = new TestRepository();
        var key = new SigningKey(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var config = repository.Configure(workers.Length > 0 ? workers : [("A_worker", "echo a > src/a.txt; mv docs/guide.md docs/manual.md"), ("B_worker", "printf '\\0\\1' > src/b.bin; echo end >> src/file2.txt")]);
        configure?.Invoke(config);
        repository.Save(config);
        var pipeline = new FactoryPipeline(new RunServices(SilentObserver.Instance, TimeProvider.System) { Key = key });
        var request = repository.Request with { Environment = environment ?? new Dictionary<string, string>() };
        return new AttestedRun(repository, key, await pipeline.OneshotAsync(request, TestContext.Current.CancellationToken));
    }

    public string At(string name) => Path.Combine(Folder, name);

    public byte[] Bytes(string name) => File.ReadAllBytes(At(name));

    public Task<AttestationResult> RenewAsync(IReadOnlyDictionary<string, string>? environment = null) => AttestationRenewal.RunAsync(
        RunRecord.Read(new RunFolder(Path.GetDirectoryName(Folder)!, RunId.Parse(Result.RunId!))), Key, environment ?? new Dictionary<string, string>(), TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>Seals the ledger and keeps the proof, as a pipeline does at a run's end.</summary>
    public async Task SealAsync()
    {
        var runs = Path.GetDirectoryName(Folder)!;
        LedgerSeal.Write(runs, Key, cancellationToken: TestContext.Current.CancellationToken);
        var ledger = new LedgerPaths(runs).Ledger;
        var last = LedgerReader.Read(ledger, new LedgerFilter { RunId = Result.RunId, EventTypes = ["ATTESTATION_WRITTEN"] }).Last();
        await new RunAttestation(runs, RunId.Parse(Result.RunId!)).WriteLedgerProofAsync(LedgerProver.ProveInclusion(ledger, last.EventId!, TestContext.Current.CancellationToken));
    }

    public void Dispose()
    {
        Key.Dispose();
        Repository.Dispose();
    }
}
