using System.Globalization;
using System.Management.Automation;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.PowerShell.Completion;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell.Commands;

/// <summary>
/// <c>Get-FactoryLedger</c>: the events of a ledger that pass every filter, in the ledger's order of reading, as they are
/// read. A run piped in names its own ledger.
/// </summary>
[Cmdlet(VerbsCommon.Get, "FactoryLedger", DefaultParameterSetName = PathSet)]
[OutputType(typeof(LedgerEvent))]
public sealed class GetFactoryLedgerCommand : LedgerCmdlet
{
    // The runs that were asked for by nothing but their ids, and whether a ledger had events of theirs.
    private readonly Dictionary<string, bool> _runs = new(StringComparer.Ordinal);

    /// <summary>Only this run. When nothing else is asked, a run that no ledger has is an error.</summary>
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
    [ArgumentCompleter(typeof(ActorCompleter))]
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
    [ArgumentCompleter(typeof(KindCompleter))]
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
        foreach (var ledger in Ledgers()) Read(ledger.Path, ledger.Narrow(Filter()));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // Only now: of several ledgers, any may have the run.
        foreach (var (run, isFound) in _runs)
            if (!isFound) WriteError(ErrorCatalog.RunNotFound(run));
    }

    private void Read(string ledger, LedgerFilter filter)
    {
        try
        {
            var isFound = false;
            foreach (var item in LedgerReader.Read(ledger, filter, Strict, problem => Warn(ledger, problem), StopToken))
            {
                isFound = true;
                WriteObject(item);
            }

            if (RunId is not null && IsRunAloneAsked) _runs[RunId] = isFound || _runs.GetValueOrDefault(RunId);
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

    // With another filter, finding nothing is an answer.
    private bool IsRunAloneAsked =>
        EventType.Length == 0 && First is not 0 && Last is not 0 && (Actor, Rc, Since, Until, Status, Kind) is (null, null, null, null, null, null);

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
