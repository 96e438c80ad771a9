using System.Runtime.InteropServices;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>What a line means for the end of its run.</summary>
internal enum RunStep : byte
{
    /// <summary>The run goes on.</summary>
    Work,
    /// <summary>It ended with its verdict.</summary>
    End,
    /// <summary>It ended because something failed, which may also be found after its verdict was written.</summary>
    FailedEnd,
    /// <summary>The summary that follows the end.</summary>
    Summary,
    /// <summary>It was attested: at its end, or anew later.</summary>
    Attested,
    /// <summary>A line that any run may have at any time.</summary>
    Any,
}

/// <summary>How far one run has come. After its end only a few lines of it can be right: anybody can append any other.</summary>
internal struct RunEnding
{
    private bool _hasEnded, _isSummed, _isAttested, _hasFailed;

    /// <summary>What an event means.</summary>
    public static RunStep StepOf(LedgerEvent item) => item.EventType switch
    {
        "RUN_END" when item.Details.GetValueOrDefault("failure") is string && item.Status is "FAIL" or "BLOCKED" => RunStep.FailedEnd,
        "RUN_END" => RunStep.End,
        "ONESHOT_SUMMARY" => RunStep.Summary,
        "ATTESTATION_WRITTEN" => RunStep.Attested,
        "LEDGER_RECOVERED" => RunStep.Any,
        _ => RunStep.Work,
    };

    /// <summary>Takes the run's next line.</summary>
    /// <returns>Whether it comes after the end and has no place there.</returns>
    public bool TakeLate(RunStep step)
    {
        switch (step)
        {
            case RunStep.Work:
                return _hasEnded;
            case RunStep.End:
                return _hasEnded || !(_hasEnded = true);
            case RunStep.FailedEnd:
                if (_hasFailed) return true;
                return !(_hasEnded = _hasFailed = true);
            case RunStep.Summary:
                if (_hasEnded && (_isSummed || _isAttested || _hasFailed)) return true;
                return !(_isSummed = true);
            case RunStep.Attested:
                return !(_isAttested = true);
            default:
                return false;
        }
    }
}

/// <summary>Follows the runs of a ledger, and finds lines that come after the end of their run. For one thread at a time.</summary>
internal sealed class RunEndings
{
    private readonly Dictionary<string, RunEnding> _runs = new(StringComparer.Ordinal);

    /// <summary>The first and the last line that come too late, or null.</summary>
    public (long First, long Last)? Late { get; private set; }

    /// <summary>The run that <see cref="Late"/>'s last line is of.</summary>
    public string LateRun { get; private set; } = "";

    /// <summary>How many there are.</summary>
    public long LateLines { get; private set; }

    /// <summary>Takes a line, in the order of the ledger.</summary>
    /// <returns>Whether it comes too late.</returns>
    public bool TakeLate(string runId, RunStep step, long line)
    {
        if (!CollectionsMarshal.GetValueRefOrAddDefault(_runs, runId, out _).TakeLate(step)) return false;
        (Late, LateRun) = ((Late?.First ?? line, line), runId);
        LateLines++;
        return true;
    }
}
