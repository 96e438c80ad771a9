using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Verification;

namespace Factory.Core.Pipeline.Records;

/// <summary>
/// Reads the whole ledger and holds it against its chain, digest and checkpoint: a seal reads only what was appended since
/// the last one, and would go on over old lines that somebody changed.
/// </summary>
public static class SoundLedger
{
    /// <summary>What to do about a ledger that is not what it was.</summary>
    public const string Next =
        "See what factory ledger-verify says and keep a copy of the runs folder. Then restore the ledger and its factory_ledger.* files from a backup, or move them aside to begin a new ledger, and run again.";

    /// <summary>Says why a ledger is not what it was.</summary>
    /// <param name="runsFolder">The runs folder.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What is wrong, with the line where one can be named; null when nothing is, or no ledger is there.</returns>
    /// <exception cref="FactoryException">The ledger, its digest or its checkpoint cannot be read.</exception>
    public static string? FindFault(string runsFolder, CancellationToken cancellationToken) => Look(runsFolder, cancellationToken) is { } look ? FaultOf(look) : null;

    /// <summary>Looks before any worker starts; other work may go on meanwhile.</summary>
    /// <returns>What blocks the run, or null.</returns>
    public static Task<Blocker?> LookBeforeAsync(RunSession session, CancellationToken cancellationToken) =>
        BlockAsync(session, "is not what it was, so no worker is started and no seal is written over it", () => LookAtAll(session, cancellationToken));

    /// <summary>Looks once more before the branch is made: the ledger lies where every worker can write.</summary>
    /// <returns>What blocks the run, or null.</returns>
    public static Task<Blocker?> LookAgainAsync(RunSession session)
    {
        var since = Since(session, " it was sound before {0} ran, so a worker or somebody else changed it since;");
        return BlockAsync(session, $"is not what it was;{since} no branch is made and no seal is written over it", () => LookAtAll(session, CancellationToken.None));
    }

    /// <summary>Looks at what was appended since the run began; that costs no more than those lines do.</summary>
    /// <returns>What blocks the run, or null.</returns>
    public static Task<Blocker?> LookAtAppendedAsync(RunSession session)
    {
        var since = Since(session, " somebody appended it while {0} ran or later;");
        return BlockAsync(session, $"holds what Factory did not write;{since} no branch is made and no seal is written over it", () => session.Appended.FindFault(session.Journal, CancellationToken.None));
    }

    private static string Since(RunSession session, string words)
    {
        var ran = session.Workers.Where(worker => worker.StartedAt is not null).Select(worker => worker.Id).ToList();
        return ran.Count == 0 ? "" : string.Format(CultureInfo.InvariantCulture, words, string.Join(", ", ran));
    }

    private static LedgerLook? Look(string runsFolder, CancellationToken cancellationToken)
    {
        var ledger = new LedgerPaths(runsFolder).Ledger;
        return File.Exists(ledger) ? LedgerVerifier.Look(ledger, DigestHint.Read(ledger), null, false, cancellationToken) : null;
    }

    private static string? FaultOf(LedgerLook look) => look.Verification.Status is RunStatus.Blocked or RunStatus.Fail ? look.Verification.Reason : null;

    private static string? LookAtAll(RunSession session, CancellationToken cancellationToken)
    {
        if (Look(session.Folder.RunsDirectory, cancellationToken) is not { } look) return null;
        if (FaultOf(look) is { } fault) return fault;
        session.Appended.GoOnFrom(look);
        return null;
    }

    private static async Task<Blocker?> BlockAsync(RunSession session, string verdict, Func<string?> look)
    {
        var ledger = new LedgerPaths(session.Folder.RunsDirectory).Ledger;
        try
        {
            return await Task.Run(look, CancellationToken.None).ConfigureAwait(false) is { } fault
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
