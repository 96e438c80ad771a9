using System.CommandLine;
using Factory.Cli.Output;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.Cli.Commands;

/// <summary>The stages of the pipeline, each a verb, and the oneshot that runs them all.</summary>
internal static class RunCommands
{
    /// <summary><c>oneshot</c>.</summary>
    public static Command Oneshot(GlobalOptions globals) =>
        Starting("oneshot", "Run every stage: preflight, launch, bundle-validate, integrate, summary.", globals, (pipeline, request, token) => pipeline.OneshotAsync(request, token), null);

    /// <summary><c>preflight</c>.</summary>
    public static Command Preflight(GlobalOptions globals) =>
        Starting("preflight", "Make a run and find what would stop it, before anything is started.", globals, (pipeline, request, token) => pipeline.PreflightAsync(request, token), FactoryPipeline.Launch);

    /// <summary><c>launch</c>.</summary>
    public static Command Launch(GlobalOptions globals) =>
        Starting("launch", "Run the workers of a preflighted run, or of a new one.", globals, (pipeline, request, token) => pipeline.LaunchAsync(request, token), FactoryPipeline.Validate);

    /// <summary><c>bundle-validate</c>.</summary>
    public static Command Validate(GlobalOptions globals) =>
        GoingOn("bundle-validate", "Judge the bundles of a run.", globals, (pipeline, request, token) => pipeline.ValidateAsync(request, token), FactoryPipeline.Integrate);

    /// <summary><c>integrate</c>.</summary>
    public static Command Integrate(GlobalOptions globals) =>
        GoingOn("integrate", "Judge the bundles of a run again, merge, check and report.", globals, (pipeline, request, token) => pipeline.IntegrateAsync(request, token), null);

    /// <summary>Runs the pipeline, under live progress when a person watches.</summary>
    public static Task<RunResult> RunAsync(VerbContext context, RunRequest request, Func<FactoryPipeline, RunRequest, CancellationToken, Task<RunResult>> work)
    {
        Task<RunResult> Under(IRunObserver observer) => work(new FactoryPipeline(new RunServices(observer, TimeProvider.System)), request, context.Cancellation);
        return context.Screen.ShowsProgress ? new LiveProgress().WatchAsync(Under) : Under(new PlainProgress());
    }

    private static Command Starting(string name, string description, GlobalOptions globals, Func<FactoryPipeline, RunRequest, CancellationToken, Task<RunResult>> work, string? next)
    {
        var options = new RunOptions();
        var command = Verb.Create(name, description, globals, context => RunAndShowAsync(context, options.Read(context), work, next));
        options.AddTo(command);
        return command;
    }

    private static Command GoingOn(string name, string description, GlobalOptions globals, Func<FactoryPipeline, RunRequest, CancellationToken, Task<RunResult>> work, string? next)
    {
        var runId = ExistingRun.Option();
        var command = Verb.Create(name, description, globals, context => RunAndShowAsync(context, context.Request(context.Parsed.GetValue(runId)), work, next));
        command.Options.Add(runId);
        return command;
    }

    private static async Task<VerbResult> RunAndShowAsync(VerbContext context, RunRequest request, Func<FactoryPipeline, RunRequest, CancellationToken, Task<RunResult>> work, string? next)
    {
        var run = await RunAsync(context, request, work).ConfigureAwait(false);
        return VerbResult.Of(run, screen =>
        {
            RunView.Show(run, screen);
            if (next is not null && run is { RunId: not null, ExitCode: 0 }) screen.Line($"next:   factory {next} --run-id {run.RunId}");
        });
    }
}
