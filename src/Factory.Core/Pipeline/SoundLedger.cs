using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Pipeline;

/// <summary>
/// Reads the whole ledger and holds it against its chain, digest and checkpoint: a seal reads only what was appended since
/// the last one, and would go on over old lines that somebody changed.
/// </summary>
public static class SoundLedger
{
    private const string Next =
        "See what factory ledger-verify says and keep a copy of the runs folder. Then restore the ledger and its factory_ledger.* files from a backup, or move them aside to begin a new ledger, and run again.";

    /// <summary>Says why a ledger is not what it was.</summary>
    /// <param name="runsFolder">The runs folder.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What is wrong, with the line where one can be named; null when nothing is, or no ledger is there.</returns>
    /// <exception cref="FactoryException">The ledger, its digest or its checkpoint cannot be read.</exception>
    public static string? FindFault(string runsFolder, CancellationToken cancellationToken)
    {
        var ledger = new LedgerPaths(runsFolder).Ledger;
        if (!File.Exists(ledger)) return null;
        var finding = LedgerVerifier.Verify(ledger, cancellationToken: cancellationToken);
        return finding.Status is RunStatus.Blocked or RunStatus.Fail ? finding.Reason : null;
    }

    /// <summary>Looks before any worker starts; other work may go on meanwhile.</summary>
    /// <returns>What blocks the run, or null.</returns>
    public static Task<Blocker?> LookBeforeAsync(RunSession session, CancellationToken cancellationToken) => LookAsync(
        session.Folder.RunsDirectory, "is not what it was, so no worker is started and no seal is written over it", cancellationToken);

    /// <summary>Looks once more before the branch is made: the ledger lies where every worker can write.</summary>
    /// <returns>What blocks the run, or null.</returns>
    public static Task<Blocker?> LookAgainAsync(RunSession session)
    {
        var ran = session.Workers.Where(worker => worker.StartedAt is not null).Select(worker => worker.Id).ToList();
        var since = ran.Count == 0 ? "" : $"; it was sound before {string.Join(", ", ran)} ran, so a worker or somebody else changed it since";
        return LookAsync(session.Folder.RunsDirectory, $"is not what it was{since}; no branch is made and no seal is written over it", CancellationToken.None);
    }

    private static async Task<Blocker?> LookAsync(string runsFolder, string verdict, CancellationToken cancellationToken)
    {
        var ledger = new LedgerPaths(runsFolder).Ledger;
        try
        {
            return await Task.Run(() => FindFault(runsFolder, cancellationToken), CancellationToken.None).ConfigureAwait(false) is { } fault
                ? new Blocker(BlockerKind.Policy, null, ledger, $"the ledger {verdict}: {fault}", Next)
                : null;
        }
        catch (FactoryException error)
        {
            // What nobody could look at is not sound.
            return error.Blocker with { Kind = BlockerKind.Policy };
        }
    }
}
