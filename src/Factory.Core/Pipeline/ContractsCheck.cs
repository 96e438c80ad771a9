using System.Text.Json;
using Factory.Core.Bundles;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline;

/// <summary>One document, and what is wrong with it.</summary>
/// <param name="Path">The configuration file, or a file relative to the run's folder.</param>
/// <param name="Status">PASS, BLOCKED when it is wrong, PENDING when it is not written yet.</param>
/// <param name="Problems">What is wrong, each in a sentence.</param>
public sealed record DocumentFinding(string Path, RunStatus Status, IReadOnlyList<string> Problems);

/// <summary>The result of a check of documents.</summary>
/// <param name="Status">The worst of them.</param>
/// <param name="ExitCode">The process exit code that goes with it.</param>
/// <param name="RunId">The run, or null when the repository has none yet.</param>
/// <param name="Documents">The documents.</param>
public sealed record ContractsResult(RunStatus Status, int ExitCode, string? RunId, IReadOnlyList<DocumentFinding> Documents);

/// <summary>Holds the configuration and every document of a run against its schema and its strict decoder.</summary>
public static class ContractsCheck
{
    /// <summary>Checks.</summary>
    /// <exception cref="FactoryException">There is no repository or no such run.</exception>
    public static async Task<ContractsResult> RunAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var id = RunOpening.ParseId(request.RunId);
        var repository = await GitRepository.OpenAsync(new Git(), request.Repository, cancellationToken).ConfigureAwait(false);
        var file = request.ConfigFile ?? Path.Combine(repository.Root, ConfigLoader.FileName);
        var (config, problems) = ConfigLoader.Read(repository.Root, file, request.Environment, request.Overrides);
        var findings = new List<DocumentFinding> { Finding(file, [.. problems.Select(problem => problem.Message), .. ExplainConfig(file)]) };
        var runs = Path.GetFullPath((config ?? FactoryConfig.Default).Paths.RunsDir, repository.Root);
        var folder = id is null && RunFolder.List(runs).Count == 0 ? null : RunFolder.Find(runs, id);
        if (folder is not null) findings.AddRange(CheckRun(folder));
        var status = StatusEvaluator.Worst(findings.Select(finding => finding.Status));
        return new ContractsResult(status, status.ToExitCode(), folder?.Id.Text, findings);
    }

    private static IEnumerable<string> ExplainConfig(string file)
    {
        try
        {
            return SchemaGate.ValidateConfig(File.ReadAllBytes(file)).Select(Words);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static IEnumerable<DocumentFinding> CheckRun(RunFolder folder)
    {
        var problems = new Problems();
        var manifest = problems.Read<RunManifestDocument>(folder.Path, BundleFile.RunManifest);
        var workers = Names(folder, manifest).ToList();
        var launched = workers.Where(worker => Directory.Exists(folder.Bundle(worker))).ToList();
        var bundles = launched.Select(worker => BundleFolder.Read(folder.Bundle(worker), worker)).ToList();
        foreach (var blocker in bundles.SelectMany(bundle => bundle.Problems(folder.Id.Text))) problems.Add(blocker.Path!, blocker.Message);
        var isIntegrated = Directory.Exists(folder.Integrator);
        if (isIntegrated) problems.ReadIntegrator(folder);
        var combined = ContractDocuments.Combine(problems.Bytes(BundleFile.RunManifest), bundles.Select(Of), isIntegrated ? problems.Integrator() : null);
        foreach (var problem in SchemaGate.Validate(combined)) problems.Add(problem.Document ?? BundleFile.RunManifest, Words(problem));
        foreach (var name in Expected(launched, isIntegrated)) problems.Expect(name);
        return [.. problems.ToFindings(), .. workers.Except(launched).Append(isIntegrated ? null : WorkerId.Integrator).OfType<string>().Select(owner =>
            new DocumentFinding(owner + "/", RunStatus.Pending, ["its bundle is not written: the run did not come that far"]))];
    }

    private static IEnumerable<string> Names(RunFolder folder, RunManifestDocument? manifest) => manifest?.Workers ?? Directory.EnumerateDirectories(folder.Path)
        .Select(path => Path.GetFileName(path)).Where(name => WorkerId.TryParse(name, out _));

    private static IEnumerable<string> Expected(IEnumerable<string> launched, bool isIntegrated) =>
    [
        BundleFile.RunManifest,
        .. launched.SelectMany(worker => BundleFile.OfWorker.Where(IsJson).Select(name => $"{worker}/{name}")),
        .. isIntegrated ? BundleFile.OfIntegrator.Where(IsJson).Select(name => $"{WorkerId.Integrator}/{name}") : [],
    ];

    private static bool IsJson(string name) => name.EndsWith(".json", StringComparison.Ordinal);

    private static BundleDocuments Of(BundleFolder bundle)
    {
        byte[]? At(string name) => bundle.Documents.GetValueOrDefault(name);
        return new BundleDocuments(bundle.Owner, At(BundleFile.Status), At(BundleFile.FilesChanged), At(BundleFile.ScopeLock), At(BundleFile.HandoffNote), At(BundleFile.LogsIndex));
    }

    private static string Words(SchemaProblem problem) =>
        (problem.Line is { } line ? $"line {line}" : "") + (problem.Path.Length > 0 ? $" at {problem.Path}" : "") is { Length: > 0 } place ? $"{place.Trim()}: {problem.Message}" : problem.Message;

    private static DocumentFinding Finding(string path, IReadOnlyList<string> problems) =>
        new(path, problems.Count == 0 ? RunStatus.Pass : RunStatus.Blocked, [.. problems.Distinct(StringComparer.Ordinal)]);

    private sealed class Problems
    {
        private readonly SortedDictionary<string, List<string>> _byFile = new(StringComparer.Ordinal);
        private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);

        public void Expect(string file) => _byFile.TryAdd(file, []);

        public void Add(string file, string problem)
        {
            Expect(file);
            _byFile[file].Add(problem);
        }

        public byte[]? Bytes(string file) => _documents.GetValueOrDefault(file);

        public void ReadIntegrator(RunFolder folder)
        {
            Read<StatusDocument>(folder.Path, $"{WorkerId.Integrator}/{BundleFile.Status}");
            Read<FilesChangedDocument>(folder.Path, $"{WorkerId.Integrator}/{BundleFile.FilesChanged}");
            Read<LogsIndexDocument>(folder.Path, $"{WorkerId.Integrator}/{BundleFile.LogsIndex}");
        }

        public BundleDocuments Integrator()
        {
            byte[]? At(string name) => Bytes($"{WorkerId.Integrator}/{name}");
            return new BundleDocuments(WorkerId.Integrator, At(BundleFile.Status), At(BundleFile.FilesChanged), null, null, At(BundleFile.LogsIndex));
        }

        public T? Read<T>(string folder, string file) where T : class
        {
            try
            {
                return FactoryJson.Read<T>(_documents[file] = File.ReadAllBytes(Path.Combine(folder, file)));
            }
            catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
            {
                Add(file, error.Message);
                return null;
            }
        }

        public IEnumerable<DocumentFinding> ToFindings() => _byFile.Select(pair => Finding(pair.Key, pair.Value));
    }
}
