using System.Runtime.CompilerServices;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Reading;

/// <summary>Where an event comes in the order of reading.</summary>
/// <param name="UtcTicks">Its time.</param>
/// <param name="EventType">Its type.</param>
/// <param name="Position">Its position.</param>
internal readonly record struct RunMoment(long UtcTicks, string EventType, long Position) : IComparable<RunMoment>
{
    /// <inheritdoc/>
    public int CompareTo(RunMoment other)
    {
        var order = UtcTicks.CompareTo(other.UtcTicks);
        if (order == 0) order = string.CompareOrdinal(EventType, other.EventType);
        return order != 0 ? order : Position.CompareTo(other.Position);
    }
}

/// <summary>What is remembered of a run. Events may be noted in any order, and two halves of a history joined.</summary>
internal sealed class RunHistory(string runId)
{
    private const long Never = -1;
    private readonly List<string> _workers = [];
    private long _events, _startedAt = long.MaxValue, _begun = Never;
    private (long Position, long UtcTicks, string Type) _last = (Never, 0, "");
    private (long Position, long UtcTicks, string? Status, int? Rc) _ended = (Never, 0, null, null);
    private (RunMoment Moment, string Name)? _kind;

    /// <summary>Its first event in the order of reading.</summary>
    public RunMoment First { get; private set; } = new(long.MaxValue, "", long.MaxValue);

    /// <summary>Notes an event.</summary>
    /// <param name="moment">Where it comes in the order of reading.</param>
    /// <param name="position">Where it is in the ledger: what came later is decided by this, never by a clock.</param>
    /// <param name="utcTicks">Its time.</param>
    /// <param name="type">Its type.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Note(RunMoment moment, long position, long utcTicks, string type)
    {
        _events++;
        _startedAt = Math.Min(_startedAt, utcTicks);
        if (moment.CompareTo(First) < 0) First = moment;
        if (position >= _last.Position) _last = (position, utcTicks, type);
        if (type is "RUN_START" or "RUN_INIT" or "INTEGRATE_START") _begun = Math.Max(_begun, position);
    }

    /// <summary>Notes an event that ends the run.</summary>
    public void NoteEnd(long position, long utcTicks, string? status, int? rc)
    {
        if (position >= _ended.Position) _ended = (position, utcTicks, status, rc);
    }

    /// <summary>Notes the kind that an event tells; the latest in the order of reading holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void NoteKind(RunMoment moment, string kind)
    {
        if (_kind is not { } known || moment.CompareTo(known.Moment) > 0) _kind = (moment, kind);
    }

    /// <summary>Notes a worker; null is none.</summary>
    public void AddWorker(string? name)
    {
        if (name is not null && !_workers.Contains(name)) _workers.Add(name);
    }

    /// <summary>Joins what another thread noted.</summary>
    public void Add(RunHistory other)
    {
        _events += other._events;
        _startedAt = Math.Min(_startedAt, other._startedAt);
        if (other.First.CompareTo(First) < 0) First = other.First;
        if (other._last.Position >= _last.Position) _last = other._last;
        _begun = Math.Max(_begun, other._begun);
        if (other._ended.Position >= _ended.Position) _ended = other._ended;
        if (other._kind is { } kind) NoteKind(kind.Moment, kind.Name);
        foreach (var worker in other._workers) AddWorker(worker);
    }

    /// <summary>The run as it is known now.</summary>
    public RunState ToState()
    {
        var isFinished = _ended.Position > _begun;
        var kind = _kind?.Name ?? (RunId.TryParse(runId, out var id) ? id.Kind : null);
        return new RunState(
            runId, kind, isFinished ? Verdict() : RunStatus.Pending, isFinished, Time(_startedAt), isFinished ? Time(_ended.UtcTicks) : null,
            _events, Workers(), _last.Type, Time(_last.UtcTicks));
    }

    private string[] Workers()
    {
        _workers.Sort(StringComparer.Ordinal);
        return [.. _workers];
    }

    private static DateTimeOffset Time(long utcTicks) => new(utcTicks, TimeSpan.Zero);

    // A run that ended without a verdict that can be read has not passed.
    private RunStatus Verdict() =>
        WireEnum<RunStatus>.TryParse(_ended.Status?.ToUpperInvariant(), out var status) && status != RunStatus.Pending ? status
        : _ended.Rc == RunStatus.Blocked.ToExitCode() ? RunStatus.Blocked
        : RunStatus.Fail;
}
