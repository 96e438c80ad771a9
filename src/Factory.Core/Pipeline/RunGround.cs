using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline;

/// <summary>What a run stands on: repository, configuration and base commit, all resolved before anything is written.</summary>
public sealed class RunGround
{
    private RunGround(GitRepository repository, FactoryConfig config, GitIdentity identity, CommitId baseCommit, CommitId baseTree, string baseRef)
    {
        Repository = repository;
        Config = config;
        Identity = identity;
        BaseCommit = baseCommit;
        BaseTree = baseTree;
        BaseRef = baseRef;
        RunsDirectory = Path.GetFullPath(config.Paths.RunsDir, repository.Root);
        WorktreesDirectory = Path.GetFullPath(config.Paths.WorktreesDir, repository.Root);
    }

    /// <summary>The repository.</summary>
    public GitRepository Repository { get; }

    /// <summary>The configuration in force.</summary>
    public FactoryConfig Config { get; }

    /// <summary>Who makes the run's commits.</summary>
    public GitIdentity Identity { get; }

    /// <summary>The commit the run starts from.</summary>
    public CommitId BaseCommit { get; }

    /// <summary>Its tree.</summary>
    public CommitId BaseTree { get; }

    /// <summary>The name that was resolved to it.</summary>
    public string BaseRef { get; }

    /// <summary>The folder of all runs, absolute.</summary>
    public string RunsDirectory { get; }

    /// <summary>The folder of the fixed worktrees, absolute.</summary>
    public string WorktreesDirectory { get; }

    /// <summary>The fixed worktree of a worker, absolute.</summary>
    public string WorktreeOf(WorkerDefinition worker) => Path.Combine(WorktreesDirectory, worker.Id.Name);

    /// <summary>The paths that no worker may touch.</summary>
    public ProtectedPaths Protected => ProtectedPaths.From(Config, Repository.Root);

    /// <summary>Resolves all of it.</summary>
    /// <param name="request">What the caller asks.</param>
    /// <param name="resumed">The base of the run to go on with, by its commit and its name; it takes precedence over configuration.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    /// <exception cref="GroundException">The repository, the configuration or the base cannot be used; it lists every reason.</exception>
    public static async Task<RunGround> OpenAsync(RunRequest request, (string Commit, string Name)? resumed, CancellationToken cancellationToken)
    {
        var git = new Git();
        var version = GitVersion.RequireAsync(git, cancellationToken);
        var opening = GitRepository.OpenAsync(git, request.Repository, cancellationToken);
        await version.ConfigureAwait(false);
        var repository = await opening.ConfigureAwait(false);
        var (config, problems) = ConfigLoader.Read(repository.Root, request.ConfigFile, request.Environment, request.Overrides);
        if (config is null || problems.Count > 0) throw new GroundException(problems);
        var identity = GitIdentity.FindAsync(repository, cancellationToken);
        var (reference, name) = resumed ?? (config.Run.BaseRef, config.Run.BaseRef);
        var (commit, tree) = await repository.ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        return new RunGround(repository, config, await identity.ConfigureAwait(false), commit, tree, name);
    }
}

/// <summary>A run could not start; nothing was written.</summary>
/// <param name="blockers">Every reason, at least one.</param>
public sealed class GroundException(IReadOnlyList<Blocker> blockers) : Exception(blockers[0].Message)
{
    /// <summary>Every reason.</summary>
    public IReadOnlyList<Blocker> Blockers { get; } = blockers;
}
