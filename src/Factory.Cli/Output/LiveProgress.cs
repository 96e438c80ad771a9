using System.Diagnostics;
using Factory.Core.Contracts;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Factory.Cli.Output;

/// <summary>A table on standard error that shows what every worker does now, and is gone when the run ends.</summary>
internal sealed class LiveProgress : IRunObserver
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (string Step, RunStatus Status, long Since)> _workers = new(StringComparer.Ordinal);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private string _stage = "starting";
    private string? _stopping;

    /// <summary>Runs the work with the table over it.</summary>
    public async Task<T> WatchAsync<T>(Func<IRunObserver, Task<T>> work)
    {
        var running = Task.Run(() => work(this));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Live(Draw()).AutoClear(true).StartAsync(async live =>
        {
            while (await Task.WhenAny(running, Task.Delay(Pause)).ConfigureAwait(false) != running) live.UpdateTarget(Draw());
        }).ConfigureAwait(false);
        return await running.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void StageStarted(string stage)
    {
        lock (_gate) _stage = stage;
    }

    /// <inheritdoc/>
    public void StageEnded(StageResult stage)
    {
    }

    /// <inheritdoc/>
    public void WorkerProgress(string worker, string step, RunStatus status)
    {
        lock (_gate)
        {
            var isSame = _workers.TryGetValue(worker, out var before) && before.Step == step;
            _workers[worker] = (step, status, isSame ? before.Since : _clock.ElapsedMilliseconds);
        }
    }

    /// <inheritdoc/>
    public void Warning(string message)
    {
    }

    /// <inheritdoc/>
    public void Stopping(TimeSpan most)
    {
        lock (_gate) _stopping = IRunObserver.StoppingWords(most);
    }

    private IRenderable Draw()
    {
        lock (_gate)
        {
            var table = new Table().NoBorder().HideHeaders().AddColumns("", "", "", "");
            table.AddRow(new Markup($"[bold]{Markup.Escape(_stage)}[/]"), Text.Empty, Text.Empty, new Text(Duration.Words(_clock.ElapsedMilliseconds)));
            foreach (var (worker, (step, status, since)) in _workers)
            {
                table.AddRow(
                    new Text("  " + Untrusted.Line(worker)),
                    new Text(status.ToWire(), StatusStyle.Of(status.ToWire())),
                    new Text(Untrusted.Line(step)),
                    step == "done" ? Text.Empty : new Text(Duration.Words(_clock.ElapsedMilliseconds - since)));
            }

            return _stopping is null ? table : new Rows(new Text(_stopping, new Style(Color.Yellow)), table);
        }
    }
}
