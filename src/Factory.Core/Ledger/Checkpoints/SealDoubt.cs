using System.Globalization;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>What a seal does when no checkpoint of its own key speaks for the ledger: it asks the runs, and says so.</summary>
internal static class SealDoubt
{
    /// <summary>Gives the record the witness that the ledger must meet, if there is one.</summary>
    /// <returns>What is to be told.</returns>
    public static IReadOnlyList<string> Resolve(LedgerPaths paths, SealRecord record, string origin, VerifyingKey key, CancellationToken cancellationToken)
    {
        var (own, other) = SealWitness.Find(paths, origin, key, cancellationToken);
        record.Witness = own;
        var warnings = new List<string>();
        var heldAgainst = own is null
            ? "no run's proof holds one that this key signed, so only a head that was kept elsewhere can show whether old lines are the same"
            : string.Create(CultureInfo.InvariantCulture, $"the ledger was held against that in {own.Path} instead and agrees over {own.Checkpoint.Size} lines");
        if (record.Checkpoint is { } foreign) warnings.Add($"the last checkpoint was signed by another key (id {KeyId(foreign):x8}); {heldAgainst}; that checkpoint is kept beside the new one");
        else if (own is not null) warnings.Add($"factory_ledger.checkpoint was missing, although runs were sealed; {heldAgainst}");
        if (own is null && other is not null)
            warnings.Add($"no run was sealed in this ledger ({origin}), but {other.Path} was in another ({other.Checkpoint.Origin}): when that one was not moved aside on purpose, its first line was changed");
        return warnings;
    }

    /// <summary>Keeps a checkpoint of another key: it may be all that speaks for the lines that it covers.</summary>
    public static void KeepAside(LedgerPaths paths, LedgerCheckpoint foreign)
    {
        var note = Encoding.UTF8.GetBytes(foreign.Text);
        for (var number = 1; ; number++)
        {
            var path = paths.ReplacedCheckpoint(KeyId(foreign), number);
            if (!SideFile.IsTaken(path)) DurableFile.Replace(path, note);
            else if (!Holds(path, note)) continue;
            return;
        }
    }

    private static bool Holds(string path, ReadOnlySpan<byte> note)
    {
        try
        {
            return note.SequenceEqual(SideFile.TryRead(path, note.Length));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static uint KeyId(LedgerCheckpoint checkpoint) => checkpoint.Signatures[0].KeyId;
}
