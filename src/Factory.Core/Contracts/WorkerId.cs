using System.Diagnostics.CodeAnalysis;

namespace Factory.Core.Contracts;

/// <summary>
/// The name of a worker: a letter, then letters, digits, <c>_</c> or <c>-</c>, at most 64 characters; not the
/// integrator's name and not a name that Windows reserves. It is a folder name and part of a ref.
/// </summary>
public readonly record struct WorkerId : IComparable<WorkerId>
{
    /// <summary>The integrator's name, which no worker may take.</summary>
    public const string Integrator = "Z_integrator";

    private const int LongestName = 64;
    private readonly string? _name;

    private WorkerId(string name) => _name = name;

    /// <summary>The name.</summary>
    public string Name => _name ?? throw new InvalidOperationException("an uninitialised WorkerId has no name");

    /// <summary>Reads a name.</summary>
    /// <exception cref="FormatException">The rule that the text breaks.</exception>
    public static WorkerId Parse(string text) =>
        Explain(text) is { } reason ? throw new FormatException(reason) : new WorkerId(text);

    /// <summary>Reads a name without throwing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out WorkerId id)
    {
        id = default;
        if (text is null || Explain(text) is not null) return false;
        id = new WorkerId(text);
        return true;
    }

    /// <summary>Ordinal order, which is the order of integration.</summary>
    public int CompareTo(WorkerId other) => string.CompareOrdinal(Name, other.Name);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static string? Explain(string text)
    {
        if (text.Length is 0 or > LongestName) return $"a worker id has 1 to {LongestName} characters";
        if (!char.IsAsciiLetter(text[0])) return $"worker id '{text}' does not begin with a letter";
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))
                return $"worker id '{text}' has a character other than letters, digits, '_' and '-'";
        if (text.Equals(Integrator, StringComparison.OrdinalIgnoreCase)) return $"'{Integrator}' is the integrator's name, not a worker's";
        if (RelativePath.IsReservedDeviceName(text)) return $"worker id '{text}' is a device name on Windows";
        if (text.EndsWith(".lock", StringComparison.OrdinalIgnoreCase) || text.Equals("locks", StringComparison.OrdinalIgnoreCase) || text.Equals("attestations", StringComparison.OrdinalIgnoreCase))
            return $"worker id '{text}' is the name of a folder of the run";
        return null;
    }
}
