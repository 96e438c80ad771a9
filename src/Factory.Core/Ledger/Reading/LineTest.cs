using System.Runtime.CompilerServices;
using System.Text;

namespace Factory.Core.Ledger.Reading;

/// <summary>A filter made ready for bytes: first what can be refused unread, then the members of a line.</summary>
internal sealed class LineTest
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private readonly byte[]? _runId, _actor, _kind, _status;
    private readonly byte[][] _types;
    private readonly long _since, _until;

    /// <summary>Prepares a filter.</summary>
    public LineTest(LedgerFilter filter)
    {
        Filter = filter;
        (_runId, _actor, _kind, _status) = (ToBytes(filter.RunId), ToBytes(filter.Actor), ToBytes(filter.Kind), ToBytes(filter.Status));
        _types = [.. filter.EventTypes.Select(type => ToBytes(type)!)];
        (_since, _until) = (filter.Since?.UtcTicks ?? long.MinValue, filter.Until?.UtcTicks ?? long.MaxValue);
        HasTime = filter.Since is not null || filter.Until is not null;
        var (texts, ignoresCase) = Rarest();
        if (texts is null) return;
        Needles = [.. texts.Where(IsLiteral).Select(text => new ByteSearch(text, ignoresCase))];
        // A slash may be escaped without \u, quotes and the like must be.
        Escape = texts.All(text => IsLiteral(text) && !text.Contains((byte)'/')) ? "\\u"u8.ToArray() : "\\"u8.ToArray();
    }

    /// <summary>The filter.</summary>
    public LedgerFilter Filter { get; }

    /// <summary>Texts of which a matching line holds one, or <see cref="Escape"/>; null when any line may match.</summary>
    public ByteSearch[]? Needles { get; }

    /// <summary>What a line holds that spells a text in another way.</summary>
    public byte[] Escape { get; } = [];

    /// <summary>Whether the time is asked for.</summary>
    public bool HasTime { get; }

    /// <summary>False only for a line that cannot match, by its bytes.</summary>
    public bool MayMatch(ReadOnlySpan<byte> line)
    {
        if (HasTime && CanonicalTime.TryFind(line, out var text) && CanonicalTime.TryParse(text, out var ticks) && !IsInTime(ticks)) return false;
        if (Needles is null) return true;
        foreach (var needle in Needles)
            if (needle.IndexIn(line) >= 0) return true;
        return line.IndexOf(Escape) >= 0;
    }

    /// <summary>Whether a line passes; the same answer as <see cref="LedgerFilter.Matches"/> gives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Matches(scoped in LineMembers line) =>
        Is(line.RunId, _runId) && Is(line.Actor, _actor) && IsInTime(line.UtcTicks)
        && (Filter.Rc is null || line.Rc == Filter.Rc)
        && (_kind is null || (line.HasKind && Is(line.Kind, _kind)))
        && (_status is null || (line.HasStatus && Ascii.EqualsIgnoreCase(line.Status, _status)))
        && (_types.Length == 0 || IsOneOf(line.EventType!));

    private bool IsInTime(long ticks) => ticks >= _since && ticks <= _until;

    private bool IsOneOf(string type)
    {
        foreach (var wanted in Filter.EventTypes)
            if (Ascii.EqualsIgnoreCase(type, wanted)) return true;
        return false;
    }

    // The condition that most lines fail comes first. Return codes have no spelling of their own.
    private (byte[][]? Texts, bool IgnoresCase) Rarest() => this switch
    {
        { _runId: not null } => ([_runId], false),
        { _status: not null } => ([_status], true),
        { _kind: not null } => ([_kind], false),
        { _types.Length: 1 or 2 or 3 } => (_types, true),
        { _actor: not null } => ([_actor], false),
        _ => (null, false),
    };

    private static bool Is(ReadOnlySpan<byte> value, byte[]? wanted) => wanted is null || value.SequenceEqual(wanted);

    private static bool IsLiteral(byte[] text) => !text.Any(value => value is < 0x20 or (byte)'"' or (byte)'\\');

    // No line holds a lone surrogate, and none holds NUL without an escape.
    private static byte[]? ToBytes(string? text)
    {
        try
        {
            return text is null ? null : StrictUtf8.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return [0];
        }
    }
}
