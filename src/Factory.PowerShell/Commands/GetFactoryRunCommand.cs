using System.Management.Automation;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Folders;
using Factory.PowerShell.Completion;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell.Commands;

/// <summary>
/// <c>Get-FactoryRun</c>: the runs of a repository, newest first, as their folders tell them. A run flows on into the
/// cmdlets that read its ledger, attest it or verify it.
/// </summary>
[Cmdlet(VerbsCommon.Get, "FactoryRun", DefaultParameterSetName = PathSet)]
[OutputType(typeof(RunSummary))]
public sealed class GetFactoryRunCommand : RepositoryCmdlet
{
    // Ids without wildcards that no repository had so far; null while none could be looked at.
    private HashSet<string>? _missing;

    /// <summary>Only these runs; wildcards are allowed. One without wildcards that no repository has is an error.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RunIdCompleter))]
    public string[]? RunId { get; set; }

    /// <summary>Only runs with one of these verdicts, in any case.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StatusCompleter))]
    public RunStatus[]? Status { get; set; }

    /// <summary>Only runs of this kind.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KindCompleter))]
    public string? Kind { get; set; }

    /// <summary>Only the newest so many of each repository, after every other filter.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Newest { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var request in Requests())
        {
            if (FindRuns(request) is not { } runs) continue;
            _missing ??= RunId?.Where(id => !WildcardPattern.ContainsWildcardCharacters(id)).ToHashSet(StringComparer.Ordinal);
            if (_missing is { Count: > 0 }) _missing.ExceptWith(RunSummary.FindFolders(runs).Select(folder => folder.Id.Text));
            foreach (var run in Select(runs)) WriteObject(run);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // Only now: of several repositories, any may have the run.
        foreach (var id in RunId ?? [])
            if (_missing?.Remove(id) == true) WriteError(ErrorCatalog.RunNotFound(id));
    }

    private IEnumerable<RunSummary> Select(string runs)
    {
        var patterns = RunId?.Select(text => WildcardPattern.Get(text, WildcardOptions.CultureInvariant)).ToList();
        var found = RunSummary.FindFolders(runs)
            .TakeWhile(_ => !StopToken.IsCancellationRequested)
            .Where(folder => patterns is null || patterns.Exists(pattern => pattern.IsMatch(folder.Id.Text)))
            .Where(folder => Kind is null || folder.Id.Kind == Kind)
            .Select(Read)
            .OfType<RunSummary>()
            .Where(run => Status is null || Status.Contains(run.Status));
        return Newest is { } most ? found.Take(most) : found;
    }

    private RunSummary? Read(RunFolder folder)
    {
        try
        {
            return RunSummary.Read(folder);
        }
        catch (FactoryException error)
        {
            WriteError(ErrorCatalog.RunUnreadable(error, folder.Id.Text));
            return null;
        }
    }

    private string? FindRuns(RunRequest request)
    {
        try
        {
            return RunsLocation.FindAsync(request.Repository, request.ConfigFile, request.Environment, StopToken).GetAwaiter().GetResult().RunsDirectory;
        }
        catch (FactoryException error)
        {
            WriteError(ErrorCatalog.RepositoryUnusable(error, request.Repository));
            return null;
        }
    }
}
