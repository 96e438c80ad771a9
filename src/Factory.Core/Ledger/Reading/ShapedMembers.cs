using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Factory.Core.Ledger.Shapes;

namespace Factory.Core.Ledger.Reading;

/// <summary>
/// Gives the answers of <see cref="LineMembers"/>, sooner for lines of a shape that was met before: there the members are
/// where they were. For one thread.
/// </summary>
internal sealed unsafe class ShapedMembers
{
    private const int MostRcDigits = 9, MostDurationDigits = 18;
    private readonly ShapeTable<Places> _shapes = new();

    /// <summary>How many shapes were learned.</summary>
    public int ShapesLearned => _shapes.Learned;

    /// <summary>Reads a line that has nothing but printable ASCII and no backslash.</summary>
    /// <param name="line">The line without LF; <see cref="LineShape.Slack"/> bytes behind it must be readable, and it must not move.</param>
    /// <param name="found">Its members; of no use when the answer is false.</param>
    /// <returns>False when it has another form; a general reader has to decide then.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryRead(ReadOnlySpan<byte> line, out LineMembers found)
    {
        ref readonly var known = ref _shapes.Find((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(line)), line.Length);
        if (Unsafe.IsNullRef(in known)) return TryLearn(line, out found);
        found = default;
        if (!CanonicalTime.TryFind(line, out found.Time) || !CanonicalTime.TryParse(found.Time, out found.UtcTicks)) return false;
        known.Fill(line, ref found);
        return true;
    }

    private bool TryLearn(ReadOnlySpan<byte> line, out LineMembers found)
    {
        if (!LineMembers.TryReadFast(line, isAscii: true, out found)) return false;
        if (!_shapes.MayLearn) return true;
        var places = new Places(line, found);
        if (places.Rc.Length <= MostRcDigits && places.Duration.Length <= MostDurationDigits) _shapes.Learn(line, places.Type, places);
        return true;
    }

    /// <summary>A part of a line; nothing when its length is 0.</summary>
    private readonly record struct Place(int Start, int Length)
    {
        public ReadOnlySpan<byte> In(ReadOnlySpan<byte> line) => line.Slice(Start, Length);
    }

    private readonly struct Places
    {
        private readonly Place _actor, _details, _kind, _status, _worker, _workers, _eventId, _fileCounts, _hashes, _parentEventId, _runId;
        private readonly string _eventType;
        private readonly bool _hasKind, _hasStatus, _isDurationNegative, _isRcNegative;

        public Places(ReadOnlySpan<byte> line, scoped in LineMembers members)
        {
            (_actor, _details, _kind, _status) = (Of(line, members.Actor), Of(line, members.Details), Of(line, members.Kind), Of(line, members.Status));
            (_worker, _workers, _eventId) = (Of(line, members.Worker), Of(line, members.Workers), Of(line, members.EventId));
            (_fileCounts, _hashes, _parentEventId, _runId) = (Of(line, members.FileCounts), Of(line, members.Hashes), Of(line, members.ParentEventId), Of(line, members.RunId));
            (_eventType, _hasKind, _hasStatus) = (members.EventType!, members.HasKind, members.HasStatus);
            var typeEnd = _fileCounts.Start - "\",\"file_counts\":".Length;
            Type = (typeEnd - _eventType.Length)..typeEnd;
            (Duration, _isDurationNegative) = NumberFrom(line, _details.Start + _details.Length + ",\"duration_ms\":".Length);
            // Behind the digests come the id of the event before, whatever it is, and the return code: only its end is known.
            var afterRc = line.LastIndexOf(",\"run_id\":\""u8);
            var beforeRc = line[..afterRc].LastIndexOf((byte)':') + 1;
            (Rc, _isRcNegative) = NumberFrom(line, beforeRc);
        }

        public Range Type { get; }

        /// <summary>The digits; nothing for null.</summary>
        public Place Duration { get; }

        /// <inheritdoc cref="Duration"/>
        public Place Rc { get; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Fill(ReadOnlySpan<byte> line, ref LineMembers members)
        {
            members.Actor = _actor.In(line);
            members.Details = _details.In(line);
            members.Kind = _kind.In(line);
            members.Status = _status.In(line);
            members.Worker = _worker.In(line);
            members.Workers = _workers.In(line);
            members.EventId = _eventId.In(line);
            members.FileCounts = _fileCounts.In(line);
            members.Hashes = _hashes.In(line);
            members.ParentEventId = _parentEventId.In(line);
            members.RunId = _runId.In(line);
            (members.EventType, members.HasKind, members.HasStatus) = (_eventType, _hasKind, _hasStatus);
            members.DurationMs = Duration.Length == 0 ? null : Number(Duration.In(line), _isDurationNegative);
            members.Rc = Rc.Length == 0 ? null : (int)Number(Rc.In(line), _isRcNegative);
        }

        private static Place Of(ReadOnlySpan<byte> line, ReadOnlySpan<byte> part) =>
            part.IsEmpty ? default : new Place((int)Unsafe.ByteOffset(ref MemoryMarshal.GetReference(line), ref MemoryMarshal.GetReference(part)), part.Length);

        private static (Place Digits, bool IsNegative) NumberFrom(ReadOnlySpan<byte> line, int at)
        {
            var isNegative = line[at] == '-';
            if (isNegative) at++;
            var length = line[at..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            return (new Place(at, length), isNegative);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static long Number(ReadOnlySpan<byte> digits, bool isNegative)
        {
            var value = 0L;
            foreach (var digit in digits) value = (value * 10) + (digit - '0');
            return isNegative ? -value : value;
        }
    }
}
