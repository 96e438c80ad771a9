using System.CommandLine;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Cli;

/// <summary>The options that say which events are wanted.</summary>
internal sealed class LedgerFilterOptions
{
    private readonly Option<string?> _runId = new("--run-id") { Description = "Only this run.", HelpName = "ID" };
    private readonly Option<string[]> _eventType = TypedOption.Known(new Option<string[]>("--event-type") { Description = "Only this event type; may be given several times.", HelpName = "TYPE" }, WireEnum<LedgerEventType>.All);
    private readonly Option<string?> _actor = new("--actor") { Description = "Only this worker, or the integrator.", HelpName = "NAME" };
    private readonly Option<int?> _rc = TypedOption.Number("--rc", "Only this return code.");
    private readonly Option<DateTimeOffset?> _since = TypedOption.Time("--since", "Not before this time (RFC 3339; UTC when no offset is given).");
    private readonly Option<DateTimeOffset?> _until = TypedOption.Time("--until", "Not after this time.");
    private readonly Option<string?> _status = TypedOption.Known(new Option<string?>("--status") { Description = "Only this status.", HelpName = "STATUS" }, WireEnum<RunStatus>.All);
    private readonly Option<string?> _kind = new("--kind") { Description = "Only this kind of run.", HelpName = "KIND" };
    private readonly Option<int?> _first = TypedOption.Count("--first", "Only the first N of what is found; with --last, both ends.");
    private readonly Option<int?> _last = TypedOption.Count("--last", "Only the last N of what is found; with --first, both ends.");

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_runId, _eventType, _actor, _rc, _since, _until, _status, _kind, _first, _last]) command.Options.Add(option);
    }

    /// <summary>The filter they make.</summary>
    public LedgerFilter Read(ParseResult parsed) => new()
    {
        RunId = parsed.GetValue(_runId),
        EventTypes = parsed.GetValue(_eventType) ?? [],
        Actor = parsed.GetValue(_actor),
        Rc = parsed.GetValue(_rc),
        Since = parsed.GetValue(_since),
        Until = parsed.GetValue(_until),
        Status = parsed.GetValue(_status),
        Kind = parsed.GetValue(_kind),
        First = parsed.GetValue(_first),
        Last = parsed.GetValue(_last),
    };
}
