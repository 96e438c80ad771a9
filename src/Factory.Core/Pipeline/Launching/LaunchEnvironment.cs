using Factory.Core.Configuration;
using Factory.Core.Pipeline.Folders;

namespace Factory.Core.Pipeline.Launching;

/// <summary>What a worker's commands are told about the run: variables and placeholders (contract: Configuration).</summary>
/// <param name="Variables">Environment variables on top of the caller's; a null value removes one.</param>
/// <param name="Values">The values of the placeholders, without braces.</param>
public sealed record LaunchEnvironment(IReadOnlyDictionary<string, string?> Variables, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The environment of one worker.</summary>
    public static LaunchEnvironment Of(RunSession session, WorkerState worker) => Of(session.Ground, session.Folder, worker.Definition);

    /// <summary>The environment of one worker in a run that may be yet to come.</summary>
    public static LaunchEnvironment Of(RunGround ground, RunFolder run, WorkerDefinition worker)
    {
        var id = worker.Id.Name;
        var (bundle, worktree) = (run.Bundle(id), ground.WorktreeOf(worker));
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in worker.Env) variables[name] = value;
        // A worker has no business with the key that signs for it.
        variables[Attestation.Keys.Passphrase.Variable] = null;
        variables["FACTORY_RUN_ID"] = run.Id.Text;
        variables["FACTORY_WORKER_ID"] = id;
        variables["FACTORY_BUNDLE_DIR"] = bundle;
        variables["FACTORY_WORKTREE"] = worktree;
        variables["FACTORY_BASE_COMMIT"] = ground.BaseCommit.Hex;
        return new LaunchEnvironment(variables, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["repo"] = ground.Repository.Root,
            ["worktree"] = worktree,
            ["bundle"] = bundle,
            ["run_id"] = run.Id.Text,
            ["worker"] = id,
            ["base"] = ground.BaseCommit.Hex,
        });
    }

    /// <summary>A command with its placeholders filled in.</summary>
    public IReadOnlyList<string> Expand(IReadOnlyList<string> command) => [.. command.Select(argument => Placeholders.Expand(argument, Values))];
}
