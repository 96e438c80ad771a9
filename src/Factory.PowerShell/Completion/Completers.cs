using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Factory.Core.Configuration;
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

/// <summary>The kinds of the runs there are, and the one that new runs get.</summary>
public sealed class KindCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(IDictionary parameters)
    {
        var location = TypedRepository.Find(parameters);
        return RunFolder.List(location.RunsDirectory).Select(id => id.Kind).Append((location.Config ?? FactoryConfig.Default).Run.Kind).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }
}

/// <summary>Who may have reported an event: the workers of the configuration and of the newest runs, and the integrator.</summary>
public sealed class ActorCompleter : Completer
{
    private const int MostRuns = 20;

    /// <inheritdoc/>
    protected override IEnumerable<string> Values(IDictionary parameters)
    {
        var location = TypedRepository.Find(parameters);
        // From the runs' folders: a ledger may have a million lines, and somebody waits at the keyboard.
        var ran = RunFolder.List(location.RunsDirectory).Reverse().Take(MostRuns)
            .SelectMany(id => Directory.EnumerateDirectories(new RunFolder(location.RunsDirectory, id).Path))
            .Select(folder => System.IO.Path.GetFileName(folder))
            .Where(name => WorkerId.TryParse(name, out _) && name is not ("locks" or "attestations"));
        return (location.Config?.Workers.Select(worker => worker.Id.Name) ?? []).Concat(ran).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Append(WorkerId.Integrator);
    }
}

/// <summary>HEAD, and the branches and tags of the repository, without those that runs made.</summary>
public sealed class RevisionCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(IDictionary parameters)
    {
        var location = TypedRepository.Find(parameters);
        var made = (location.Config ?? FactoryConfig.Default).Run.BranchPrefix + "/";
        return TypedRepository.Revisions(location.Root).Where(name => !name.StartsWith(made, StringComparison.Ordinal)).Prepend("HEAD").Distinct(StringComparer.Ordinal);
    }
}

/// <summary>True or false, as PowerShell writes them.</summary>
public sealed class BooleanCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        [.. ((string[])["$true", "$false"])
            .Where(value => value.StartsWith(wordToComplete ?? "", StringComparison.OrdinalIgnoreCase))
            .Select(value => new CompletionResult(value, value, CompletionResultType.ParameterValue, value))];
}
