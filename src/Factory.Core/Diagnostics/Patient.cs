using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;
using Factory.Core.Repository;

namespace Factory.Core.Diagnostics;

/// <summary>What the doctor's checks know so far; a check that needs what is not known says so.</summary>
/// <param name="request">What the caller asks.</param>
internal sealed class Patient(RunRequest request)
{
    private GitRepository? _repository;
    private FactoryConfig? _config;
    private CommitId? _base;

    /// <summary>What the caller asks.</summary>
    public RunRequest Request { get; } = request;

    /// <summary>The git program.</summary>
    public Git Git { get; } = new();

    /// <summary>The repository.</summary>
    public GitRepository Repository { get => _repository ?? throw new NotReachedException("repository"); set => _repository = value; }

    /// <summary>The configuration.</summary>
    public FactoryConfig Config { get => _config ?? throw new NotReachedException("configuration"); set => _config = value; }

    /// <summary>The base commit.</summary>
    public CommitId Base { get => _base ?? throw new NotReachedException("base commit"); set => _base = value; }

    /// <summary>The folder of all runs.</summary>
    public string RunsDirectory => Path.GetFullPath(Config.Paths.RunsDir, Repository.Root);

    /// <summary>The folder of the worktrees.</summary>
    public string WorktreesDirectory => Path.GetFullPath(Config.Paths.WorktreesDir, Repository.Root);

    /// <summary>The nearest folder above a path, or itself, that exists: nothing is made only to look.</summary>
    public static string Existing(string path)
    {
        while (!Directory.Exists(path)) path = Path.GetDirectoryName(path) ?? throw new IOException("no folder of the path exists");
        return path;
    }
}
