using Factory.Core.Bundles;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Bundles;

/// <summary>What is said of a bundle whose files are not there.</summary>
public sealed class MissingBundleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("factory-bundle-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_bundle_that_was_never_written_is_one_problem_with_the_count()
    {
        var problem = Assert.Single(BundleFolder.Read(_folder, "A_worker").Problems("factory_20260218_131510_6339cf02_001"));
        Assert.Equal((BlockerKind.Schema, "A_worker"), (problem.Kind, problem.Path));
        Assert.StartsWith("8 of the 8 files of the bundle are missing: STATUS.json, ", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_declaration_that_cannot_be_read_goes_by_the_name_that_the_worker_wrote()
    {
        File.WriteAllText(Path.Combine(_folder, BundleFile.FilesDeclared), """{"schema_version":2}""");
        var problem = Assert.Single(BundleFolder.Read(_folder, "A_worker").Problems("factory_20260218_131510_6339cf02_001"), one => one.Path == "A_worker/FILES_DECLARED.json");
        Assert.StartsWith("the FILES_CHANGED.json that the worker left is not of its schema: 'run_id', 'owner', 'changes' are missing", problem.Message, StringComparison.Ordinal);
        Assert.Contains("changes[{path, change_type, reason, sha256}]", problem.NextAction, StringComparison.Ordinal);
    }
}
