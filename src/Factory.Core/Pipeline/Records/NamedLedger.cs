using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Pipeline.Folders;

namespace Factory.Core.Pipeline.Records;

/// <summary>The ledger that a reader's path means: the file itself, or the one that belongs to a folder.</summary>
public static class NamedLedger
{
    /// <summary>
    /// Finds it. A folder means its ledger when it is the folder of all runs, that of one run, or the root of a repository. Any
    /// other folder means none: a repository's ledger is not what somebody asks for who names a folder somewhere in it.
    /// </summary>
    /// <param name="path">The ledger or the folder, absolute. What is not there is taken for a ledger.</param>
    /// <param name="environment">The environment that a repository's configuration is read from.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="FactoryException">The folder has no ledger of its own, or the repository's configuration cannot be used.</exception>
    public static async Task<string> FindAsync(string path, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path)) return path;
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        foreach (var runs in (string?[])[folder, File.Exists(Path.Combine(folder, BundleFile.RunManifest)) ? Path.GetDirectoryName(folder) : null])
            if (runs is not null && File.Exists(new LedgerPaths(runs).Ledger)) return new LedgerPaths(runs).Ledger;
        if (Path.Exists(Path.Combine(folder, ".git")) && await RunsLocation.FindOrNullAsync(folder, null, environment, cancellationToken).ConfigureAwait(false) is { } location)
            return location.Ledger;
        throw new FactoryException(
            BlockerKind.Config, $"{path} is a folder, and no ledger belongs to it",
            $"Give the ledger's file ({LedgerPaths.LedgerName} in the folder of the runs), the folder that it is in, the folder of a run, or the root of a repository.", path);
    }
}
