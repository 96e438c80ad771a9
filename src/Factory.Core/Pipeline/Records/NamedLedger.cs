using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Pipeline.Folders;

namespace Factory.Core.Pipeline.Records;

/// <summary>The ledger that a path means: the file itself, or the one that belongs to a folder.</summary>
/// <param name="Path">The file, absolute.</param>
/// <param name="RunId">The only run in it that is meant, or null for all.</param>
/// <param name="IsExtract">Whether it is a run's own extract: other runs may have written in between, so its chain alone shows nothing.</param>
public sealed record NamedLedger(string Path, string? RunId = null, bool IsExtract = false)
{
    private const string WhatToGive =
        $"Give the ledger's file ({LedgerPaths.LedgerName} in the folder of the runs), the folder that it is in, the folder of a run, or the root of a repository.";

    /// <summary>
    /// Finds what is to be read. A folder means its ledger when it is the folder of all runs or the root of a repository; the
    /// folder of a run means that run's own events, wherever it was copied to. Any other folder means none: a repository's
    /// ledger is not what somebody asks for who names a folder somewhere in it.
    /// </summary>
    /// <param name="path">The ledger or the folder, absolute. What is not there is taken for a ledger.</param>
    /// <param name="environment">The environment that a repository's configuration is read from.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="FactoryException">The folder has no ledger of its own, or the repository's configuration cannot be used.</exception>
    public static async Task<NamedLedger> FindAsync(string path, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path)) return new NamedLedger(path, IsExtract: IsExtractFile(path));
        var folder = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!IsRun(folder)) return new NamedLedger(await OfFolderAsync(path, folder, environment, cancellationToken).ConfigureAwait(false));
        if (File.Exists(System.IO.Path.Combine(folder, RunAttestation.LedgerExtract))) return new NamedLedger(System.IO.Path.Combine(folder, RunAttestation.LedgerExtract), IsExtract: true);
        // A run gets its extract when it ends; until then the ledger of all runs has its events.
        if (Beside(folder) is { } all) return new NamedLedger(all, System.IO.Path.GetFileName(folder));
        throw new FactoryException(
            BlockerKind.Config, $"{path} is the folder of a run that has no {RunAttestation.LedgerExtract}: the run had not ended",
            $"Give {LedgerPaths.LedgerName} of the folder that the run was made in.", path);
    }

    /// <summary>Finds what is to be verified: a whole ledger. The folder of a run means the one beside it.</summary>
    /// <exception cref="FactoryException">As <see cref="FindAsync"/>; or it is the extract of one run.</exception>
    /// <inheritdoc cref="FindAsync" path="/param"/>
    public static async Task<string> FindWholeAsync(string path, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path)) return IsExtractFile(path) ? throw NotWhole(path, System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!) : path;
        var folder = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!IsRun(folder)) return await OfFolderAsync(path, folder, environment, cancellationToken).ConfigureAwait(false);
        return Beside(folder) ?? throw NotWhole(path, folder);
    }

    /// <summary>A filter that lets only the meant run through.</summary>
    public LedgerFilter Narrow(LedgerFilter filter) => RunId is null || filter.RunId == RunId ? filter : filter with { RunId = filter.RunId is null ? RunId : "" };

    private static async Task<string> OfFolderAsync(string path, string folder, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (File.Exists(new LedgerPaths(folder).Ledger)) return new LedgerPaths(folder).Ledger;
        if (System.IO.Path.Exists(System.IO.Path.Combine(folder, ".git")) && await RunsLocation.FindOrNullAsync(folder, null, environment, cancellationToken).ConfigureAwait(false) is { } location)
            return location.Ledger;
        throw new FactoryException(BlockerKind.Config, $"{path} is a folder, and no ledger belongs to it", WhatToGive, path);
    }

    private static bool IsRun(string folder) => File.Exists(System.IO.Path.Combine(folder, BundleFile.RunManifest));

    private static bool IsExtractFile(string path) =>
        System.IO.Path.GetFileName(path) == RunAttestation.LedgerExtract && System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } folder && IsRun(folder);

    private static string? Beside(string folder) => System.IO.Path.GetDirectoryName(folder) is { } runs && File.Exists(new LedgerPaths(runs).Ledger) ? new LedgerPaths(runs).Ledger : null;

    private static FactoryException NotWhole(string path, string folder) => new(
        BlockerKind.Config, $"{path} has only the lines of one run, and no chain of its own to verify",
        $"verify the run, whose signature covers these lines (factory verify --run-dir {folder}); or give the ledger of all runs, {LedgerPaths.LedgerName}", path);
}
