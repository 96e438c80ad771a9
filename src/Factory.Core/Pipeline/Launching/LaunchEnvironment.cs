using Factory.Core.Configuration;

namespace Factory.Core.Pipeline.Launching;

/// <summary>What a worker's commands are told about the run: variables and placeholders (contract: Configuration).</summary>
/// <param name="Variables">Environment variables on top of the caller's; a null value removes one.</param>
/// <param name="Values">The values of the placeholders, without braces.</param>
public sealed record LaunchEnvironment(IReadOnlyDictionary<string, string?> Variables, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The environment of one worker.</summary>
    public static LaunchEnvironment Of(RunSession session, WorkerState worker)
    {
        var bundle = session.Folder.Bundle(worker.Id);
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in worker.Definition.Env) variables[name] = value;
        // A worker has no business with the key that signs for it.
        variables[Attestation.Keys.Passphrase.Variable] = null;
        variables["FACTORY_RUN_ID"] = session.Folder.Id.Text;
        variables["FACTORY_WORKER_ID"] = worker.Id;
        variables["FACTORY_BUNDLE_DIR"] = bundle;
        variables["FACTORY_WORKTREE"] = worker.WorktreePath;
        variables["FACTORY_BASE_COMMIT"] = session.Ground.BaseCommit.Hex;
        return new LaunchEnvironment(variables, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["repo"] = session.Ground.Repository.Root,
            ["worktree"] = worker.WorktreePath,
            ["bundle"] = bundle,
            ["run_id"] = session.Folder.Id.Text,
            ["worker"] = worker.Id,
            ["base"] = session.Ground.BaseCommit.Hex,
        });
    }

    /// <summary>A command with its placeholders filled in.</summary>
    public IReadOnlyList<string> Expand(IReadOnlyList<string> command) => [.. command.Select(argument => Placeholders.Expand(argument, Values))];
}
