using System.Diagnostics.CodeAnalysis;

namespace Factory.Core.Contracts;

/// <summary>
/// The id of a git object: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. Used for commits and trees; a value of this
/// type never begins with <c>-</c>, so it is safe as an argument of git.
/// </summary>
public readonly record struct CommitId
{
    private readonly string? _hex;

    private CommitId(string hex) => _hex = hex;

    /// <summary>The id in lower-case hex.</summary>
    public string Hex => _hex ?? throw new InvalidOperationException("an uninitialised CommitId has no value");

    /// <summary>Whether this is git's null id, all zeros.</summary>
    public bool IsZero => Hex.AsSpan().IndexOfAnyExcept('0') < 0;

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text is not 40 or 64 lower-case hex digits.</exception>
    public static CommitId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a git object id (40 or 64 lower-case hex digits)");

    /// <summary>Reads an id without throwing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CommitId id)
    {
        id = default;
        if (text is null || text.Length is not (40 or 64)) return false;
        foreach (var c in text)
            if (!char.IsAsciiHexDigitLower(c)) return false;
        id = new CommitId(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Hex;
}
