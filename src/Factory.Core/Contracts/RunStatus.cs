using System.Text.Json.Serialization;

namespace Factory.Core.Contracts;

/// <summary>The five states of a run, a worker or a stage (contract: Status).</summary>
[JsonConverter(typeof(WireEnumConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>Not finished, or not started.</summary>
    [WireName("PENDING")] Pending,

    /// <summary>Every required check ran and returned 0, and no schema error was found.</summary>
    [WireName("PASS")] Pass,

    /// <summary>A required check returned non-zero, or a schema, policy, overlap or scope blocker stands.</summary>
    [WireName("BLOCKED")] Blocked,

    /// <summary>Passed, with something a person should look at.</summary>
    [WireName("WARN")] Warn,

    /// <summary>An internal error: the verdict could not be reached.</summary>
    [WireName("FAIL")] Fail,
}

/// <summary>What follows from a <see cref="RunStatus"/>.</summary>
public static class RunStatusExtensions
{
    /// <summary>The process exit code of a status: PASS 0, WARN 0, FAIL 1, BLOCKED 2, PENDING 3.</summary>
    public static int ToExitCode(this RunStatus status) => status switch
    {
        RunStatus.Pass or RunStatus.Warn => 0,
        RunStatus.Fail => 1,
        RunStatus.Blocked => 2,
        _ => 3,
    };

    /// <summary>The status as the contract spells it, for example <c>BLOCKED</c>.</summary>
    public static string ToWire(this RunStatus status) => WireEnum<RunStatus>.NameOf(status);
}
