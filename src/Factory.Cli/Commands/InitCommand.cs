using System.CommandLine;
using Factory.Cli.Output;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Cli.Commands;

/// <summary><c>init</c>: writes the starter configuration.</summary>
internal static class InitCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create(GlobalOptions globals) =>
        Verb.Create("init", "Write a starter factory.config.json into the repository's root.", globals, RunAsync);

    private static async Task<VerbResult> RunAsync(VerbContext context)
    {
        var request = context.Request();
        var repository = await GitRepository.OpenAsync(new Git(), request.Repository, context.Cancellation).ConfigureAwait(false);
        var path = request.ConfigFile ?? Path.Combine(repository.Root, ConfigLoader.FileName);
        ConfigTemplate.Write(path);
        var document = new InitDocument(RunStatus.Pass, RunStatus.Pass.ToExitCode(), path);
        return new VerbResult(document.ExitCode, stream => CliJson.Write(stream, document), screen => Show(path, screen));
    }

    private static void Show(string path, Screen screen)
    {
        screen.Line($"wrote {path}", "green");
        screen.Line();
        screen.Line("Edit next:");
        screen.Line("  workers.definitions         the command of each worker, as an argument vector");
        screen.Line("  workers.allowlist_globs     what each worker may touch");
        screen.Line("  integration.checks          what must pass on the merged tree, for example your tests");
        screen.Line("Then: factory doctor, factory oneshot --dry-run, factory oneshot");
    }
}
