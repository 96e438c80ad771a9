using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Repository;

namespace Factory.Core.Diagnostics;

/// <summary>What the doctor's checks know so far; a check that needs what is not known says so.</summary>
/// <param name="request">What the caller asks.</param>
internal sealed class Patient(RunRequest request)
{
    private GitRepository? _repository;
    private FactoryConfig? _config;
    private RunGround? _ground;

    /// <summary>What the caller asks.</summary>
    public RunRequest Request { get; } = request;

    /// <summary>The git program.</summary>
    public Git Git { get; } = new();

    /// <summary>The repository.</summary>
    public GitRepository Repository { get => _repository ?? throw new NotReachedException("repository"); set => _repository = value; }

    /// <summary>The configuration.</summary>
    public FactoryConfig Config { get => _config ?? throw new NotReachedException("configuration"); set => _config = value; }

    /// <summary>What a run would stand on.</summary>
    public RunGround Ground { get => _ground ?? throw new NotReachedException("base commit"); set => _ground = value; }

    /// <summary>What a run's preflight asks.</summary>
    public RunObstacles Obstacles => field ??= new RunObstacles(Ground, new RunFolder(Ground.RunsDirectory, RunId.Create(Config.Run.Kind, DateTimeOffset.UtcNow, Ground.BaseCommit, 1)), Config.Workers);

    /// <summary>The folder of all runs.</summary>
    public string RunsDirectory => Path.GetFullPath(Config.Paths.RunsDir, Repository.Root);

    /// <summary>The folder of the worktrees.</summary>
    public string WorktreesDirectory => Path.GetFullPath(Config.Paths.WorktreesDir, Repository.Root);
}
