using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Locking;
using Factory.Core.Workers;

namespace Factory.Core.Pipeline.Launching;

/// <summary>What is known of one worker while a run is under way. One thread at a time works on it.</summary>
/// <param name="definition">The worker's definition.</param>
/// <param name="worktreePath">Its fixed worktree, absolute.</param>
public sealed class WorkerState(WorkerDefinition definition, string worktreePath)
{
    /// <summary>Its definition.</summary>
    public WorkerDefinition Definition { get; } = definition;

    /// <summary>Its name.</summary>
    public string Id => Definition.Id.Name;

    /// <summary>Its fixed worktree, absolute.</summary>
    public string WorktreePath { get; } = worktreePath;

    /// <summary>The lock that guards the worktree's path across runs.</summary>
    public string WorktreeLock => Path.Combine(Path.GetDirectoryName(WorktreePath)!, ".locks", Id + ".lock");

    /// <summary>The worktree, once it is ready.</summary>
    public Worktree? Worktree { get; set; }

    /// <summary>Its verdict so far.</summary>
    public RunStatus Status { get; set; } = RunStatus.Pending;

    /// <summary>The commit that holds its work.</summary>
    public CommitId? Commit { get; set; }

    /// <summary>The tree of that commit, when this process captured it.</summary>
    public CommitId? Tree { get; set; }

    /// <summary>What this process captured, while git can still read it; null when it captured nothing.</summary>
    public CapturedWork? Work { get; set; }

    /// <summary>Whether what was captured is gone from the repository and cannot be written again.</summary>
    public bool IsWorkLost { get; set; }

    /// <summary>The branch of that commit, without <c>refs/heads/</c>.</summary>
    public string? Branch { get; set; }

    /// <summary>The command's exit code.</summary>
    public int? ExitCode { get; set; }

    /// <summary>Wall time of the command in milliseconds.</summary>
    public long DurationMs { get; set; }

    /// <summary>What launching recorded of it in the ledger.</summary>
    public LaunchRecord? Recorded { get; set; }

    /// <summary>The exit code that a STATUS.json taken up later claims.</summary>
    public int? ClaimedExitCode { get; set; }

    /// <summary>When the command started, RFC 3339 UTC.</summary>
    public string? StartedAt { get; set; }

    /// <summary>When the command ended, RFC 3339 UTC.</summary>
    public string? EndedAt { get; set; }

    /// <summary>What must have returned 0.</summary>
    public List<CheckRecord> Required { get; } = [];

    /// <summary>What stands in its way.</summary>
    public List<Blocker> Blockers { get; } = [];

    /// <summary>What a person should look at.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Its logs.</summary>
    public List<LogRecord> Logs { get; } = [];

    /// <summary>The locks it holds while the run works on it.</summary>
    public List<FileLock> Locks { get; } = [];

    /// <summary>Records a blocker.</summary>
    public void Block(BlockerKind kind, string message, string nextAction, string? path = null) =>
        Blockers.Add(new Blocker(kind, Id, path, message, nextAction));

    /// <summary>The worker as the run's result shows it.</summary>
    public WorkerResult ToResult() => new(Id, Status, Commit?.Hex, Branch, ExitCode, DurationMs);
}
