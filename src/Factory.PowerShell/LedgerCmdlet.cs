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

    /// <summary>The folder of a run; its ledger is the one beside it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RunSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? RunDir { get; set; }

    /// <summary>The ledgers that the caller's parameters mean; a bad one is written as an error and left out.</summary>
    private protected IEnumerable<string> Ledgers()
    {
        if (LiteralPath is not null) return Paths.Literal(LiteralPath).Select(OfFolder).OfType<string>();
        if (Path is not null) return Paths.Expand(Path).Select(OfFolder).OfType<string>();
        if (RunDir is null) return [FromLocation().Ledger];
        return Paths.Resolve(RunDir) is { } folder ? [new LedgerPaths(System.IO.Path.Combine(folder, "..")).Ledger] : [];
    }

    private string? OfFolder(string path)
    {
        try
        {
            return NamedLedger.FindAsync(path, RunRequest.CurrentEnvironment(), StopToken).GetAwaiter().GetResult();
        }
        catch (FactoryException error)
        {
            WriteError(ErrorCatalog.LedgerNotFound(error, path));
            return null;
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
