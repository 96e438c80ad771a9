namespace Factory.Core.Ledger.Reading;

/// <summary>
/// The members of a line that has exactly the form that this build writes, checked from its first byte to its last, in a
/// fraction of the time that a general reader takes.
/// </summary>
internal ref struct CanonicalLine
{
    /// <summary>Who.</summary>
    public ReadOnlySpan<byte> Actor;

    /// <summary>The object of details.</summary>
    public ReadOnlySpan<byte> Details;

    /// <summary><c>details.kind</c> when it is text; see <see cref="HasKind"/>.</summary>
    public ReadOnlySpan<byte> Kind;

    /// <summary><c>details.status</c> when it is text; see <see cref="HasStatus"/>.</summary>
    public ReadOnlySpan<byte> Status;

    /// <summary><c>details.worker</c> when it is text.</summary>
    public ReadOnlySpan<byte> Worker;

    /// <summary><c>details.workers</c>, whatever it is.</summary>
    public ReadOnlySpan<byte> Workers;

    /// <summary>The line's id; empty for null.</summary>
    public ReadOnlySpan<byte> EventId;

    /// <summary>What happened: upper-case ASCII letters and underscores.</summary>
    public ReadOnlySpan<byte> EventType;

    /// <summary>The object of counts.</summary>
    public ReadOnlySpan<byte> FileCounts;

    /// <summary>The object of digests.</summary>
    public ReadOnlySpan<byte> Hashes;

    /// <summary>The id of the event before; empty for null.</summary>
    public ReadOnlySpan<byte> ParentEventId;

    /// <summary>The run.</summary>
    public ReadOnlySpan<byte> RunId;

    /// <summary>The time as it is spelled.</summary>
    public ReadOnlySpan<byte> Time;

    /// <summary>Milliseconds.</summary>
    public long? DurationMs;

    /// <summary>The return code.</summary>
    public int? Rc;

    /// <summary>The time.</summary>
    public long UtcTicks;

    /// <summary>Whether <c>details.kind</c> is text.</summary>
    public bool HasKind;

    /// <summary>Whether <c>details.status</c> is text.</summary>
    public bool HasStatus;

    /// <summary>Reads a line.</summary>
    /// <returns>False when it has another form; a general reader has to decide then.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, out CanonicalLine found)
    {
        found = default;
        var members = default(CanonicalLine);
        if (!CanonicalTime.TryFind(line, out members.Time) || !CanonicalTime.TryParse(members.Time, out members.UtcTicks) || !CanonicalText.IsPlain(line)) return false;
        var text = new CanonicalText(line);
        if (!text.Skip("{\"actor\":"u8) || !text.TryString(out members.Actor)) return false;
        if (!text.Skip(",\"details\":"u8) || !TryDetails(ref text, ref members)) return false;
        if (!text.Skip(",\"duration_ms\":"u8) || !text.TryIntegerOrNull(out members.DurationMs)) return false;
        if (!text.Skip(",\"event_id\":"u8) || !text.TryStringOrNull(out members.EventId)) return false;
        if (!text.Skip(",\"event_type\":"u8) || !text.TryString(out members.EventType) || !EventTypeTable.IsUpperCase(members.EventType)) return false;
        if (!text.Skip(",\"file_counts\":"u8) || !TryMap(ref text, ofText: false, out members.FileCounts)) return false;
        if (!text.Skip(",\"hashes\":"u8) || !TryMap(ref text, ofText: true, out members.Hashes)) return false;
        if (!text.Skip(",\"parent_event_id\":"u8) || !text.TryStringOrNull(out members.ParentEventId)) return false;
        if (!text.Skip(",\"rc\":"u8) || !text.TryIntegerOrNull(out var rc) || rc is < int.MinValue or > int.MaxValue) return false;
        members.Rc = (int?)rc;
        if (!text.Skip(",\"run_id\":"u8) || !text.TryString(out members.RunId)) return false;
        if (!text.Skip(",\"schema_version\":2,\"ts_utc\":"u8) || !text.TryString(out _) || !text.Rest.SequenceEqual("}"u8)) return false;
        found = members;
        return true;
    }

    // A map's values are made only for the lines that become events.
    private static bool TryMap(scoped ref CanonicalText text, bool ofText, out ReadOnlySpan<byte> map)
    {
        var before = text.Rest;
        var isSound = text.TryMap(ofText);
        map = before[..^text.Rest.Length];
        return isSound;
    }

    private static bool TryDetails(scoped ref CanonicalText text, scoped ref CanonicalLine members)
    {
        var before = text.Rest;
        if (!text.Skip('{') || (!text.Skip('}') && !TryDetailsMembers(ref text, ref members))) return false;
        members.Details = before[..^text.Rest.Length];
        return true;
    }

    private static bool TryDetailsMembers(scoped ref CanonicalText text, scoped ref CanonicalLine members)
    {
        ReadOnlySpan<byte> key = default;
        for (var isFirst = true; ; isFirst = false)
        {
            if (!text.TryKey(isFirst, ref key) || !text.TryValue(out var value)) return false;
            Note(key, value, ref members);
            if (text.Skip('}')) return true;
            if (!text.Skip(',')) return false;
        }
    }

    private static void Note(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, scoped ref CanonicalLine members)
    {
        if (key.Length is not (4 or 6 or 7)) return;
        var isText = value[0] == '"';
        if (isText && key.SequenceEqual("kind"u8))
        {
            members.HasKind = true;
            members.Kind = value[1..^1];
        }
        else if (isText && key.SequenceEqual("status"u8))
        {
            members.HasStatus = true;
            members.Status = value[1..^1];
        }
        else if (isText && key.SequenceEqual("worker"u8))
        {
            members.Worker = value[1..^1];
        }
        else if (key.SequenceEqual("workers"u8))
        {
            members.Workers = value;
        }
    }
}
