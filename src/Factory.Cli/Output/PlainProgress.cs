using Factory.Core.Contracts;

namespace Factory.Cli.Output;

/// <summary>Where no live table is drawn: hears everything, and says only that a run which was told to end is ending, on standard error.</summary>
internal sealed class PlainProgress : IRunObserver
{
    /// <inheritdoc/>
    public void StageStarted(string stage)
    {
    }

    /// <inheritdoc/>
    public void StageEnded(StageResult stage)
    {
    }

    /// <inheritdoc/>
    public void WorkerProgress(string worker, string step, RunStatus status)
    {
    }

    /// <inheritdoc/>
    public void Warning(string message)
    {
    }

    /// <inheritdoc/>
    public void Stopping(TimeSpan most) => Screen.ErrorWriter.WriteLine("factory: " + IRunObserver.StoppingWords(most));
}
