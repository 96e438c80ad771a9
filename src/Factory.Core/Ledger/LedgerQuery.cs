using Factory.Core.Contracts;
using Factory.Core.Ledger.Reading;

namespace Factory.Core.Ledger;

/// <summary>What the commands and cmdlets over the ledger return, in one call each.</summary>
public static class LedgerQuery
{
    /// <summary>Finds events, and says how far the ledger can be trusted.</summary>
    /// <param name="path">The ledger.</param>
    /// <param name="filter">What is wanted; null for everything. What it leaves unread is not checked: see <see cref="LedgerReader"/>.</param>
    /// <param name="strict">Whether the first bad line ends the reading.</param>
    /// <param name="verify">Whether the whole ledger is verified meanwhile; otherwise the signature is UNCHECKED, and the answer takes only as long as the query.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FactoryException">The ledger is missing or unreadable; or, when strict, a line is wrong.</exception>
    public static LedgerQueryResult Find(
        string path, LedgerFilter? filter = null, bool strict = false, bool verify = true, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var verification = verify ? Task.Run(() => LedgerVerifier.Verify(path, cancellationToken: stop.Token).Signature, CancellationToken.None) : null;
        var problems = new List<LedgerProblem>();
        var isWhole = false;
        try
        {
            var entries = LedgerReader.Read(path, filter, strict, problems.Add, ReadingLimits.Default with { BelievesHint = !verify }, cancellationToken).ToList();
            isWhole = true;
            var signature = verification?.GetAwaiter().GetResult() ?? new LedgerSignature(LedgerSignatureStatus.Unchecked);
            var status = signature.Status == LedgerSignatureStatus.Tampered ? RunStatus.Blocked : StatusOf(problems);
            return new LedgerQueryResult(status, entries.Count, entries, signature, problems);
        }
        finally
        {
            if (!isWhole) stop.Cancel();
            if (verification is not null) ((IAsyncResult)verification).AsyncWaitHandle.WaitOne();
        }
    }

    /// <summary>Rebuilds the states of runs from the events that pass a filter.</summary>
    /// <exception cref="FactoryException">The ledger is missing or unreadable; or, when strict, a line is wrong.</exception>
    public static LedgerReplayResult Replay(string path, LedgerFilter? filter = null, bool strict = false, CancellationToken cancellationToken = default)
    {
        var problems = new List<LedgerProblem>();
        var runs = LedgerReplay.Replay(path, filter, strict, problems.Add, ReadingLimits.Default, cancellationToken);
        return new LedgerReplayResult(StatusOf(problems), runs.Count, runs, problems);
    }

    private static RunStatus StatusOf(List<LedgerProblem> problems) => problems.Count > 0 ? RunStatus.Warn : RunStatus.Pass;
}
