using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Factory.Core.Contracts;

/// <summary>
/// A path inside a repository or a run, with <c>/</c> separators, that means the same file on Windows, macOS and Linux.
/// What cannot mean that is refused with the name of the rule.
/// </summary>
public readonly record struct RelativePath : IComparable<RelativePath>
{
    private const int LongestPath = 4096;
    private const int LongestSegment = 255;
    private static readonly SearchValues<char> NotOnWindows = SearchValues.Create("<>\"|?*");
    private readonly string? _value;

    private RelativePath(string value) => _value = value;

    /// <summary>The path, with <c>/</c> separators.</summary>
    public string Value => _value ?? throw new InvalidOperationException("an uninitialised RelativePath has no value");

    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">The rule that the path breaks.</exception>
    public static RelativePath Parse(string text) =>
        Explain(text) is { } reason ? throw new FormatException($"'{text}' is refused: {reason}") : new RelativePath(text);

    /// <summary>Reads a path without throwing.</summary>
    /// <param name="text">The path.</param>
    /// <param name="path">The path, when it is accepted.</param>
    /// <param name="reason">The rule it breaks, when it is not.</param>
    public static bool TryParse(string text, out RelativePath path, [NotNullWhen(false)] out string? reason)
    {
        reason = Explain(text);
        path = reason is null ? new RelativePath(text) : default;
        return reason is null;
    }

    /// <summary>Whether Windows takes this name, with any extension, for a device.</summary>
    public static bool IsReservedDeviceName(ReadOnlySpan<char> segment)
    {
        var dot = segment.IndexOf('.');
        var stem = (dot < 0 ? segment : segment[..dot]).TrimEnd(' ');
        if (stem.Length == 3)
            return Is(stem, "CON") || Is(stem, "PRN") || Is(stem, "AUX") || Is(stem, "NUL");
        if (stem.Length == 4 && (Is(stem[..3], "COM") || Is(stem[..3], "LPT")))
            return stem[3] is (>= '0' and <= '9') or '\u00B9' or '\u00B2' or '\u00B3';
        return Is(stem, "CONIN$") || Is(stem, "CONOUT$");
    }

    /// <summary>Ordinal order.</summary>
    public int CompareTo(RelativePath other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static bool Is(ReadOnlySpan<char> text, string name) => text.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string? Explain(string text)
    {
        if (text.Length == 0) return "the path is empty";
        if (text.Length > LongestPath) return $"the path is longer than {LongestPath} characters";
        if (text[0] == '/') return "the path is absolute";
        foreach (var c in text)
        {
            if (c < ' ' || c == '\u007f') return "the path has a control character";
            if (c == '\\') return "the path has a backslash, which is a separator on Windows";
            if (c == ':') return "the path has a colon: a drive or an alternate data stream on Windows";
        }

        if (!IsWellFormed(text)) return "the path is not valid Unicode";
        foreach (var range in text.AsSpan().Split('/'))
            if (ExplainSegment(text.AsSpan()[range]) is { } reason) return reason;
        return null;
    }

    private static string? ExplainSegment(ReadOnlySpan<char> segment)
    {
        if (segment.IsEmpty) return "the path has an empty segment";
        if (segment.Length > LongestSegment) return $"a segment is longer than {LongestSegment} characters";
        if (segment is "." or "..") return $"the path has a '{segment}' segment";
        if (segment[^1] is '.' or ' ') return $"the segment '{segment}' ends with a dot or a space, which Windows drops";
        if (IsReservedDeviceName(segment)) return $"the segment '{segment}' is a device name on Windows";
        if (IsGitDirectory(segment)) return $"the segment '{segment}' is git's own folder";
        if (segment.ContainsAny(NotOnWindows)) return $"the segment '{segment}' has a character that Windows does not allow";
        return null;
    }

    private static bool IsGitDirectory(ReadOnlySpan<char> segment)
    {
        if (Is(segment, ".git") || Is(segment, "git~1")) return true;
        // HFS+ ignores these code points when it compares names, so ".g\u200cit" opens ".git" there.
        Span<char> visible = stackalloc char[5];
        var length = 0;
        foreach (var c in segment)
        {
            if (c is (>= '\u200c' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u206a' and <= '\u206f') or '\ufeff') continue;
            if (length == visible.Length) return false;
            visible[length++] = c;
        }

        return length < segment.Length && Is(visible[..length], ".git");
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return false;
            i++;
        }

        return true;
    }
}
