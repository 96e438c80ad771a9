using Factory.Core.Contracts;

namespace Factory.Core.Workers.Processes;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code; null when it did not start, was stopped, or its code could not be learnt.</param>
/// <param name="TimedOut">Whether it was stopped because its time was over.</param>
/// <param name="Cancelled">Whether it was stopped, or not even started, because the caller cancelled.</param>
/// <param name="StartError">Why it did not start, or why its exit code is not known, in words; or null.</param>
/// <param name="StartBlocker">The same with what to do next; or null.</param>
/// <param name="DurationMs">Wall time in milliseconds, the stopping of leftovers included.</param>
/// <param name="LeftoversStopped">How many processes it left running, which were stopped.</param>
/// <param name="Logs">Its logs; none when it did not start.</param>
public sealed record WorkerCommandResult(
    int? ExitCode,
    bool TimedOut,
    bool Cancelled,
    string? StartError,
    Blocker? StartBlocker,
    long DurationMs,
    int LeftoversStopped,
    IReadOnlyList<WorkerLog> Logs)
{
    /// <summary>What the processes were called that it left running, with their ids; none where the system does not tell (only Linux does).</summary>
    public IReadOnlyList<string> Leftovers { get; init; } = [];

    /// <summary>The last bytes that it wrote to standard error; none when somebody still held that open at the end.</summary>
    public ReadOnlyMemory<byte> ErrorEnd { get; init; }
}

/// <summary>One log of a command.</summary>
/// <param name="Name">The command's name and the stream, for example <c>tests.stdout</c>.</param>
/// <param name="File">The file, relative to the folder of the logs.</param>
/// <param name="Bytes">How many bytes the command wrote.</param>
/// <param name="Truncated">Whether the log holds fewer.</param>
/// <param name="Error">Why the log is not complete, beyond its cap; or null.</param>
public sealed record WorkerLog(string Name, string File, long Bytes, bool Truncated, string? Error);
