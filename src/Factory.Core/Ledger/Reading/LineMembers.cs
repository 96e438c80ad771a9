using System.Runtime.CompilerServices;

namespace Factory.Core.Ledger.Reading;

/// <summary>
/// The members of a line that has exactly the form that this build writes, checked from its first byte to its last, in a
/// fraction of the time that a general reader takes.
/// </summary>
internal ref struct LineMembers
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

    /// <summary>What happened: upper-case ASCII letters and underscores.</summary>
    public string? EventType;

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
    /// <param name="line">The line without LF.</param>
    /// <param name="isAscii">Whether it is known to have nothing but printable ASCII and no backslash.</param>
    /// <param name="found">Its members; of no use when the answer is false.</param>
    /// <returns>False when it has another form; a general reader has to decide then.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, bool isAscii, out LineMembers found)
    {
        found = default;
        if (!CanonicalTime.TryFind(line, out found.Time) || !CanonicalTime.TryParse(found.Time, out found.UtcTicks) || (!isAscii && !CanonicalText.IsPlain(line))) return false;
        return TryReadFirst(line, ref found, out var at) && TryReadRest(line, at, ref found);
    }

    /// <summary>The same, compiled at once as well as it can be: for millions of lines in a process that has just begun.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryReadFast(ReadOnlySpan<byte> line, bool isAscii, out LineMembers found)
    {
        found = default;
        if (!CanonicalTime.TryFind(line, out found.Time) || !CanonicalTime.TryParse(found.Time, out found.UtcTicks) || (!isAscii && !CanonicalText.IsPlain(line))) return false;
        return TryReadFirst(line, ref found, out var at) && TryReadRest(line, at, ref found);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadFirst(ReadOnlySpan<byte> line, scoped ref LineMembers found, out int at)
    {
        var start = CanonicalText.After(line, 0, "{\"actor\":"u8);
        at = CanonicalText.AfterString(line, start);
        if (at < 0) return false;
        found.Actor = line[(start + 1)..(at - 1)];
        start = CanonicalText.After(line, at, ",\"details\":"u8);
        at = AfterDetails(line, start, ref found);
        if (at < 0) return false;
        found.Details = line[start..at];
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadRest(ReadOnlySpan<byte> line, int at, scoped ref LineMembers found)
    {
        at = CanonicalText.AfterIntegerOrNull(line, CanonicalText.After(line, at, ",\"duration_ms\":"u8), out found.DurationMs);
        at = CanonicalText.AfterStringOrNull(line, CanonicalText.After(line, at, ",\"event_id\":"u8), out found.EventId);
        var start = CanonicalText.After(line, at, ",\"event_type\":"u8);
        at = CanonicalText.AfterString(line, start);
        if (at < 0) return false;
        found.EventType = EventTypeTable.TryNameOf(line[(start + 1)..(at - 1)]);
        start = CanonicalText.After(line, at, ",\"file_counts\":"u8);
        at = CanonicalText.AfterIntegers(line, start);
        if (at < 0 || found.EventType is null) return false;
        found.FileCounts = line[start..at];
        start = CanonicalText.After(line, at, ",\"hashes\":"u8);
        at = CanonicalText.AfterTexts(line, start);
        if (at < 0) return false;
        found.Hashes = line[start..at];
        at = CanonicalText.AfterStringOrNull(line, CanonicalText.After(line, at, ",\"parent_event_id\":"u8), out found.ParentEventId);
        at = CanonicalText.AfterIntegerOrNull(line, CanonicalText.After(line, at, ",\"rc\":"u8), out var rc);
        if (rc is < int.MinValue or > int.MaxValue) return false;
        found.Rc = (int?)rc;
        start = CanonicalText.After(line, at, ",\"run_id\":"u8);
        at = CanonicalText.AfterString(line, start);
        if (at < 0) return false;
        found.RunId = line[(start + 1)..(at - 1)];
        // The time was read from the end, and nothing else may stand between.
        at = CanonicalText.After(line, at, ",\"schema_version\":2,\"ts_utc\":\""u8);
        return at == line.Length - CanonicalTime.Length - 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AfterDetails(ReadOnlySpan<byte> line, int at, scoped ref LineMembers found)
    {
        at = CanonicalText.After(line, at, "{"u8);
        if (at < 0 || (at < line.Length && line[at] == '}')) return at < 0 ? CanonicalText.Other : at + 1;
        for (var (from, to) = (0, 0); ; at++)
        {
            var start = CanonicalText.AfterKey(line, at, ref from, ref to);
            at = CanonicalText.AfterValue(line, start);
            if ((uint)at >= (uint)line.Length) return CanonicalText.Other;
            if (to - from is 4 or 6 or 7) Note(line[from..to], line[start..at], ref found);
            if (line[at] == '}') return at + 1;
            if (line[at] != ',') return CanonicalText.Other;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Note(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, scoped ref LineMembers found)
    {
        if (key.SequenceEqual("workers"u8))
        {
            found.Workers = value;
        }
        else if (value[0] != '"')
        {
            return;
        }
        else if (key.SequenceEqual("kind"u8))
        {
            found.HasKind = true;
            found.Kind = value[1..^1];
        }
        else if (key.SequenceEqual("status"u8))
        {
            found.HasStatus = true;
            found.Status = value[1..^1];
        }
        else if (key.SequenceEqual("worker"u8))
        {
            found.Worker = value[1..^1];
        }
    }
}
