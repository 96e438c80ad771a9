using System.Runtime.Loader;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Contracts;

public sealed class SchemaGateTests
{
    private static readonly byte[] Manifest = FactoryJson.Write(SampleDocuments.Manifest);

    [Fact]
    public void A_whole_run_that_is_valid_has_no_problems() =>
        Assert.Empty(SchemaGate.Validate(ContractDocuments.Combine(Manifest, [SampleDocuments.Bundle("A_worker"), SampleDocuments.Bundle("B_worker")], SampleDocuments.Bundle("Z_integrator"))));

    [Fact]
    public void A_run_whose_workers_have_not_handed_over_yet_is_valid() => Assert.Empty(SchemaGate.Validate(ContractDocuments.Combine(Manifest, [])));

    [Fact]
    public void A_problem_is_named_by_file_path_and_line()
    {
        var broken = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(SampleDocuments.Bundle("B_worker").Status!).Replace("\"BLOCKED\"", "\"DONE\"", StringComparison.Ordinal));
        var problem = Assert.Single(SchemaGate.Validate(ContractDocuments.Combine(Manifest, [SampleDocuments.Bundle("A_worker"), SampleDocuments.Bundle("B_worker") with { Status = broken }])));
        Assert.Equal(("B_worker/STATUS.json", "status", 6), (problem.Document, problem.Path, problem.Line));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{} , \"extra\": {}")]
    [InlineData("{\"a\": 1} // comment")]
    [InlineData("{\"a\": 1, \"a\": 2}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData("{'a': 1}")]
    public void A_document_that_is_not_one_strict_value_is_a_problem_of_its_own_and_reaches_no_further(string text)
    {
        var problem = Assert.Single(SchemaGate.Validate(ContractDocuments.Combine(Manifest, [SampleDocuments.Bundle("A_worker") with { ScopeLock = Encoding.UTF8.GetBytes(text) }])));
        Assert.Equal("A_worker/SCOPE_LOCK.json", problem.Document);
    }

    [Fact]
    public void A_missing_document_is_a_problem_and_never_a_pass()
    {
        var problems = SchemaGate.Validate(ContractDocuments.Combine(null, [SampleDocuments.Bundle("A_worker") with { LogsIndex = null }]));
        Assert.Equal(["RUN_MANIFEST.json", "A_worker/LOGS/INDEX.json"], problems.Select(problem => problem.Document));
        Assert.All(problems, problem => Assert.Equal("the document is missing", problem.Message));
    }

    [Fact]
    public void Bytes_that_are_no_document_are_a_problem()
    {
        Assert.NotEmpty(SchemaGate.Validate(Encoding.UTF8.GetBytes("{")));
        Assert.NotEmpty(SchemaGate.Validate(new byte[] { (byte)'"', 0xFF, (byte)'"' }));
        Assert.NotEmpty(SchemaGate.Validate(Array.Empty<byte>()));
    }

    [Fact]
    public void When_the_validator_s_quota_is_used_up_the_gate_says_so_and_passes_nothing()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(SchemaGate.LicenseVariable) is { Length: > 0 }, "a licence key lifts the quota");
        // A load context of its own has a quota of its own, so that this test spends nobody else's.
        var context = new AssemblyLoadContext("quota", isCollectible: true);
        var resolver = new AssemblyDependencyResolver(typeof(SchemaGateTests).Assembly.Location);
        context.Resolving += (own, name) => resolver.ResolveAssemblyToPath(name) is { } path ? own.LoadFromAssemblyPath(path) : null;
        var folder = Path.GetDirectoryName(typeof(SchemaGateTests).Assembly.Location)!;
        foreach (var name in new[] { "Newtonsoft.Json", "Newtonsoft.Json.Schema" }) context.LoadFromAssemblyPath(Path.Combine(folder, name + ".dll"));
        var gate = context.LoadFromAssemblyPath(Path.Combine(folder, "Factory.Core.dll")).GetType(typeof(SchemaGate).FullName!)!;
        var validate = gate.GetMethod(nameof(SchemaGate.Validate), [typeof(ReadOnlyMemory<byte>)])!;
        object[] valid = [ContractDocuments.Combine(Manifest, []).Utf8];
        var results = Enumerable.Range(0, 1001).Select(_ => (System.Collections.IEnumerable)validate.Invoke(null, valid)!).ToList();
        Assert.All(results.Take(1000), result => Assert.Empty(result.Cast<object>()));
        Assert.Contains("nothing is known to be valid", Assert.Single(results[1000].Cast<object>()).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_schema_of_the_build_can_be_read()
    {
        string[] names = ["factory_config", "run_manifest", "worker_status", "files_changed", "scope_lock", "handoff_note", "logs_index", "run_documents"];
        Assert.All(names, name => Assert.Equal($"https://factory.invalid/schemas/{name}.schema.json", SchemaGate.Load(name).Id!.ToString()));
    }
}
