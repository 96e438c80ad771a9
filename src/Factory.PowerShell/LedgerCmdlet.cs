using System.Management.Automation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Pipeline.Records;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell;

/// <summary>A cmdlet that works on ledgers: the ones that are named, that of a run, or that of the current location.</summary>
public abstract class LedgerCmdlet : FactoryCmdlet
{
    private protected const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string RunSet = "Run";

    /// <summary>Ledgers, or folders that have one; the one of the repository at the current location when left out.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [Alias("FilePath")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Ledgers, or folders that have one, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The folder of a run; its ledger is the one beside it, or for a copied folder the run's own.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RunSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? RunDir { get; set; }

    /// <summary>What the caller's parameters mean to read; a bad one is written as an error and left out.</summary>
    private protected IEnumerable<NamedLedger> Ledgers() => Find(
        NamedLedger.FindAsync, ledger => new NamedLedger(ledger), (ledger, folder) => new NamedLedger(ledger, System.IO.Path.GetFileName(folder)));

    /// <summary>The whole ledgers that the caller's parameters mean; a bad one is written as an error and left out.</summary>
    private protected IEnumerable<string> WholeLedgers() => Find(NamedLedger.FindWholeAsync, ledger => ledger, (ledger, _) => ledger);

    private IEnumerable<T> Find<T>(Func<string, IReadOnlyDictionary<string, string>, CancellationToken, Task<T>> ofPath, Func<string, T> ofLocation, Func<string, string, T> besideRun) where T : class
    {
        if (LiteralPath is not null) return Paths.Literal(LiteralPath).Select(OfPath).OfType<T>();
        if (Path is not null) return Paths.Expand(Path).Select(OfPath).OfType<T>();
        if (RunDir is null) return [ofLocation(FromLocation().Ledger)];
        if (Paths.Resolve(RunDir) is not { } found) return [];
        var folder = System.IO.Path.TrimEndingDirectorySeparator(found);
        // What comes after a run's end, such as its attestation, is only in the ledger beside it.
        var beside = new LedgerPaths(System.IO.Path.Combine(folder, "..")).Ledger;
        return File.Exists(beside) || !Directory.Exists(folder) ? [besideRun(beside, folder)] : OfPath(folder) is { } copy ? [copy] : [];

        T? OfPath(string path)
        {
            try
            {
                return ofPath(path, RunRequest.CurrentEnvironment(), StopToken).GetAwaiter().GetResult();
            }
            catch (FactoryException error)
            {
                WriteError(ErrorCatalog.LedgerNotFound(error, path));
                return null;
            }
        }
    }

    /// <summary>The runs of the repository at the current location; it is an error to be in none.</summary>
    private protected RunsLocation FromLocation()
    {
        var folder = Paths.Current;
        try
        {
            return RunsLocation.FindAsync(folder, null, RunRequest.CurrentEnvironment(), StopToken).GetAwaiter().GetResult();
        }
        catch (FactoryException error)
        {
            ThrowTerminatingError(ErrorCatalog.RepositoryUnusable(error, folder));
            throw;
        }
    }
}
