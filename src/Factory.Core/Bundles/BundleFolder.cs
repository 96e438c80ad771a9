using System.Globalization;
using System.Text.Json;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Bundles;

/// <summary>The documents of one bundle as they lie on disk.</summary>
public sealed class BundleFolder
{
    private const string MissingAction = "the run was stopped before it wrote this bundle, or the file was deleted; start a new run, what the worker did is in its worktree or on its branch";
    private readonly List<Blocker> _problems = [];

    private BundleFolder(string folder, string owner) => (Folder, Owner) = (folder, owner);

    /// <summary>The folder, absolute.</summary>
    public string Folder { get; }

    /// <summary>Whose bundle it is.</summary>
    public string Owner { get; }

    /// <summary>DIFF.patch, absolute.</summary>
    public string PatchFile => Path.Combine(Folder, BundleFile.DiffPatch);

    /// <summary>The raw bytes of the documents that could be read, by file name.</summary>
    public IReadOnlyDictionary<string, byte[]> Documents => _documents;

    /// <summary>STATUS.json, or null when it is not of its schema.</summary>
    public StatusDocument? Status { get; private set; }

    /// <summary>FILES_CHANGED.json, or null when it is not of its schema.</summary>
    public FilesChangedDocument? Changed { get; private set; }

    /// <summary>The worker's own declaration, or null when it left none.</summary>
    public FilesChangedDocument? Declared { get; private set; }

    private readonly List<string> _missing = [];
    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);

    /// <summary>Reads a bundle; what is missing or unreadable is a problem, not an exception.</summary>
    public static BundleFolder Read(string folder, string owner)
    {
        var bundle = new BundleFolder(folder, owner);
        foreach (var name in BundleFile.OfWorker) bundle.ReadFile(name);
        bundle.TellMissing();
        bundle.Status = bundle.Decode<StatusDocument>(BundleFile.Status);
        bundle.Changed = bundle.Decode<FilesChangedDocument>(BundleFile.FilesChanged);
        bundle.Decode<ScopeLockDocument>(BundleFile.ScopeLock);
        bundle.Decode<HandoffNoteDocument>(BundleFile.HandoffNote);
        bundle.Decode<LogsIndexDocument>(BundleFile.LogsIndex);
        if (File.Exists(Path.Combine(folder, BundleFile.FilesDeclared)))
        {
            bundle.ReadFile(BundleFile.FilesDeclared);
            bundle.Declared = bundle.Decode<FilesChangedDocument>(BundleFile.FilesDeclared, bundle.DeclarationProblem);
        }

        return bundle;
    }

    /// <summary>Everything wrong with the bundle on its own, names in the documents included.</summary>
    /// <param name="runId">The run it must belong to.</param>
    public IReadOnlyList<Blocker> Problems(string runId)
    {
        var problems = new List<Blocker>(_problems);
        if (Status is { } status && (status.RunId != runId || status.WorkerId != Owner)) problems.Add(Problem(BundleFile.Status, $"is of {status.RunId} {status.WorkerId}, not of {runId} {Owner}"));
        if (Changed is { } changed && (changed.RunId != runId || changed.Owner != Owner)) problems.Add(Problem(BundleFile.FilesChanged, $"is of {changed.RunId} {changed.Owner}, not of {runId} {Owner}"));
        return problems;
    }

    private void ReadFile(string name)
    {
        var file = new FileInfo(Path.Combine(Folder, name));
        try
        {
            if (file.LinkTarget is not null) _problems.Add(Problem(name, "is a link"));
            else if (!Path.Exists(file.FullName)) _missing.Add(name);
            else if (!RegularFile.Is(file.FullName)) _problems.Add(Problem(name, "is not a plain file"));
            else if (name.EndsWith(".json", StringComparison.Ordinal)) _documents[name] = File.ReadAllBytes(file.FullName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _problems.Add(Problem(name, $"cannot be read: {error.Message}"));
        }
    }

    private T? Decode<T>(string name, Func<string, Blocker>? problem = null) where T : class
    {
        if (!_documents.TryGetValue(name, out var bytes)) return null;
        try
        {
            return DocumentRules.Read<T>(bytes);
        }
        catch (JsonException error)
        {
            _problems.Add(problem?.Invoke(error.Message) ?? Problem(name, $"is not of its schema: {error.Message}"));
            return null;
        }
    }

    // A run that was killed leaves none of them: that is one cause, and so one problem.
    private void TellMissing()
    {
        if (_missing.Count == 0) return;
        var (path, message) = _missing is [var only]
            ? ($"{Owner}/{only}", $"{only} is missing")
            : (Owner, string.Create(CultureInfo.InvariantCulture, $"{_missing.Count} of the {BundleFile.OfWorker.Count} files of the bundle are missing: {string.Join(", ", _missing)}"));
        _problems.Add(new Blocker(BlockerKind.Schema, Owner, path, message, MissingAction));
    }

    // By the name that the worker wrote it under; where it is kept is the path.
    private Blocker DeclarationProblem(string why) => new(
        BlockerKind.Schema, Owner, $"{Owner}/{BundleFile.FilesDeclared}", $"the {BundleFile.FilesChanged} that the worker left is not of its schema: {why}",
        "have the worker write schema_version 2, run_id, owner and changes[{path, change_type, reason, sha256}] (FACTORY_RUN_ID and FACTORY_WORKER_ID tell it who it is), or no such file at all: git tells what it changed");

    private Blocker Problem(string name, string what) =>
        new(BlockerKind.Schema, Owner, $"{Owner}/{name}", $"{name} {what}", "a worker may leave only FILES_CHANGED.json, SUMMARY.md, SUGGESTIONS.md and HANDOFF_NOTE.json; launch it again in a new run");
}
