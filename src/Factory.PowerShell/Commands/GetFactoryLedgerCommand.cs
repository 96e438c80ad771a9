using System.Globalization;
using System.Management.Automation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Pipeline;
using Factory.PowerShell.Completion;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell.Commands;

/// <summary>
/// <c>Get-FactoryLedger</c>: the events of a ledger that pass every filter, in the ledger's order of reading, as they are
/// read. A run piped in names its own ledger.
/// </summary>
[Cmdlet(VerbsCommon.Get, "FactoryLedger", DefaultParameterSetName = PathSet)]
[OutputType(typeof(LedgerEvent))]
public sealed class GetFactoryLedgerCommand : FactoryCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string RunSet = "Run";

    /// <summary>Ledgers; the one of the repository at the current location when left out.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [Alias("FilePath")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Ledgers, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The folder of a run; its ledger is the one beside it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RunSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? RunDir { get; set; }

    /// <summary>Only this run.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RunIdCompleter))]
    public string? RunId { get; set; }

    /// <summary>Only these event types, in any case.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(EventTypeCompleter))]
    public string[] EventType { get; set; } = [];

    /// <summary>Only what this worker, or the integrator, reported.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Actor { get; set; }

    /// <summary>Only this return code.</summary>
    [Parameter]
    public int? Rc { get; set; }

    /// <summary>Not before this instant; a time without an offset is local time.</summary>
    [Parameter]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Not after this instant; a time without an offset is local time.</summary>
    [Parameter]
    public DateTimeOffset? Until { get; set; }

    /// <summary>Only this status, in any case.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StatusCompleter))]
    public string? Status { get; set; }

    /// <summary>Only runs of this kind.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Kind { get; set; }

    /// <summary>Only the first so many of each ledger, after every other filter.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? First { get; set; }

    /// <summary>Only the last so many of each ledger, after every other filter; with -First, both ends.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Ends with an error at the first line that is not of its schema, where otherwise a warning is written.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var ledger in Ledgers()) Read(ledger);
    }

    private IEnumerable<string> Ledgers()
    {
        if (LiteralPath is not null) return Paths.Literal(LiteralPath);
        if (Path is not null) return Paths.Expand(Path);
        if (RunDir is null) return FromLocation();
        return Paths.Resolve(RunDir) is { } folder ? [new LedgerPaths(System.IO.Path.Combine(folder, "..")).Ledger] : [];
    }

    private IEnumerable<string> FromLocation()
    {
        var folder = Paths.Current;
        try
        {
            return [RunsLocation.FindAsync(folder, null, RunRequest.CurrentEnvironment(), StopToken).GetAwaiter().GetResult().Ledger];
        }
        catch (FactoryException error)
        {
            ThrowTerminatingError(ErrorCatalog.RepositoryUnusable(error, folder));
            throw;
        }
    }

    private void Read(string ledger)
    {
        try
        {
            foreach (var item in LedgerReader.Read(ledger, Filter(), Strict, problem => Warn(ledger, problem), StopToken)) WriteObject(item);
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (FactoryException error)
        {
            WriteError(error.Blocker.Kind switch
            {
                BlockerKind.Config => ErrorCatalog.LedgerNotFound(error, ledger),
                BlockerKind.Schema => ErrorCatalog.LedgerInvalid(error, ledger),
                _ => ErrorCatalog.LedgerUnreadable(error, ledger),
            });
        }
    }

    private LedgerFilter Filter() => new()
    {
        RunId = RunId,
        EventTypes = EventType,
        Actor = Actor,
        Rc = Rc,
        Since = Since,
        Until = Until,
        Status = Status,
        Kind = Kind,
        First = First,
        Last = Last,
    };

    private void Warn(string ledger, LedgerProblem problem) => WriteWarning(string.Create(
        CultureInfo.InvariantCulture, $"{ledger}:{problem.LineNumber}: {problem.Reason}{(problem.IsSkipped ? "; the line is left out" : "")}"));
}
