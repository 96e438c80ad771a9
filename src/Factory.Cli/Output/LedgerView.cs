using System.Globalization;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;

namespace Factory.Cli.Output;

/// <summary>What a ledger says, as a person reads it.</summary>
internal static class LedgerView
{
    /// <summary>Shows events, one a line.</summary>
    public static void Show(LedgerQueryResult result, Screen screen)
    {
        if (result.Count > 0)
        {
            screen.Table(
                ["time", "run", "event", "actor", "status", "rc"],
                [.. result.Entries.Select(entry => (string[])[entry.TsUtc, entry.RunId, entry.EventType, entry.Actor, entry.Status ?? "-", Number.Words(entry.Rc)])]);
            screen.Line();
        }

        screen.Line($"{Words(result.Count, "event")}; the ledger is {WireEnum<LedgerSignatureStatus>.NameOf(result.Signature.Status)}");
        if (result.Signature.Status == LedgerSignatureStatus.Tampered) screen.Line("next: factory ledger-verify names the first wrong line", "red");
    }

    /// <summary>Shows runs, one a line.</summary>
    public static void Show(LedgerReplayResult result, Screen screen)
    {
        if (result.Count > 0)
        {
            screen.Table(
                ["run", "status", "started", "duration", "events", "workers", "last event"],
                [.. result.Runs.Select(run => (string[])[run.RunId, run.Status.ToWire(), run.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), Took(run), Number.Words(run.Events), Number.Words(run.Workers.Count), run.LastEvent])]);
            screen.Line();
        }

        screen.Line(Words(result.Count, "run"));
    }

    /// <summary>Shows a verification.</summary>
    public static void Show(LedgerVerification result, Screen screen)
    {
        var finding = WireEnum<LedgerSignatureStatus>.NameOf(result.Signature.Status);
        // A sound chain is no verdict when the signature that was asked for is not there.
        var headline = result.Signature.Status == LedgerSignatureStatus.Verified && result.Status != RunStatus.Pass ? $"{result.Status.ToWire()} (chain {finding})" : finding;
        screen.Line($"{headline}  {result.Ledger}", "bold " + StatusStyle.NameOf(result.Status.ToWire()));
        screen.Line($"  events:  {Number.Words(result.Events)}");
        screen.Line($"  root:    {result.Root}");
        if (result.DigestCovers is { } covered) screen.Line($"  digest:  covers {Words(covered, "line")}");
        if (result.Checkpoint is { } checkpoint) screen.Line($"  signed:  {Words(checkpoint)}");
        if (result.Reason is not null) screen.Line($"  reason:  {result.Reason}");
        if (result.Status == RunStatus.Blocked) screen.Line($"  next:    {(result.IsOtherKeyAlone() ? ExpectedKey.IfReplaced : "compare the ledger with a backup or with the ledger.jsonl of each run; do not repair it in place")}", "red");
    }

    private static string Words(LedgerCheckpointFinding checkpoint)
    {
        var covered = checkpoint.Size is { } size ? $"the checkpoint covers {Words(size, "line")}" : "";
        return checkpoint.Status switch
        {
            LedgerCheckpointStatus.None => "there is no checkpoint; a run writes one when it ends",
            LedgerCheckpointStatus.Signed => $"{covered}, signed by key {checkpoint.KeyId}",
            LedgerCheckpointStatus.Unverified => $"{covered}; its signature was not checked: give --public-key",
            LedgerCheckpointStatus.OtherKey => $"{covered}, signed by key {checkpoint.KeyId}, which is not the key that was expected",
            _ => $"the checkpoint does not hold: {WireEnum<LedgerCheckpointStatus>.NameOf(checkpoint.Status)}",
        };
    }

    private static string Took(RunState run) => run.EndedAt is { } end ? Duration.Words((long)(end - run.StartedAt).TotalMilliseconds) : "-";

    private static string Words(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
