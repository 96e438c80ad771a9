namespace Factory.Core.Contracts;

/// <summary>
/// The port through which the core reports while it works. Calls come from any thread, in order for one worker; an
/// implementation returns at once and never throws.
/// </summary>
public interface IRunObserver
{
    /// <summary>A stage begins.</summary>
    void StageStarted(string stage);

    /// <summary>A stage ended.</summary>
    void StageEnded(StageResult stage);

    /// <summary>A worker moved on.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="step">What it is doing now, for example <c>running</c>.</param>
    /// <param name="status">Its verdict so far; PENDING while it runs.</param>
    void WorkerProgress(string worker, string step, RunStatus status);

    /// <summary>Something a person should look at.</summary>
    void Warning(string message);

    /// <summary>The run was told to end while a command of it was running, which is being ended first; once a run.</summary>
    /// <param name="most">How long that may take: a process may ignore every signal but the last.</param>
    void Stopping(TimeSpan most);

    /// <summary>The words for <see cref="Stopping"/>.</summary>
    static string StoppingWords(TimeSpan most) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"stopping: waiting up to {most.TotalSeconds:0} s for the workers' processes to end");
}

/// <summary>An observer that hears nothing.</summary>
public sealed class SilentObserver : IRunObserver
{
    /// <summary>The only instance.</summary>
    public static SilentObserver Instance { get; } = new();

    private SilentObserver()
    {
    }

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
    public void Stopping(TimeSpan most)
    {
    }
}
