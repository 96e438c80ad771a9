using System.Collections;
using Factory.Core.Contracts;
using Factory.Core.Pipeline.Folders;

namespace Factory.PowerShell.Completion;

/// <summary>The workers of the configuration.</summary>
public sealed class WorkerCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(IDictionary parameters) =>
        TypedRepository.Find(parameters).Config?.Workers.Select(worker => worker.Id.Name) ?? [];
}

/// <summary>The runs of the repository, newest first.</summary>
public sealed class RunIdCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(IDictionary parameters) =>
        RunFolder.List(TypedRepository.Find(parameters).RunsDirectory).Reverse().Select(id => id.Text);
}

/// <summary>The event types of the ledger.</summary>
public sealed class EventTypeCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(IDictionary parameters) => WireEnum<LedgerEventType>.All;
}

/// <summary>The five states.</summary>
public sealed class StatusCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(IDictionary parameters) => WireEnum<RunStatus>.All;
}
