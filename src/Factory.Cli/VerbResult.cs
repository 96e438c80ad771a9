using Factory.Cli.Output;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.Cli;

/// <summary>What a verb gives back: one exit code, and the same facts for machines and for people.</summary>
/// <param name="ExitCode">The process's exit code.</param>
/// <param name="WriteDocument">Writes the JSON document.</param>
/// <param name="Show">Shows it to a person.</param>
internal sealed record VerbResult(int ExitCode, Action<Stream> WriteDocument, Action<Screen> Show)
{
    /// <summary>What is said on standard error, whatever the form of the result.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What is done after everything was shown, or null.</summary>
    public Action? Cleanup { get; init; }

    /// <summary>A run.</summary>
    public static VerbResult Of(RunResult run, Action<Screen> show) => new(run.ExitCode, stream => stream.Write(FactoryJson.Write(run)), show);

    /// <summary>What was refused before anything was done.</summary>
    public static VerbResult Refused(IReadOnlyList<Blocker> blockers, RunStatus status = RunStatus.Blocked)
    {
        var run = RunResults.Refused(blockers, status);
        return Of(run, screen => RunView.ShowRefusal(run, screen));
    }
}
