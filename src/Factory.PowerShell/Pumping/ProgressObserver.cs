using System.Globalization;
using System.Management.Automation;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.PowerShell.Pumping;

/// <summary>Turns what the core reports into a progress bar for the run, one for each worker, and verbose lines.</summary>
/// <param name="port">Where they are left.</param>
/// <param name="activityId">The id of the run's bar; its workers' follow.</param>
/// <param name="sayAtOnce">Shows a line past the pipeline, from any thread.</param>
internal sealed class ProgressObserver(PipelinePort port, int activityId, Action<string> sayAtOnce) : IRunObserver
{
    private static readonly string[] StageOrder =
        [FactoryPipeline.Preflight, FactoryPipeline.Launch, FactoryPipeline.Validate, FactoryPipeline.Integrate, FactoryPipeline.Summary];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _workers = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void StageStarted(string stage) => port.WriteProgress(new ProgressRecord(activityId, "Factory", stage)
    {
        PercentComplete = Math.Max(0, Array.IndexOf(StageOrder, stage)) * 100 / StageOrder.Length,
    });

    /// <inheritdoc/>
    public void StageEnded(StageResult stage) => port.WriteVerbose(string.Create(
        CultureInfo.InvariantCulture, $"{stage.Name}: {stage.Status.ToWire()} after {stage.DurationMs} ms"));

    /// <inheritdoc/>
    public void WorkerProgress(string worker, string step, RunStatus status)
    {
        port.WriteVerbose($"{worker}: {step}");
        port.WriteProgress(new ProgressRecord(IdOf(worker), worker, step) { ParentActivityId = activityId });
    }

    /// <inheritdoc/>
    public void Warning(string message) => port.WriteWarning(message);

    /// <inheritdoc/>
    public void Stopping(TimeSpan most)
    {
        try
        {
            sayAtOnce(IRunObserver.StoppingWords(most));
        }
        catch (Exception)
        {
            // A host that shows nothing must not hold up what ends the workers.
        }
    }

    /// <summary>Takes every bar away.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            foreach (var (worker, id) in _workers)
                port.WriteProgress(new ProgressRecord(id, worker, "done") { ParentActivityId = activityId, RecordType = ProgressRecordType.Completed });
        }

        port.WriteProgress(new ProgressRecord(activityId, "Factory", "done") { RecordType = ProgressRecordType.Completed });
    }

    private int IdOf(string worker)
    {
        lock (_gate)
        {
            if (!_workers.TryGetValue(worker, out var id)) _workers[worker] = id = activityId + 1 + _workers.Count;
            return id;
        }
    }
}
