using Factory.Core.Contracts;

namespace Factory.Core.Configuration;

/// <summary>One worker: its command and its scope (contract: Configuration).</summary>
/// <param name="Id">The worker's name.</param>
/// <param name="Command">The argument vector, run without a shell; see <see cref="Placeholders"/>.</param>
/// <param name="Prompt">The file given on standard input, relative to the repository or absolute; null closes standard input.</param>
/// <param name="TimeoutSeconds">How long the command may run, in seconds.</param>
/// <param name="Env">Variables added to the worker's environment.</param>
/// <param name="Setup">Argument vectors run in the worktree before the command, in order.</param>
/// <param name="CopyIgnored">Ignored files copied from the repository into the worktree, relative to the root.</param>
/// <param name="Scope">What the worker may touch.</param>
public sealed record WorkerDefinition(
    WorkerId Id,
    IReadOnlyList<string> Command,
    string? Prompt,
    int TimeoutSeconds,
    IReadOnlyDictionary<string, string> Env,
    IReadOnlyList<IReadOnlyList<string>> Setup,
    IReadOnlyList<string> CopyIgnored,
    WorkerScope Scope)
{
    /// <summary>The timeout of a command that names none, in seconds.</summary>
    public const int DefaultTimeoutSeconds = 1800;

    /// <summary>The variables Factory itself sets for a worker, which <see cref="Env"/> may not name.</summary>
    public static IReadOnlyList<string> ReservedEnv { get; } =
        ["FACTORY_RUN_ID", "FACTORY_WORKER_ID", "FACTORY_BUNDLE_DIR", "FACTORY_WORKTREE", "FACTORY_BASE_COMMIT"];
}

/// <summary>What a worker may touch, as globs of Microsoft.Extensions.FileSystemGlobbing; see <see cref="GlobSyntax"/>.</summary>
/// <param name="AllowedGlobs">What it may touch; null allows everything but the protected paths.</param>
/// <param name="BlockedGlobs">What it may not touch, whatever else allows it.</param>
/// <param name="SharedPaths">What it may touch although other workers do too.</param>
public sealed record WorkerScope(IReadOnlyList<string>? AllowedGlobs, IReadOnlyList<string> BlockedGlobs, IReadOnlyList<string> SharedPaths)
{
    /// <summary>The scope of a worker for which no list is given.</summary>
    public static WorkerScope Unrestricted { get; } = new(null, [], []);
}
