using Factory.Core.Contracts;

namespace Factory.Core.Bundles;

/// <summary>Holds a run's manifest and bundles against the published schemas, in one validation.</summary>
public static class BundleSchemas
{
    /// <summary>Validates.</summary>
    /// <param name="manifestFile">RUN_MANIFEST.json, absolute.</param>
    /// <param name="bundles">The workers' bundles.</param>
    /// <returns>One blocker for each fault, with the worker when it is in a bundle.</returns>
    public static IReadOnlyList<Blocker> Check(string manifestFile, IReadOnlyList<BundleFolder> bundles)
    {
        var combined = ContractDocuments.Combine(ReadManifest(manifestFile), bundles.Select(bundle => new BundleDocuments(
            bundle.Owner,
            bundle.Documents.GetValueOrDefault(BundleFile.Status),
            bundle.Documents.GetValueOrDefault(BundleFile.FilesChanged),
            bundle.Documents.GetValueOrDefault(BundleFile.ScopeLock),
            bundle.Documents.GetValueOrDefault(BundleFile.HandoffNote),
            bundle.Documents.GetValueOrDefault(BundleFile.LogsIndex))));
        return [.. SchemaGate.Validate(combined).Select(problem => ToBlocker(problem, bundles))];
    }

    private static Blocker ToBlocker(SchemaProblem problem, IReadOnlyList<BundleFolder> bundles)
    {
        var owner = bundles.FirstOrDefault(bundle => problem.Document?.StartsWith(bundle.Owner + "/", StringComparison.Ordinal) == true)?.Owner;
        var place = (problem.Document ?? BundleFile.RunManifest) + (problem.Line is { } line ? $":{line}" : "");
        var path = problem.Path.Length == 0 ? "" : $" at {problem.Path}";
        if (problem is { Document: null, Path: "" }) return new Blocker(BlockerKind.Schema, null, null, problem.Message, SchemaGate.Remedy);
        return new Blocker(BlockerKind.Schema, owner, place, $"{place}{path}: {problem.Message}", "a run's documents are written by the runner; launch again in a new run, and look at who changed this one");
    }

    private static byte[]? ReadManifest(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
