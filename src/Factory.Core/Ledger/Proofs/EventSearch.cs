using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Proofs;

/// <summary>Looks for an event by its id, and remembers the id that was probably meant when it is not there.</summary>
internal sealed class EventSearch(string eventId)
{
    // Enough digits to be meant, few enough to be right in an id that was cut off or mistyped near its end.
    private const int StemLength = 6;
    private readonly byte[] _stem = Encoding.UTF8.GetBytes(eventId[..Math.Min(StemLength, eventId.Length)].ToLowerInvariant());
    private readonly byte[] _exact = Encoding.UTF8.GetBytes(eventId);
    private string? _nearest;

    /// <summary>Whether a line is the event.</summary>
    public bool IsFoundIn(LedgerLine line)
    {
        // Most lines are other events. An id that is spelled with escapes does not show in the bytes.
        var bytes = line.Bytes.Span;
        if (eventId.Length == 0 || (bytes.IndexOf(_stem) < 0 && bytes.IndexOf(_exact) < 0 && !bytes.Contains((byte)'\\'))) return false;
        using var record = LedgerRecord.TryParse(LedgerLineText.Trim(line, static _ => { }), out _);
        if (record is null || !record.Root.TryGetProperty("event_id", out var value) || value.ValueKind != JsonValueKind.String) return false;
        var id = value.GetString()!;
        if (id == eventId) return true;
        if (_stem.Length == StemLength && id.StartsWith(Encoding.UTF8.GetString(_stem), StringComparison.OrdinalIgnoreCase)) _nearest ??= id;
        return false;
    }

    /// <summary>What to say when no line was.</summary>
    public FactoryException NotFound(string ledgerPath) => new(
        BlockerKind.Config,
        $"no event of {ledgerPath} has the id '{eventId}'{(_nearest is null ? "" : $"; did you mean '{_nearest}'?")}",
        "Take the event_id of a line of the ledger (factory ledger --json lists them): 16 lower-case hex digits. Lines of older ledgers may have none.", ledgerPath);
}
