using System.Text.Json;
using System.Text.Json.Serialization;

namespace Factory.Core.Contracts;

/// <summary>What a ledger's chain and digest say about it.</summary>
[JsonConverter(typeof(WireEnumConverter<LedgerSignatureStatus>))]
public enum LedgerSignatureStatus
{
    /// <summary>Every line is chained from the first on, and the digest on record, if any, agrees.</summary>
    [WireName("VERIFIED")] Verified,
    /// <summary>An older Factory wrote the first lines without a chain; all later lines are chained, the first of them to the last old one.</summary>
    [WireName("PARTIAL")] Partial,
    /// <summary>No line is chained: an older Factory wrote them all.</summary>
    [WireName("UNCHAINED")] Unchained,
    /// <summary>The whole lines are sound, but bytes without a final LF follow: a crash, or an append that is going on.</summary>
    [WireName("TORN")] Torn,
    /// <summary>There is no line.</summary>
    [WireName("EMPTY")] Empty,
    /// <summary>A line, the chain or the digest is not what was written: changed or damaged since.</summary>
    [WireName("TAMPERED")] Tampered,
    /// <summary>Nobody looked: the query was asked not to verify.</summary>
    [WireName("UNCHECKED")] Unchecked,
}

/// <summary>The trust that a ledger deserves, as queries report it.</summary>
/// <param name="Status">In one word.</param>
public sealed record LedgerSignature(LedgerSignatureStatus Status);

/// <summary>A line that is not what a ledger line should be.</summary>
/// <param name="LineNumber">Its position, from 1.</param>
/// <param name="Reason">What is wrong, in words.</param>
/// <param name="IsSkipped">True when the line gave no event; false when it was read in spite of the problem.</param>
public sealed record LedgerProblem(long LineNumber, string Reason, bool IsSkipped);

/// <summary>The result of a ledger query (contract: Machine output).</summary>
/// <param name="Status">PASS; WARN when lines were skipped or mended; BLOCKED when the ledger is tampered with.</param>
/// <param name="Count">How many entries there are.</param>
/// <param name="Entries">The events, in the order of reading.</param>
/// <param name="Signature">What verification says about the whole ledger.</param>
/// <param name="Problems">The lines that are not what they should be.</param>
public sealed record LedgerQueryResult(
    RunStatus Status, int Count, IReadOnlyList<LedgerEvent> Entries, LedgerSignature Signature, IReadOnlyList<LedgerProblem> Problems);

/// <summary>The result of a replay (contract: Machine output).</summary>
/// <param name="Status">PASS, or WARN when lines were skipped or mended.</param>
/// <param name="Count">How many runs there are.</param>
/// <param name="Runs">The runs, in the order in which they first occur.</param>
/// <param name="Problems">The lines that are not what they should be.</param>
public sealed record LedgerReplayResult(RunStatus Status, int Count, IReadOnlyList<RunState> Runs, IReadOnlyList<LedgerProblem> Problems);

/// <summary>The result of a verification (contract: Machine output).</summary>
/// <param name="Status">PASS for VERIFIED, BLOCKED for TAMPERED, WARN for everything else; and no better than WARN when
/// another key signed the checkpoint, BLOCKED where a signature is required and the given key's is not there.</param>
/// <param name="Signature">The finding in one word.</param>
/// <param name="Events">How many whole lines there are.</param>
/// <param name="Root">The RFC 6962 root over all whole lines, lower-case hex.</param>
/// <param name="FirstBadLine">The first line that is wrong, or null: none is, or no single line can be named.</param>
/// <param name="Reason">What was found, in words; null when there is nothing to say.</param>
/// <param name="BadLines">How many lines are wrong.</param>
/// <param name="UnchainedBefore">The line from which on a chain exists or would begin, when older lines come before it; else null.</param>
/// <param name="DigestCovers">How many lines the digest on record covers; null when there is no digest or it covers none.</param>
/// <param name="Checkpoint">What the signed checkpoint says.</param>
/// <param name="Ledger">The ledger, absolute.</param>
public sealed record LedgerVerification(
    RunStatus Status,
    LedgerSignature Signature,
    long Events,
    string Root,
    long? FirstBadLine,
    string? Reason,
    long BadLines,
    long? UnchainedBefore,
    long? DigestCovers,
    LedgerCheckpointFinding? Checkpoint = null,
    string? Ledger = null)
{
    /// <summary>Whether nothing was changed, as far as can be seen, and only another key signed than the expected one.</summary>
    public bool IsOtherKeyAlone() => Signature.Status != LedgerSignatureStatus.Tampered && Checkpoint?.Status == LedgerCheckpointStatus.OtherKey;
}

/// <summary>What the signed checkpoint says about a ledger.</summary>
[JsonConverter(typeof(WireEnumConverter<LedgerCheckpointStatus>))]
public enum LedgerCheckpointStatus
{
    /// <summary>There is no checkpoint.</summary>
    [WireName("NONE")] None,
    /// <summary>It agrees with the ledger, and the given key signed it.</summary>
    [WireName("SIGNED")] Signed,
    /// <summary>It agrees with the ledger; no key was given to check its signature with.</summary>
    [WireName("UNVERIFIED")] Unverified,
    /// <summary>It agrees with the ledger, but the given key did not sign it.</summary>
    [WireName("OTHER_KEY")] OtherKey,
    /// <summary>It is no checkpoint, or bears the given key's id with a signature that is not that key's.</summary>
    [WireName("BAD")] Bad,
    /// <summary>Its root is not that of the ledger's first lines.</summary>
    [WireName("MISMATCH")] Mismatch,
    /// <summary>The ledger has fewer lines than it speaks of.</summary>
    [WireName("SHORT")] Short,
}

/// <summary>The checkpoint beside a ledger, held against it.</summary>
/// <param name="Status">In one word.</param>
/// <param name="Origin">Which ledger it speaks of; null, as all that follows, when there is none or it cannot be read.</param>
/// <param name="Size">How many lines it speaks of.</param>
/// <param name="Root">The root over these lines that it states, lower-case hex.</param>
/// <param name="KeyId">The key id of its first signature: eight hex digits.</param>
public sealed record LedgerCheckpointFinding(LedgerCheckpointStatus Status, string? Origin, long? Size, string? Root, string? KeyId);

/// <summary>A run as the ledger tells it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Kind"><c>details.kind</c>, or the kind in the run id, or null.</param>
/// <param name="Status">The verdict of the event that ended it; PENDING while it is not finished.</param>
/// <param name="IsFinished">Whether an event ended it after the last one that began it.</param>
/// <param name="StartedAt">The earliest time of its events.</param>
/// <param name="EndedAt">When it ended, or null.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Workers">Its workers, in ordinal order.</param>
/// <param name="LastEvent">The type of the event that was appended last.</param>
/// <param name="LastEventAt">The time of that event.</param>
public sealed record RunState(
    string RunId,
    string? Kind,
    RunStatus Status,
    bool IsFinished,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset StartedAt,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset? EndedAt,
    long Events,
    IReadOnlyList<string> Workers,
    string LastEvent,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset LastEventAt);

/// <summary>A time as every document spells it: RFC 3339 in UTC with milliseconds and <c>Z</c>.</summary>
public sealed class Rfc3339Converter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(CanonicalJson.Rfc3339(value));
}
