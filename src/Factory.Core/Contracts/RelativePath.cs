using System.Diagnostics.CodeAnalysis;

namespace Factory.Core.Contracts;

/// <summary>
/// A path inside a repository or a run, with <c>/</c> separators, that means the same file on Windows, macOS and Linux.
/// What cannot mean that is refused with the name of the rule, a <see cref="PathRule"/>.
/// </summary>
public readonly record struct RelativePath : IComparable<RelativePath>
{
    private readonly string? _value;

    private RelativePath(string value) => _value = value;

    /// <summary>The path, with <c>/</c> separators.</summary>
    public string Value => _value ?? throw new InvalidOperationException("an uninitialised RelativePath has no value");

    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">The rule that the path breaks.</exception>
    public static RelativePath Parse(string text) =>
        TryParse(text, out var path, out var reason) ? path : throw new FormatException($"'{text}' is refused: {reason}");

    /// <summary>Reads a path without throwing.</summary>
    /// <param name="text">The path.</param>
    /// <param name="path">The path, when it is accepted.</param>
    /// <param name="reason">What is wrong and the rule's name, when it is not.</param>
    public static bool TryParse(string text, out RelativePath path, [NotNullWhen(false)] out string? reason)
    {
        var broken = PathRules.Find(text);
        reason = broken is { } found ? $"{found.Sentence} (rule {WireEnum<PathRule>.NameOf(found.Rule)})" : null;
        path = reason is null ? new RelativePath(text) : default;
        return reason is null;
    }

    /// <summary>The first rule that a path breaks, or null when it is accepted.</summary>
    public static PathRule? FindBrokenRule(string text) => PathRules.Find(text)?.Rule;

    /// <summary>Whether Windows takes this name, with any extension, for a device.</summary>
    /// <remarks><c>CLOCK$</c> is none since Windows NT, so it is an ordinary name here.</remarks>
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
}
