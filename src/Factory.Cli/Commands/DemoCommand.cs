using System.CommandLine;
using Factory.Cli.Output;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.Cli.Commands;

/// <summary><c>demo</c>: a whole run on the sample repository, in a temporary folder.</summary>
internal static class DemoCommand
{
    /// <summary>The verb.</summary>
    public const string Name = "demo";

    /// <summary>Makes the verb.</summary>
    public static Command Create(GlobalOptions globals)
    {
        var blocked = new Option<bool>("--blocked") { Description = "Show a run that is stopped: one worker leaves its scope, two change one file." };
        var keep = TypedOption.OfChoice("--keep", "Keep the repository to look at, which is the default; '--keep false' deletes it after the run.", isFlag: true);
        var command = Verb.Create(Name, "Run four workers on a small sample repository in a temporary folder.", globals, context =>
            RunAsync(context, context.Parsed.GetValue(blocked), keep.Read(context.Parsed) ?? true));
        command.Options.Add(blocked);
        command.Options.Add(keep);
        // It makes a repository and a configuration of its own: these two would be ignored.
        command.Validators.Add(result =>
        {
            foreach (var option in Ignored(globals))
                if (result.GetResult(option) is { Implicit: false }) result.AddError($"demo takes no {option.Name}: it makes a repository of its own");
        });
        return command;
    }

    /// <summary>The global options that mean nothing here.</summary>
    public static IReadOnlyList<Option> Ignored(GlobalOptions globals) => [globals.Repo, globals.Config];

    private static async Task<VerbResult> RunAsync(VerbContext context, bool isBlocked, bool isKept)
    {
        var folder = await DemoRepository.CreateAsync(context.Cancellation).ConfigureAwait(false);
        var key = DemoRepository.CreateKey(folder);
        var request = new RunRequest
        {
            Repository = folder,
            ConfigFile = isBlocked ? Path.Combine(folder, DemoRepository.BlockedConfig) : null,
            // The demo shows the same to everybody, whatever is set for real runs.
            Environment = new Dictionary<string, string> { ["FACTORY_ATTESTATION__KEY"] = key.Path },
        };
        var run = await RunCommands.RunAsync(context, request, (pipeline, wanted, token) => pipeline.OneshotAsync(wanted, token)).ConfigureAwait(false);
        return VerbResult.Of(run, screen => Show(run, folder, key, isKept, screen)) with { Cleanup = isKept ? null : () => Core.Workers.FolderRemoval.Delete(folder) };
    }

    private static void Show(RunResult run, string folder, KeyFileResult key, bool isKept, Screen screen)
    {
        RunView.Show(run, screen, isKept);
        if (!isKept) return;
        screen.Line();
        screen.Line($"The repository is kept in {folder}. Look at:");
        screen.Line($"  git -C {folder} log --oneline --graph --all");
        var factory = ProgramWords.Find();
        screen.Line($"  {factory} ledger --repo {folder}");
        screen.Line($"  {factory} verify --repo {folder} --public-key {key.PublicKeyPath}");
        if (run.Report is not null) screen.Line($"  {factory} print-report --repo {folder}");
    }
}
