using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline.Folders;

/// <summary>Where a repository keeps its runs; for readers, which need neither a base commit nor a run.</summary>
/// <param name="Root">The repository's root, absolute.</param>
/// <param name="RunsDirectory">The folder of all runs, absolute; it need not exist.</param>
/// <param name="Config">The configuration, or null when the repository has no configuration file.</param>
public sealed record RunsLocation(string Root, string RunsDirectory, FactoryConfig? Config)
{
    /// <summary>The ledger; it need not exist.</summary>
    public string Ledger => new LedgerPaths(RunsDirectory).Ledger;

    /// <summary>Finds it from a folder in the repository.</summary>
    /// <param name="folder">A folder in the repository, absolute.</param>
    /// <param name="configFile">The configuration file, absolute; <c>factory.config.json</c> in the root when null.</param>
    /// <param name="environment">The environment that configuration is read from.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="FactoryException">The folder is in no repository, or the configuration cannot be used.</exception>
    public static async Task<RunsLocation> FindAsync(
        string folder, string? configFile, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var repository = await GitRepository.OpenAsync(new Git(), folder, cancellationToken).ConfigureAwait(false);
        var isConfigured = configFile is not null || File.Exists(Path.Combine(repository.Root, ConfigLoader.FileName));
        var config = isConfigured ? ConfigLoader.Load(repository.Root, configFile, environment, ConfigOverrides.None) : null;
        var runs = (config ?? FactoryConfig.Default).Paths.RunsDir;
        return new RunsLocation(repository.Root, Path.GetFullPath(runs, repository.Root), config);
    }

    /// <summary>Finds it, for readers that can do without a repository; null when the folder is in none.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public static async Task<RunsLocation?> FindOrNullAsync(
        string folder, string? configFile, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(folder, configFile, environment, cancellationToken).ConfigureAwait(false);
        }
        catch (FactoryException error) when (configFile is null && error.Blocker.Path == Path.GetFullPath(folder))
        {
            return null;
        }
    }
}
