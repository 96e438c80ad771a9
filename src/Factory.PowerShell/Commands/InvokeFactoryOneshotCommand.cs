using System.Management.Automation;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;
using Factory.PowerShell.Completion;
using Factory.PowerShell.Errors;
using Factory.PowerShell.Pumping;

namespace Factory.PowerShell.Commands;

/// <summary>
/// <c>Invoke-FactoryOneshot</c>: runs every stage and returns one <see cref="RunResult"/> for each repository. A run that is
/// BLOCKED or FAIL is returned first and then written as an error, so that a step with
/// <c>$ErrorActionPreference = 'Stop'</c> fails and an interactive pipeline still has the result.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "FactoryOneshot", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(RunResult))]
public sealed class InvokeFactoryOneshotCommand : RepositoryCmdlet
{
    private const int ActivityId = 4061;

    /// <summary>The revision that the workers start from, over <c>run.base_ref</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RevisionCompleter))]
    public string? BaseRef { get; set; }

    /// <summary>The id of the new run; a new one is made when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RunId { get; set; }

    /// <summary>The workers to run; all of the configuration when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(WorkerCompleter))]
    public string[]? Worker { get; set; }

    /// <summary>Makes every stage and file, but no worktree and no command.</summary>
    [Parameter]
    public SwitchParameter DryRun { get; set; }

    /// <summary>Whether two workers on one path block the run, over <c>run.strict_collision_mode</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(BooleanCompleter))]
    public bool? StrictCollisionMode { get; set; }

    /// <summary>Tolerates byte-identical changes to one path, over <c>run.allow_identical_patch_overlap</c>.</summary>
    [Parameter]
    public SwitchParameter AllowIdenticalPatchOverlap { get; set; }

    /// <summary>How many workers run at once, over <c>run.max_parallel</c>; 0 is as many as there are.</summary>
    [Parameter]
    [ValidateRange(0, 1024)]
    public int MaxParallel { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var repository in Requests())
        {
            if (ShouldProcess(repository.Repository, "Run the workers and integrate their work"))
                Run(repository with { RunId = RunId, IsDryRun = DryRun, Overrides = Overrides() });
        }
    }

    private ConfigOverrides Overrides() => new()
    {
        BaseRef = BaseRef,
        Workers = Worker,
        StrictCollisionMode = StrictCollisionMode,
        AllowIdenticalPatchOverlap = IsBound(nameof(AllowIdenticalPatchOverlap)) ? AllowIdenticalPatchOverlap.ToBool() : null,
        MaxParallel = IsBound(nameof(MaxParallel)) ? MaxParallel : null,
    };

    private bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private void Run(RunRequest request) => Pump(request.Repository, async (port, stopping) =>
    {
        // What is written for the pipeline is read by nobody once it stops; the host still shows it.
        var observer = new ProgressObserver(port, ActivityId, Host.UI.WriteWarningLine);
        RunResult result;
        try
        {
            result = await new FactoryPipeline(new RunServices(observer, TimeProvider.System)).OneshotAsync(request, stopping).ConfigureAwait(false);
        }
        finally
        {
            observer.Complete();
        }

        port.WriteObject(result);
        if (result.RunId is null) port.WriteError(ErrorCatalog.RunRefused(result));
        else if (result.Status == RunStatus.Blocked) port.WriteError(ErrorCatalog.RunBlocked(result));
        else if (result.Status == RunStatus.Fail) port.WriteError(ErrorCatalog.RunFailed(result));
    });
}
