using System.CommandLine;
using Factory.Cli.Output;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.Cli.Commands;

/// <summary><c>worktrees create|verify|sync|remove</c>.</summary>
internal static class WorktreesCommand
{
    /// <summary>Makes the verb with its own verbs.</summary>
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("worktrees", "The workers' worktrees, outside of a run.");
        command.Subcommands.Add(Create("create", "Make those that are missing, at the base commit.", globals, (verbs, token) => verbs.CreateAsync(token)));
        command.Subcommands.Add(Create("verify", "Look at each: is it there, ours, clean, in use?", globals, (verbs, token) => verbs.VerifyAsync(token)));
        command.Subcommands.Add(Create("sync", "Reset those that are ours to the base commit, after keeping what is in them.", globals, (verbs, token) => verbs.SyncAsync(token)));
        command.Subcommands.Add(Create("remove", "Delete those that are ours, after keeping what is in them.", globals, (verbs, token) => verbs.RemoveAsync(token)));
        return command;
    }

    private static Command Create(string name, string description, GlobalOptions globals, Func<WorktreeVerbs, CancellationToken, Task<WorktreesResult>> work) =>
        Verb.Create(name, description, globals, async context =>
        {
            var verbs = await WorktreeVerbs.OpenAsync(context.Request(), TimeProvider.System, context.Cancellation).ConfigureAwait(false);
            var result = await work(verbs, context.Cancellation).ConfigureAwait(false);
            return new VerbResult(result.ExitCode, stream => CliJson.Write(stream, result), screen => Show(result, screen));
        });

    private static void Show(WorktreesResult result, Screen screen)
    {
        if (result.Worktrees.Count == 0) screen.Line("no worker is defined, so there is no worktree");
        foreach (var tree in result.Worktrees)
        {
            var word = tree.Status.ToWire();
            screen.Line($"{word,-7}  {tree.Worker}: {tree.Message}", StatusStyle.NameOf(word));
            screen.Line($"         {tree.Path}{(tree.Head is { } head ? $" at {head[..12]}" : "")}");
            if (tree.NextAction.Length > 0) screen.Line($"         next: {tree.NextAction}");
        }
    }
}
