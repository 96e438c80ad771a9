using Factory.Core.Contracts;

namespace Factory.Core.Ledger;

/// <summary>What the commands and cmdlets over the ledger return, in one call each.</summary>
public static class LedgerQuery
{
    /// <summary>Finds events, and says how far the ledger can be trusted.</summary>
    /// <exception cref="FactoryException">The ledger is missing or unreadable; or, when strict, a line is wrong.</exception>
    public static LedgerQueryResult Find(string path, LedgerFilter? filter = null, bool strict = false, CancellationToken cancellationToken = default)
    {
        var problems = new List<LedgerProblem>();
        var entries = LedgerReader.Read(path, filter, strict, problems.Add, cancellationToken).ToList();
        var signature = LedgerVerifier.Verify(path, cancellationToken: cancellationToken).Signature;
        var status = signature.Status == LedgerSignatureStatus.Tampered ? RunStatus.Blocked : StatusOf(problems);
        return new LedgerQueryResult(status, entries.Count, entries, signature, problems);
    }

    /// <summary>Rebuilds the states of runs from the events that pass a filter.</summary>
    /// <exception cref="FactoryException">The ledger is missing or unreadable; or, when strict, a line is wrong.</exception>
    public static LedgerReplayResult Replay(string path, LedgerFilter? filter = null, bool strict = false, CancellationToken cancellationToken = default)
    {
        var problems = new List<LedgerProblem>();
        var runs = LedgerReplay.Replay(LedgerReader.Read(path, filter, strict, problems.Add, cancellationToken));
        return new LedgerReplayResult(StatusOf(problems), runs.Count, runs, problems);
    }

    private static RunStatus StatusOf(List<LedgerProblem> problems) => problems.Count > 0 ? RunStatus.Warn : RunStatus.Pass;
}
